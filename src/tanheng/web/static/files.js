// Files of a study, each with what it seems to be and what the study could take it for.
import { resolved } from "./fields.js";
import { make, word } from "./page.js";

// A tile is drawn anew only where what it shows has changed: what somebody is choosing or typing in the others stays.
const drawn = new Map();
export function fileTiles(page, actions) {
  if (!page.files.length) return [make("li", {}, word("no_files"))];
  const entries = JSON.stringify(page.state.entries);
  return page.files.map((file) => {
    const used = entries.includes(JSON.stringify(file.file)) ? usedFor(file.file, page) : "";
    const shown = JSON.stringify([file, used, unknownCodes(file, page.state), page.classes]);
    const before = drawn.get(file.file);
    if (before?.shown === shown) return before.node;
    const node = tile(file, used, page, actions);
    drawn.set(file.file, { shown, node });
    return node;
  });
}

// What a study takes a file for: its section in words, and the names and years under it.
function usedFor(file, page) {
  const places = [];
  const walk = (value, place) => {
    if (value === file) places.push(place);
    else if (value && typeof value === "object") for (const [key, inner] of Object.entries(value)) walk(inner, [...place, key]);
  };
  walk(page.state.entries, []);
  const passing = new Set(["map", "maps", "file", "files", "table", "tables"]);
  const years = (page.state.entries.years ?? []).map(String);
  const words = places.map(([section, ...rest]) => {
    const idle = section === "land_cover" && /^\d+$/.test(rest.at(-1)) && !years.includes(rest.at(-1));
    const titles = page.schema ? titlesOf(page.schema, section, rest) : rest;
    const named = [page.schema?.properties[section]?.title ?? section, ...titles.filter((_, at) => !passing.has(rest[at]))].join(" · ");
    return idle ? `${named} (${word("not_among_years")})` : named;
  });
  return words.length ? words.join("; ") : word("added");
}

// Keys below a section as the form calls them; names and years of the user's own stay as they are.
function titlesOf(schema, section, keys) {
  let part = schema.properties[section];
  return keys.map((key) => {
    part = part && resolved(part, schema);
    const own = part?.properties?.[key];
    part = own ?? part?.additionalProperties;
    return own?.title ?? key;
  });
}

function tile(file, used, page, actions) {
  const node = make("li", { "data-file": file.file });
  if (file.picture) node.append(make("img", { src: file.picture, alt: "" }));
  node.append(make("h3", {}, file.file), make("p", {}, file.summary));
  if (used) node.append(make("p", { class: "used" }, `✓ ${used}`));
  if (file.problem) node.append(make("p", { class: "problem" }, file.problem));
  const list = make("dl");
  for (const [name, value] of file.figures) list.append(make("dt", {}, name), make("dd", {}, value));
  if (file.figures.length) node.append(list);
  if (file.uses.length) node.append(take(file, page, actions));
  if (file.kind === "InVEST parameters") {
    const area = make("p", { class: "problem", role: "alert" });
    const button = make("button", { type: "button" }, word("make_study"));
    button.addEventListener("click", () => actions.fromInvest(file.file, area));
    node.append(make("div", { class: "take" }, button), area);
  }
  if (file.kind === "table" && file.file.toLowerCase().endsWith(".csv")) node.append(editing(file, actions));
  if (file.file.startsWith("data/")) {
    const area = make("p", { class: "problem", role: "alert" });
    const button = make("button", { type: "button", class: "remove", "aria-label": word("remove_entry", { name: file.file }) }, word("remove"));
    button.addEventListener("click", async () => {
      // Sheets of a workbook go together.
      const [book] = file.file.split("#");
      const names = new Set([book, ...page.files.map((one) => one.file).filter((one) => one.startsWith(`${book}#`))]);
      const isUsed = [...names].some((one) => JSON.stringify(page.state.entries).includes(JSON.stringify(one)));
      const others = await actions.usersOf(book, area);
      if (others === null) return;
      const said = [isUsed && word("is_used"), others.length && word("used_by_others", { studies: others.join(word("between_items")) })];
      if (confirm([...said.filter(Boolean), word("remove_file", { file: book })].join(" "))) actions.remove(book, area);
    });
    node.append(make("div", { class: "removing" }, button), area);
  }
  const unknown = unknownCodes(file, page.state);
  if (file.kind === "land cover" && used && unknown.length) node.append(matching(unknown, page, actions));
  return node;
}

