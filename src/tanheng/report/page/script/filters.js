// Rows of a table of zones: those of one layer and one year, or all.
import { data, words } from "./page_data.js";

const choiceOf = (label, values, first, change) => {
  const holder = document.createElement("label");
  const choice = document.createElement("select");
  choice.append(...[["", words.all], ...values].map(([value, textContent]) => Object.assign(document.createElement("option"), { value, textContent })));
  choice.value = first;
  choice.addEventListener("change", change);
  holder.append(label, " ", choice);
  return [holder, choice];
};
const filterable = (table) => {
  const rows = [...table.tBodies[0].rows];
  const distinct = (key) => [...new Set(rows.map((row) => row.dataset[key]).filter((value) => value !== undefined))];
  const [years, layers] = [distinct("year"), distinct("layer")];
  const count = Object.assign(document.createElement("output"), { className: "soft" });
  const choices = {};
  const show = () => {
    const wanted = Object.entries(choices).filter(([, choice]) => choice.value !== "");
    rows.forEach((row) => { row.hidden = wanted.some(([key, choice]) => row.dataset[key] !== choice.value); });
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = words.rows.replace("{shown}", shown).replace("{count}", table.dataset.rows);
  };
  const bar = Object.assign(document.createElement("p"), { className: "filters" });
  const label = (layer) => data.zones.find((one) => one.layer === layer)?.label || layer;
  for (const [key, title, values, first] of [["layer", words.layer, layers.map((one) => [one, label(one)]), layers[0]], ["year", words.year, years.map((one) => [one, one]), [...years].sort().at(-1)]]) {
    if (values.length < 2) continue;
    const [holder, choice] = choiceOf(title, values, first, show);
    choice.dataset.key = key;
    choices[key] = choice;
    bar.append(holder);
  }
  if (!bar.childElementCount) return;
  bar.append(count);
  table.parentElement.before(bar);
  show();
};
document.querySelectorAll("table.of-zones").forEach(filterable);
