// The form of a study, made from its described schema: a section a table, an input a field.
import { partsInput, rowsInput } from "./lists.js";
import { make, word } from "./page.js";

// Place of a problem or a field without numbers of entries: "plan.limits 1.at_least" and "plan.limits" begin alike.
export function placeName(place) {
  return place.replace(/ \d+/g, "").replace(/\.land_class\b/g, ".class");
}

// A field of the schema without references and without "or nothing".
export function resolved(field, schema) {
  let own = field;
  if (own.$ref) own = { ...schema.$defs[own.$ref.split("/").pop()], ...own };
  if (own.allOf?.length === 1) own = { ...resolved(own.allOf[0], schema), ...own };
  if (own.anyOf) {
    const choices = own.anyOf.filter((one) => one.type !== "null").map((one) => resolved(one, schema));
    if (choices.length === 1) own = { ...choices[0], ...own, anyOf: undefined };
    else own = { ...own, anyOf: choices };
  }
  return own;
}

const isPart = (field) => field?.properties !== undefined;
const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const simple = (field) => ["string", "number", "integer"].includes(field?.type);

// What kind of input shows a field, with the value that it has now.
function kindOf(field, value, schema) {
  if (isPart(field)) return "part";
  if (field.type === "object" && isPart(resolved(field.additionalProperties ?? {}, schema))) return "parts";
  if (field.enum || field.const !== undefined) return "choice";
  if (field["x-by-year"] && (value === undefined || (isTable(value) && Object.values(value).every((one) => typeof one !== "object")))) {
    const inner = field.additionalProperties ?? field.anyOf?.find((one) => one.additionalProperties)?.additionalProperties;
    if (inner) return "years";
  }
  const truthOrText = field.anyOf?.length === 2 && field.anyOf.some((one) => one.type === "boolean") && field.anyOf.some((one) => one.type === "string");
  if (truthOrText && !isTable(value) && !Array.isArray(value)) return "truth_or_text";
  if (field.anyOf) return field.anyOf.some((one) => one.type === "string") && ["undefined", "string", "number"].includes(typeof value) && !field.anyOf.some((one) => one.type === "boolean") ? "text" : "toml";
  if (field.type === "boolean") return "truth";
  if (field.type === "number" || field.type === "integer") return "number";
  if (field.type === "string") return "text";
  const items = field.items && resolved(field.items, schema);
  if (field.type === "array" && items && !field.prefixItems) {
    if (items.enum) return "choices";
    if (simple(items) && (value === undefined || Array.isArray(value))) return "list";
    if (isPart(items) && (value === undefined || (Array.isArray(value) && value.every(isTable)))) return "items";
  }
  return rowKind(field, value, schema) ?? "toml";
}

// Rows of two or three cells: a name with a value, two names, or a name with a year and a year.
function rowKind(field, value, schema) {
  const items = field.items && resolved(field.items, schema);
  if (items?.prefixItems?.length === 2) return value === undefined || (Array.isArray(value) && value.every((one) => Array.isArray(one) && one.length === 2)) ? "twos" : null;
  const inner = field.type === "object" && resolved(field.additionalProperties ?? {}, schema);
  if (!inner || (value !== undefined && !isTable(value))) return null;
  const held = Object.values(value ?? {});
  if (simple(inner)) return held.every((one) => typeof one !== "object") ? "pairs" : null;
  return inner["x-by-year"] || (inner.type === "object" && simple(inner.additionalProperties)) ? (held.every(isTable) ? "dated" : null) : null;
}

let number = 0;
const newId = () => `f${(number += 1)}`;

// Kinds of names that stand before a value, as those of classes, and not for a file.
const NAMES = new Set(["class", "driver", "zone layer"]);

// What may be written in a field that names something: files of the right kind, built-in tables, classes, layers.
function choicesFor(field, context, wantedKind = () => true) {
  const { page, state } = context;
  const found = [];
  for (const kind of (field["x-accepts"] ?? []).filter(wantedKind)) {
    const files = (wanted) => page.files.filter(wanted).map((file) => file.file);
    if (kind === "raster") found.push(...files((file) => ["raster", "land cover"].includes(file.kind)));
    else if (kind === "vector") found.push(...files((file) => ["polygons", "lines or points"].includes(file.kind)));
    else if (kind === "table" || kind.startsWith("table:")) found.push(...files((file) => file.kind === "table"));
    else if (kind === "zone layer") found.push(...Object.keys(state.entries.zones ?? {}));
    else if (kind === "driver") found.push(...Object.keys(state.entries.drivers ?? {}));
    else if (kind === "class") found.push(...page.classes.map(([name]) => name));
    else found.push(...(page.schema["x-built-in"][kind] ?? []));
  }
  return [...new Set(found)];
}