const dated = (place, year) => place.map((key) => (key === "YEAR" ? String(year) : key));
const held = (entries, place) => place.reduce((inner, key) => (inner && typeof inner === "object" ? inner[key] : undefined), entries);

// Entries of the study that would be overwritten by using a file, each with its present and its new value. Names of files that do not
// exist, as a new study has them, may be overwritten without a question.
function replacing(entries, year, page) {
  const written = (value) => (value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value));
  const absent = (value) => typeof value === "string" && /^[^/\\]+\.\w+$/.test(value) && !page.files.some(({ file }) => file === value);
  const { entries: entered } = page.state;
  const isNew = Object.values(entered.land_cover?.maps ?? {}).some(absent);
  const found = [];
  for (const [named, value] of entries) {
    const place = dated(named, year);
    const now = held(entered, place);
    const loses = now !== undefined && now !== null && JSON.stringify(now) !== JSON.stringify(value) && !absent(now);
    if (loses && !(isNew && place.join(".") === "land_cover.legend")) found.push(`${place.join(".")}: ${written(now)} → ${written(value)}`);
  }
  return found;
}

function take(file, page, actions) {
  const select = make("select", { "aria-label": `${word("apply")}: ${file.file}` });
  const known = file.uses.length === 1 || file.uses[0].likely;
  if (!known) select.append(make("option", { value: "" }, word("choose")));
  for (const [number, use] of file.uses.entries()) select.append(make("option", { value: String(number) }, use.title));
  const year = make("input", { type: "number", "aria-label": `${word("year")}: ${file.file}`, placeholder: word("year"), min: "1", max: "9999" });
  year.value = file.year ?? "";
  const button = make("button", { type: "button" }, word("apply"));
  const area = make("p", { class: "problem", role: "alert" });
  const chosen = () => (select.value === "" ? null : file.uses[Number(select.value)]);
  const room = make("div", { class: "explain" });
  let said = null;
  const band = file.bands.length ? bandOf(file, year) : null;
  const check = () => { button.disabled = !chosen() || (said && !said.complete()) || (band && !band.value); };
  band?.addEventListener("change", check);
  const show = () => {
    year.hidden = !chosen()?.needs_year;
    said = chosen()?.own ? explaining(file, chosen().own, check) : null;
    room.replaceChildren(...(said ? [said.node] : []));
    check();
  };
  select.addEventListener("change", show);
  show();
  button.addEventListener("click", () => {
    area.textContent = "";
    const given = year.value === "" ? null : Number(year.value);
    const bands = bandEntries(chosen().entries, band ? Number(band.value) : null).filter(([place, value]) => value !== null || held(page.state.entries, dated(place, given)) !== undefined);
    const entries = [...chosen().entries, ...bands, ...(said?.entries() ?? [])];
    const lost = replacing(entries, given, page);
    if (!lost.length || confirm(`${word("replaces")}\n\n${lost.join("\n")}`)) actions.use({ entries, year: given }, area);
  });
  const row = make("div", { class: "take" }, select, ...(band ? [band] : []), year, button);
  return make("div", {}, row, room, area);
}

// Which band of a file of several; one that is named after a year is of that year.
function bandOf(file, year) {
  const select = make("select", { "aria-label": `${word("band")}: ${file.file}` }, make("option", { value: "" }, word("band")));
  for (const name of file.bands) select.append(make("option", { value: name.split(" ")[0] }, name));
  select.addEventListener("change", () => {
    const named = select.selectedOptions[0].text.match(/(?<!\d)(19|20)\d\d(?!\d)/);
    if (named) [year.value] = named;
  });
  return select;
}

// Where the study names the band, beside the map that it names; a file of one band has none.
function bandEntries(entries, band) {
  const found = [];
  for (const [place] of entries) {
    const at = place.findIndex((key) => key === "maps" || key === "map");
    if (at >= 0) found.push([[...place.slice(0, at), "band", ...(place[at] === "maps" ? place.slice(at + 1) : [])], band]);
  }
  return found;
}

