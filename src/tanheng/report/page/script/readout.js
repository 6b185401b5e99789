// Values of a cell.
import { floats, kinds, shares } from "./arrays.js";
import { columns, hectaresOf, index, rows } from "./cells.js";
import { ink, paths } from "./map.js";
import { byId, data, number, words } from "./page_data.js";
import { state } from "./state.js";

export const placeOf = (x, y) => [Math.floor((x - state.x) / state.scale), Math.floor((y - state.y) / state.scale)];
const lattice = (values, x, y) => {
  const side = data.lattice.nodes - 1;
  const [u, v] = [((x + 0.5) / columns) * side, ((y + 0.5) / rows) * side];
  const [i, j] = [Math.min(side - 1, Math.floor(u)), Math.min(side - 1, Math.floor(v))];
  const at = (row, column) => values[row * data.lattice.nodes + column];
  const along = (row) => at(row, i) * (1 - (u - i)) + at(row, i + 1) * (u - i);
  return along(j) * (1 - (v - j)) + along(j + 1) * (v - j);
};
const zonesAt = (x, y) => data.zones.flatMap((layer, number) => {
  const held = layer.zones.filter((_, at) => ink.isPointInPath(paths[number][at], x + 0.5, y + 0.5, "evenodd"));
  return held.length ? [[layer.label, held.map((zone) => zone.name).join(words.comma)]] : [];
});
const rowOf = (name, value, key = "") => {
  const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
  dt.textContent = name;
  dd.textContent = value;
  if (key) dd.dataset.key = key;
  return [dt, dd];
};
let asked = 0;
export const tell = async (x, y) => {
  const panel = byId("cell");
  const turn = ++asked;
  state.last = [x, y];
  const item = x >= 0 && y >= 0 && x < columns && y < rows ? index[y * columns + x] : -1;
  if (item < 0) {
    panel.replaceChildren(Object.assign(document.createElement("p"), { className: "soft", textContent: words.outside }));
    return;
  }
  const list = document.createElement("dl");
  ink.save();
  ink.setTransform(1, 0, 0, 1, 0, 0);
  for (const [label, name] of zonesAt(x, y)) list.append(...rowOf(label, name));
  ink.restore();
  const east = lattice(data.lattice.longitude, x, y);
  const north = lattice(data.lattice.latitude, x, y);
  list.append(...rowOf(words.place, `${Math.abs(north).toFixed(3)}° ${north < 0 ? "S" : "N"}, ${Math.abs(east).toFixed(3)}° ${east < 0 ? "W" : "E"}`));
  for (const when of [state.when, state.other].filter(Boolean)) list.append(...(await valuesOf(when, item)));
  const classes = await classesOf(item);
  if (turn !== asked) return; // something else was asked in the meantime
  const title = Object.assign(document.createElement("p"), { className: "soft", textContent: state.layer.title });
  const head = Object.assign(document.createElement("h3"), { textContent: data.factor > 1 ? words.in_block : words.in_cell });
  panel.replaceChildren(head, title, list, ...classes);
};
const valuesOf = async (when, item) => {
  const layer = state.layer;
  if (layer.kind !== "graded") {
    const kind = (await kinds(when.data))[item];
    return rowOf(when.label, kind === 255 ? words.no_data : layer.labels[kind], `kind-${when.key}`);
  }
  const value = (await floats(when.data))[item];
  if (Number.isNaN(value)) return rowOf(when.label, words.no_data, `value-${when.key}`);
  const hectares = await hectaresOf(when);
  const found = rowOf(when.label, `${number(value)} ${layer.cell_units === "1" ? "" : layer.cell_units}`.trim(), `value-${when.key}`);
  found[1].dataset.raw = value;
  if (layer.per_hectare) found.push(...rowOf("", `${number(value / hectares(item))} ${layer.units}`));
  return found;
};
const classesOf = async (item) => {
  const year = data.classes.years[state.when.key] ? state.when.key : Object.keys(data.classes.years).at(-1);
  const parts = await Promise.all(data.classes.years[year].map(shares));
  const list = document.createElement("ul");
  parts.forEach((part, at) => {
    if (part[item] === 0 || part[item] === 65535) return;
    const line = document.createElement("li");
    const swatch = Object.assign(document.createElement("span"), { className: "swatch" });
    swatch.style.background = data.classes.colours[at];
    line.append(swatch, `${data.classes.labels[at]} ${number(part[item] / 100)} %`);
    list.append(line);
  });
  return [Object.assign(document.createElement("h3"), { textContent: words.classes.replace("{year}", year) }), list];
};