// What is typed counts when it is done: once, also where the page was drawn anew while somebody typed.
export const drawing = { now: false };
function committing(input, commit) {
  input.dataset.held = input.value;
  const done = () => {
    const unread = Boolean(input.validity?.badInput); // "1e" is not a number yet: the entry is kept
    input.setAttribute("aria-invalid", String(unread));
    if (drawing.now || unread || input.value === input.dataset.held) return;
    input.dataset.held = input.value;
    commit(input.value);
  };
  input.addEventListener("change", done);
  input.addEventListener("blur", done);
}

function textInput(id, value, choices, about, done) {
  const input = make("input", { id, type: "text", value: value ?? "", autocomplete: "off", spellcheck: false, "aria-describedby": about });
  input.value = value ?? "";
  const parts = [input];
  if (choices.length) {
    const list = `${id}-choices`;
    input.setAttribute("list", list);
    parts.push(make("datalist", { id: list }, ...choices.map((one) => make("option", { value: one }))));
  }
  committing(input, (text) => done(text.trim() === "" ? null : text.trim()));
  return parts;
}

function numberInput(id, value, field, about, done) {
  const input = make("input", { id, type: "number", step: field.type === "integer" ? "1" : "any", "aria-describedby": about });
  input.value = value ?? "";
  if (value === undefined && typeof field.default === "number") input.placeholder = String(field.default);
  committing(input, (text) => done(text === "" ? null : Number(text)));
  return input;
}

function selectInput(id, value, choices, unset, about, done) {
  const select = make("select", { id, "aria-describedby": about }, make("option", { value: "" }, unset));
  for (const [key, text] of choices) select.append(make("option", { value: JSON.stringify(key) }, text));
  select.value = value === undefined ? "" : JSON.stringify(value);
  select.addEventListener("change", () => done(select.value === "" ? null : JSON.parse(select.value)));
  return select;
}

function unsetWords(field) {
  const { default: normal } = field;
  if (normal === undefined || normal === null) return word("choose");
  if (typeof normal === "boolean") return word("by_default", { value: word(normal ? "yes" : "no") });
  return typeof normal === "object" ? word("choose") : word("by_default", { value: choiceWords(field, normal) });
}

const choiceWords = (field, one) => field["x-choices"]?.[one] ?? String(one);