// What the headings of a table mean, and the unit of its amounts, chosen before it is used.
function explaining(file, own, changed) {
  const rows = own.columns.map(([name, meaning, needed]) => {
    const pick = make("select", { "aria-label": meaning, "data-column": name }, make("option", { value: "" }, word(needed ? "choose" : "none")));
    for (const heading of file.header) pick.append(make("option", { value: heading }, heading));
    pick.addEventListener("change", changed);
    return { name, needed, pick, row: make("tr", {}, make("td", {}, meaning), make("td", {}, pick)) };
  });
  const unit = own.unit_place.length ? make("input", { type: "text", "aria-label": word("unit_of_amounts"), placeholder: own.unit_example }) : null;
  unit?.addEventListener("input", changed);
  const body = make("tbody", {}, ...rows.map(({ row }) => row));
  if (unit) body.append(make("tr", {}, make("td", {}, word("unit_of_amounts")), make("td", {}, unit)));
  const head = make("thead", {}, make("tr", {}, ...["column_means", "heading"].map((name) => make("th", { scope: "col" }, word(name)))));
  return {
    node: make("table", { class: "codes" }, head, body),
    complete: () => rows.every(({ needed, pick }) => !needed || pick.value) && (!unit || unit.value.trim() !== ""),
    entries: () => {
      const named = Object.fromEntries(rows.filter(({ pick }) => pick.value).map(({ name, pick }) => [name, pick.value]));
      return [[own.place, Object.keys(named).length ? named : null], ...(unit ? [[own.unit_place, unit.value.trim()]] : [])];
    },
  };
}

// A small table as cells that can be typed into.
function editing(file, actions) {
  const area = make("p", { class: "problem", role: "alert" });
  const part = make("details", { class: "edit" }, make("summary", {}, word("edit")), area);
  part.addEventListener("toggle", async () => {
    if (!part.open || part.querySelector("table")) return;
    const found = await actions.cells(file.file, area);
    if (!found) return;
    const headings = found.header.map((name, column) => make("th", { scope: "col" }, name, found.meanings[column] ? make("div", { class: "soft" }, found.meanings[column]) : null));
    const head = make("thead", {}, make("tr", {}, make("th", { scope: "col" }, word("line")), ...headings));
    const body = make("tbody", {}, ...found.rows.map((row, number) => make("tr", {}, make("th", { scope: "row" }, `${found.lines[number]} ${found.names[number]}`.trim()), ...row.map((cell, column) => {
      const input = make("input", { type: "text", "aria-label": `${found.header[column]}, ${found.lines[number]}` });
      input.value = cell;
      input.addEventListener("input", () => { part.dataset.unsaved = ""; });
      return make("td", {}, input);
    }))));
    const save = make("button", { type: "button" }, word("save"));
    save.addEventListener("click", () => {
      const rows = [...body.rows].map((row) => [...row.querySelectorAll("input")].map((input) => input.value.trim()));
      area.textContent = "";
      actions.write(file.file, found.version, rows, area).then((next) => {
        if (!next) return;
        found.version = next.version;
        delete part.dataset.unsaved;
        for (const [number, row] of [...body.rows].entries()) row.querySelector("th").textContent = `${next.lines[number]} ${next.names[number]}`.trim();
      });
    });
    part.append(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": file.file }, make("table", { class: "cells" }, head, body)), save);
  });
  return part;
}

// Codes of a map that the study's own entries don't explain, where it has no built-in legend that does.
function unknownCodes(file, state) {
  const cover = state.entries.land_cover ?? {};
  if (file.legends.includes(cover.legend)) return [];
  const byHand = cover.codes ?? {};
  return file.codes.filter(([code]) => !(String(code) in byHand));
}

function matching(unknown, page, actions) {
  const rows = unknown.map(([code, share]) => {
    const select = make("select", { "aria-label": `${word("code")} ${code}` }, make("option", { value: "" }, word("choose")), make("option", { value: "-" }, word("no_data")));
    for (const [name, shown] of page.classes) select.append(make("option", { value: name }, shown));
    select.dataset.code = String(code);
    return make("tr", {}, make("td", { class: "n" }, String(code)), make("td", { class: "n" }, `${(100 * share).toFixed(1)} %`), make("td", {}, select));
  });
  const head = make("thead", {}, make("tr", {}, ...["code", "share", "class"].map((name) => make("th", { scope: "col" }, word(name)))));
  const table = make("table", { class: "codes" }, head, make("tbody", {}, ...rows));
  const area = make("p", { class: "problem", role: "alert" });
  const button = make("button", { type: "button" }, word("apply"));
  button.addEventListener("click", () => {
    const codes = { ...(page.state.entries.land_cover?.codes ?? {}) };
    for (const select of table.querySelectorAll("select")) {
      if (select.value) codes[select.dataset.code] = select.value === "-" ? "" : select.value;
    }
    actions.match(codes, area);
  });
  return make("details", { open: true, class: "match" }, make("summary", {}, word("match")), table, button, area);
}
