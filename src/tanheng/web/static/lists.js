// Inputs of what holds several entries of one kind: parts one below the other, and rows of two or three cells.
import { make, word } from "./page.js";

// Parts of a list, each with its fields in a frame; a new one is written once its first field is.
export function partsInput(value, part, place, context) {
  const list = value ?? [];
  const key = place.join(".");
  const frame = (entry, number, inner, remove) => {
    const fields = Object.entries(part.properties).map(([name, field]) => context.field(name, field, entry?.[name], [...place, number, name], inner));
    return make("fieldset", { class: "part item" }, make("legend", {}, String(number + 1)), make("div", { class: "cards" }, ...fields), remove);
  };
  const removing = (number, act) => {
    const button = make("button", { type: "button" }, word("remove_entry", { name: number + 1 }));
    button.addEventListener("click", () => {
      button.disabled = true; // a second click would take the part that moves up
      act();
    });
    return button;
  };
  const held = { ...context, optional: () => false };
  const frames = list.map((entry, number) => frame(entry, number, held, removing(number, () => context.set(list.length > 1 ? [...place, number] : place, null))));
  if (context.page.pending[key]) {
    const first = (where, entry) => {
      if (entry === null) return;
      delete context.page.pending[key];
      const made = { [where.at(-1)]: entry };
      context.set(list.length ? [...place, list.length] : place, list.length ? made : [made]);
    };
    const leave = () => {
      delete context.page.pending[key];
      context.redraw();
    };
    frames.push(frame(undefined, list.length, { ...held, set: first }, removing(list.length, leave)));
    return frames;
  }
  const add = make("button", { type: "button" }, word("add"));
  add.addEventListener("click", () => {
    context.page.pending[key] = [true];
    context.redraw();
  });
  return [...frames, add];
}

// What is typed into rows and not committed yet, by their place: it outlives a form that is drawn anew meanwhile.
const drafts = new Map();

// Rows of cells, with an empty one at the end; rows that are whole are committed together. The first `names` cells tell rows apart.
export function rowsInput(id, place, rows, columns, names, commit) {
  const box = make("div", { class: "rows", role: "group", "aria-labelledby": `${id}-label`, "aria-describedby": `${id}-about` });
  const lists = columns.map((column, number) => {
    if (!column.choices?.length) return undefined;
    box.append(make("datalist", { id: `${id}-${number}` }, ...column.choices.map((one) => make("option", { value: one }))));
    return `${id}-${number}`;
  });
  const key = place.join(".");
  const written = [...rows.map((row) => row.map(String)), []];
  let before = JSON.stringify(written.slice(0, -1));
  const held = drafts.get(key);
  const shown = held?.of === before ? held.lines : written;
  const inputsOf = (line) => [...line.querySelectorAll("input")];
  const isWhole = (cells) => cells.some(Boolean) && cells.every((cell, number) => cell !== "" || columns[number].blank);
  const changed = (removed = false) => {
    const lines = [...box.querySelectorAll(".row")].map((line) => ({ inputs: inputsOf(line), cells: inputsOf(line).map((input) => input.value.trim()) }));
    const seen = new Set();
    let wrong = false;
    for (const { inputs, cells } of lines) {
      const name = JSON.stringify(cells.slice(0, names));
      const twice = isWhole(cells) && seen.has(name);
      if (isWhole(cells)) seen.add(name);
      for (const [number, input] of inputs.entries()) {
        const lacking = cells.some(Boolean) && cells[number] === "" && !columns[number].blank;
        const bad = input.validity.badInput || lacking || (twice && number < names);
        input.setAttribute("aria-invalid", String(bad));
        wrong ||= bad;
      }
    }
    const whole = lines.map(({ cells }) => cells).filter(isWhole);
    if ((wrong && !removed) || JSON.stringify(whole) === before) return;
    before = JSON.stringify(whole);
    drafts.delete(key);
    commit(whole.map((cells) => cells.map((cell, number) => (columns[number].number ? Number(cell) : cell))));
  };
  const keep = () => drafts.set(key, { of: before, lines: [...box.querySelectorAll(".row")].map((line) => inputsOf(line).map((input) => input.value)) });
  const line = (cells, number) => {
    const inputs = columns.map((column, at) => {
      const input = make("input", { type: column.number ? "number" : "text", step: "any", "aria-label": column.title, placeholder: column.title, autocomplete: "off", list: lists[at] });
      input.value = cells[at] ?? "";
      input.addEventListener("input", keep);
      for (const done of ["change", "blur"]) input.addEventListener(done, () => changed());
      return input;
    });
    const remove = make("button", { type: "button", "aria-label": word("remove_entry", { name: cells.join(" ") || word("new_row") }) }, "×");
    const row = make("div", { class: "row" }, ...inputs, number < shown.length - 1 ? remove : null);
    remove.addEventListener("click", () => {
      row.remove();
      changed(true);
    });
    return row;
  };
  box.append(...shown.map(line));
  return [box];
}