// Inputs of a field by its kind; each gets the value and says where it is to be written.
const inputs = {
  text: (id, value, field, context) => {
    const numeric = field.anyOf?.some((one) => one.type === "number");
    const done = (text) => context.done(numeric && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text ?? "") ? Number(text) : text);
    return textInput(id, value, choicesFor(field, context), `${id}-about`, done);
  },
  number: (id, value, field, context) => [numberInput(id, value, field, `${id}-about`, context.done)],
  truth: (id, value, field, context) => [selectInput(id, value, [[true, word("yes")], [false, word("no")]], unsetWords(field), `${id}-about`, context.done)],
  choice: (id, value, field, context) => [selectInput(id, value, (field.enum ?? [field.const]).map((one) => [one, choiceWords(field, one)]), unsetWords(field), `${id}-about`, context.done)],
  choices: (id, value, field, context) => {
    const all = resolved(field.items, context.page.schema).enum;
    const held = new Set(value ?? field.default ?? []);
    const boxes = all.map((one) => {
      const box = make("input", { type: "checkbox", checked: held.has(one), value: one });
      box.addEventListener("change", () => {
        if (box.checked) held.add(one);
        else held.delete(one);
        context.done(all.filter((each) => held.has(each)));
      });
      return make("label", { class: "row" }, box, ` ${choiceWords(field, one)}`);
    });
    return [make("div", { class: "rows", role: "group", "aria-labelledby": `${id}-label`, "aria-describedby": `${id}-about` }, ...boxes)];
  },
  list: (id, value, field, context) => {
    const items = resolved(field.items, context.page.schema);
    const shown = Array.isArray(value) ? value.join(", ") : "";
    const done = (text) => {
      if (text === null) return context.done(null);
      const parts = text.split(/[,，、]/).map((part) => part.trim()).filter(Boolean);
      return context.done(items.type === "string" ? parts : parts.map((part) => (part !== "" && !Number.isNaN(Number(part)) ? Number(part) : part)));
    };
    return textInput(id, shown, choicesFor(field, context), `${id}-about`, done);
  },
  years: (id, value, field, context) => {
    const years = [...new Set([...(context.state.entries.years ?? []).map(String), ...Object.keys(value ?? {})])];
    if (!years.length) return [make("p", { class: "soft" }, word("years_first"))];
    const choice = field.additionalProperties ?? field.anyOf.find((one) => one.additionalProperties).additionalProperties;
    const inner = resolved(choice, context.page.schema);
    const rows = years.map((year) => {
      const key = `${id}-${year}`;
      const done = (held) => context.set([...context.place, year], held);
      const isNumber = inner.type === "number" || inner.type === "integer";
      const parts = isNumber ? [numberInput(key, value?.[year], inner, `${id}-about`, done)] : textInput(key, value?.[year], choicesFor(field, context), `${id}-about`, done);
      return make("div", { class: "row" }, make("label", { class: "key", for: key }, year), ...parts);
    });
    return [make("div", { class: "rows", role: "group", "aria-labelledby": `${id}-label` }, ...rows)];
  },
  truth_or_text: (id, value, field, context) => {
    const truths = new Map([[word("yes"), true], [word("no"), false]]);
    const shown = typeof value === "boolean" ? word(value ? "yes" : "no") : value;
    return textInput(id, shown, [...truths.keys(), ...choicesFor(field, context)], `${id}-about`, (text) => context.done(truths.get(text) ?? text));
  },
  items: (id, value, field, context) => partsInput(value, resolved(field.items, context.page.schema), context.place, { ...context, field: fieldNode }),
  pairs: (id, value, field, context) => {
    const inner = resolved(field.additionalProperties, context.page.schema);
    const columns = [
      { title: word("entry"), choices: choicesFor(field, context, (kind) => NAMES.has(kind)) },
      { title: word("value"), number: inner.type !== "string", blank: inner.type === "string", choices: choicesFor(field, context, (kind) => !NAMES.has(kind)) },
    ];
    return rowsInput(id, context.place, Object.entries(value ?? {}), columns, 1, (rows) => context.done(rows.length ? Object.fromEntries(rows) : null));
  },
  twos: (id, value, field, context) => {
    const choices = choicesFor(field, context);
    const columns = [{ title: word("from"), choices }, { title: word("to"), choices }];
    return rowsInput(id, context.place, value ?? [], columns, 2, (rows) => context.done(rows.length ? rows : null));
  },
  dated: (id, value, field, context) => {
    const named = ["emissions", "population", ...Object.keys(context.state.entries.drivers ?? {})];
    const columns = [{ title: word("entry"), choices: named }, { title: word("year"), number: true }, { title: word("year_of_data"), number: true }];
    const rows = Object.entries(value ?? {}).flatMap(([name, years]) => Object.entries(years).map(([year, of]) => [name, year, of]));
    const nested = (found, [name, year, of]) => ({ ...found, [name]: { ...found[name], [year]: of } });
    return rowsInput(id, context.place, rows, columns, 2, (held) => context.done(held.length ? held.reduce(nested, {}) : null));
  },
  toml: (id, value, field, context) => {
    const area = make("textarea", { id, rows: "2", spellcheck: false, "aria-describedby": `${id}-about` });
    area.value = value === undefined ? "" : context.state.written[context.place.join(".")] ?? toToml(value);
    committing(area, (text) => context.setToml(text));
    return [area];
  },
};

// A value as TOML writes it on one line.
export function toToml(value) {
  if (Array.isArray(value)) return `[${value.map(toToml).join(", ")}]`;
  if (value && typeof value === "object") return `{ ${Object.entries(value).map(([key, inner]) => `${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)} = ${toToml(inner)}`).join(", ")} }`;
  return JSON.stringify(value);
}

function fieldNode(key, field, value, place, context) {
  const own = resolved(field, context.page.schema);
  const kind = kindOf(own, value, context.page.schema);
  const id = newId();
  const problem = make("p", { class: "problem", role: "alert", id: `${id}-problem` });
  const inner = {
    ...context,
    place,
    done: (held) => context.set(place, held, problem),
    set: (where, held) => context.set(where, held, problem),
    setToml: (text) => context.setToml(place, text, problem),
  };
  const grouped = ["years", "choices", "items", "pairs", "twos", "dated"].includes(kind);
  const label = grouped ? make("span", { class: "label", id: `${id}-label` }, own.title) : make("label", { for: id, id: `${id}-label` }, own.title);
  const name = make("code", { class: "name" }, key);
  const about = [own.description];
  if (own["x-unit"]) about.push(word("unit", { unit: own["x-unit"] }));
  if (kind === "toml") about.push(word("as_text"));
  if (kind === "toml" || kind === "text") about.push(word("example", { example: kind === "toml" ? toToml(own.examples[0]) : exampleText(own.examples[0]) }));
  const node = make("div", { class: "field", "data-place": shownPlace(place) }, label, name, make("p", { class: "about", id: `${id}-about` }, about.join(" ")));
  node.append(...inputs[kind](id, value, own, inner), problem);
  if (context.optional(key, value)) node.classList.add("optional");
  return node;
}

// Place as problems name it: entries of a list by numbers from 1 on.
const shownPlace = (place) => place.reduce((text, part) => (typeof part === "number" ? `${text} ${part + 1}` : text && `${text}.${part}` || part), "");

const exampleText = (example) => (typeof example === "string" ? example : toToml(example));

// Fields of a part, one below the other; parts in it have a frame of their own.
function partNodes(part, entries, place, context) {
  return Object.entries(part.properties).map(([key, field]) => {
    const own = resolved(field, context.page.schema);
    const value = entries?.[key];
    const kind = kindOf(own, value, context.page.schema);
    if (kind === "part") {
      const frame = make("fieldset", { class: "part" }, make("legend", {}, own.title), make("p", { class: "soft" }, own.description));
      frame.append(...partNodes(own, value, [...place, key], { ...context, optional: () => false }));
      if (context.optional(key, value)) frame.classList.add("optional");
      return frame;
    }
    return fieldNode(key, own, value, [...place, key], context);
  });
}

// Parts with names of the user's own: zone layers, drivers.
function namedNodes(field, entries, place, context) {
  const part = resolved(field.additionalProperties, context.page.schema);
  const key = place.join(".");
  const names = [...new Set([...Object.keys(entries ?? {}), ...(context.page.pending[key] ?? [])])];
  const frames = names.map((name) => {
    const remove = make("button", { type: "button" }, word("remove_entry", { name }));
    remove.addEventListener("click", () => {
      context.page.pending[key] = (context.page.pending[key] ?? []).filter((one) => one !== name);
      if (entries?.[name] === undefined) context.redraw();
      else context.set([...place, name], null);
    });
    const inner = { ...context, optional: (field_, value) => value === undefined && !context.usual(place[0]).includes(field_) && !["table", "zones", "maps", "map"].includes(field_) };
    const problem = make("p", { class: "problem", role: "alert" });
    return make("fieldset", { class: "part", "data-whole": `${key}.${name}`, tabindex: "-1" }, make("legend", {}, name), problem, ...partNodes(part, entries?.[name], [...place, name], inner), remove);
  });
  const id = newId();
  const input = make("input", { id, type: "text", "aria-describedby": `${id}-about` });
  const add = make("button", { type: "button" }, word("add"));
  add.addEventListener("click", () => {
    const name = input.value.trim();
    if (!/^[\p{L}\p{N}_-]+$/u.test(name)) {
      input.setAttribute("aria-invalid", "true");
      return;
    }
    context.page.pending[key] = [...(context.page.pending[key] ?? []), name];
    context.redraw();
  });
  return [...frames, make("div", { class: "row" }, make("label", { for: id }, word("add")), input, add), make("p", { class: "soft", id: `${id}-about` }, word("name_new"))];
}

// The whole form: what every study has first, then a section a table.
export function sectionsOf(page, state, actions) {
  const schema = page.schema;
  const usual = (key) => schema["x-usual"][key] ?? [];
  const base = { page, state, ...actions, usual };
  const toggle = make("input", { type: "checkbox", id: "all", checked: page.all });
  toggle.addEventListener("change", () => {
    page.all = toggle.checked;
    toggle.closest("form").classList.toggle("all", page.all);
  });
  const nodes = [make("p", {}, make("label", {}, toggle, ` ${word("all_fields")}`))];
  const top = { ...base, optional: (key, value) => value === undefined && !usual("").includes(key) };
  const tables = [];
  for (const [key, field] of Object.entries(schema.properties)) {
    const own = resolved(field, schema);
    const value = state.entries[key];
    const kind = kindOf(own, value, schema);
    if (kind !== "part" && kind !== "parts") nodes.push(fieldNode(key, own, value, [key], top));
    else tables.push(sectionNode(key, own, kind, value, { ...base, optional: (inner, held) => held === undefined && usual(key).length > 0 && !usual(key).includes(inner) && !(own.required ?? []).includes(inner) }));
  }
  return [...nodes, ...tables];
}

function sectionNode(key, own, kind, value, context) {
  const needed = (context.page.schema.required ?? []).includes(key);
  const mark = value === undefined ? word("left_out") : "";
  const section = make("details", { class: "section", "data-section": key, "data-whole": key }, make("summary", {}, own.title, make("code", { class: "name" }, key), make("span", { class: "mark" }, mark)));
  section.open = context.page.open.has(key) || (needed && !context.page.open.has(`-${key}`));
  section.addEventListener("toggle", () => {
    context.page.open.delete(section.open ? `-${key}` : key);
    context.page.open.add(section.open ? key : `-${key}`);
  });
  const problem = make("p", { class: "problem", role: "alert" });
  section.append(make("p", { class: "soft" }, own.description), problem);
  if (value !== undefined && !needed) {
    const leave = make("button", { type: "button", class: "remove" }, word("leave_out"));
    leave.addEventListener("click", () => context.set([key], null, problem));
    section.append(make("p", {}, leave));
  }
  section.append(...(kind === "part" ? partNodes(own, value, [key], context) : namedNodes(own, value, [key], context)));
  return section;
}
