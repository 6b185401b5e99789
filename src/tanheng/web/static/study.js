// The page of a study: its files, its form, its state. The study file is what counts; each change is written there at once.
import { ask, make, mayStart, Refused, say, time, word } from "./page.js";
import { drawing, placeName, sectionsOf } from "./fields.js";
import { fileTiles } from "./files.js";

const node = (id) => document.getElementById(id);
let state = JSON.parse(node("study-state").textContent);
const address = (path) => `${path}?name=${encodeURIComponent(state.name)}`;

const page = { schema: null, files: [], classes: [], check: null, open: new Set(), pending: {}, all: false };

// Changes are sent one after the other, each on the version that the one before has left.
let sending = Promise.resolve();
function change(path, body, area) {
  sending = sending.then(async () => {
    try {
      const next = await ask(address(path), "POST", { version: state.version, ...body });
      took(next);
      say(word("saved"));
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 409) await takeUp();
      if (area) area.textContent = error.message;
      else say(error.message);
      return false;
    }
  });
  return sending;
}

// The study as it is now.
async function takeUp() {
  try {
    took(await ask(address("/app/study")));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

export function set(place, value, area) {
  return change("/app/study", { changes: [{ place, value }] }, area);
}

export function setToml(place, toml, area) {
  return change("/app/study", { changes: [toml.trim() ? { place, toml } : { place, value: null }] }, area);
}

function took(next) {
  state = next;
  page.check = null;
  show();
  look();
}

// What is wrong with the inputs is looked for when typing has paused.
let looking = null;
let waiting = 0;
function look() {
  clearTimeout(waiting);
  looking?.abort();
  if (state.fault) return showState();
  waiting = setTimeout(async () => {
    looking = new AbortController();
    try {
      const found = await ask(address("/app/check"), "GET", undefined, looking.signal);
      if (found.version !== state.version) return;
      page.check = found;
      showState();
      showProblems();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof Refused)) throw error;
      say(error.message);
    }
  }, 500);
  showState();
}

// The check of the inputs also reports errors of the entries.
const problems = () => page.check?.problems ?? state.problems;

function show() {
  node("study-title").textContent = state.title;
  node("fault").textContent = state.fault;
  node("text").value = state.text;
  showResults();
  showForm();
  showFiles();
  showState();
  showProblems();
}

function showResults() {
  const { results, made, changes, serves } = state.results;
  const place = node("results");
  place.hidden = !results;
  node("by-hand").hidden = node("future").hidden = !results || !serves;
  if (!results) return;
  const link = make("a", { href: `/results?name=${encodeURIComponent(results)}` }, word("results_of", { when: made }));
  place.replaceChildren(link, changes.length ? make("span", { class: "old" }, ` ${word("old")} ${changes.join("; ")}`) : "");
}

const controls = (field) => [...field.querySelectorAll("input, select, textarea")];

// The input that somebody types into, with what is typed there and not saved yet.
function typed() {
  const input = document.activeElement;
  const field = input?.closest("#form [data-place]");
  if (!field) return null;
  const { dataset: { place } } = field;
  const open = input.dataset.held !== undefined && input.value !== input.dataset.held;
  const ends = input.type === "text" || input.tagName === "TEXTAREA" ? [input.selectionStart, input.selectionEnd] : null;
  return { place, number: controls(field).indexOf(input), text: open ? input.value : null, ends };
}

function typeOn(typing) {
  const field = typing && node("form").querySelector(`[data-place="${CSS.escape(typing.place)}"]`);
  const input = field && controls(field)[typing.number];
  if (!input) return;
  input.focus();
  if (typing.text !== null) input.value = typing.text;
  if (typing.ends) input.setSelectionRange(...typing.ends);
}

function showForm() {
  if (!page.schema) return;
  const typing = typed();
  node("form").hidden = Boolean(state.fault);
  if (state.fault) return;
  drawing.now = true;
  node("form").replaceChildren(...sectionsOf(page, state, { set, setToml, redraw: showForm }));
  drawing.now = false;
  node("form").classList.toggle("all", page.all);
  typeOn(typing);
  showProblems();
}

function showState() {
  const found = problems();
  const list = (texts) => make("ol", {}, ...texts);
  const parts = [];
  if (state.fault) parts.push(make("p", { class: "problem" }, state.fault));
  if (found.length) {
    parts.push(make("h3", {}, `${word("problems")} (${found.length})`));
    parts.push(list(found.map((problem) => make("li", {}, link(problem)))));
  } else if (!state.fault && !page.check) parts.push(make("p", { class: "soft" }, word("checking")));
  else if (page.check) {
    const { memory, seconds, cells } = page.check.estimate;
    parts.push(make("p", { class: "ready" }, word("checked")));
    parts.push(make("p", {}, word("estimate", { time: time(seconds), memory: (memory / 1e9).toFixed(1), cells: cells.toLocaleString() })));
  }
  const warnings = page.check?.warnings ?? [];
  if (warnings.length) {
    const told = make("details", { open: true }, make("summary", {}, `${word("warnings")} (${warnings.length})`));
    told.append(list(warnings.map((warning) => make("li", { class: "warning" }, warning.text))));
    parts.push(told);
  }
  node("state").replaceChildren(...parts);
  document.body.dataset.checked = page.check ? String(found.length) : "";
  for (const button of document.querySelectorAll("[data-process]")) {
    const { process } = button.dataset;
    button.hidden = process !== "run" && !state.entries[process];
    button.disabled = Boolean(state.fault) || found.length > 0;
  }
}

function link(problem) {
  const field = fieldOf(problem.place);
  if (!field) return document.createTextNode(problem.text);
  const button = make("button", { type: "button", class: "to" }, problem.text);
  button.addEventListener("click", () => {
    if (field.classList.contains("optional")) {
      page.all = true;
      node("form").classList.add("all");
      node("all").checked = true;
    }
    for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    field.scrollIntoView({ block: "center" });
    (field.matches(".field") ? field.querySelector("input, select, textarea") : field.querySelector("summary") ?? field)?.focus();
  });
  return button;
}

// Field that a problem is about: the one of its place, the section or part as a whole, or the field whose place is the longest beginning
// of the problem's.
function fieldOf(place) {
  const wanted = placeName(place);
  if (!wanted) return null;
  const exact = [...node("form").querySelectorAll("[data-place]")].find((field) => field.dataset.place === place);
  const whole = exact ?? [...node("form").querySelectorAll("[data-whole]")].find((part) => part.dataset.whole === place);
  if (whole) return whole;
  let best = null;
  for (const field of node("form").querySelectorAll("[data-place]")) {
    const own = placeName(field.dataset.place);
    const fits = wanted === own || wanted.startsWith(`${own}.`);
    if (fits && (!best || own.length > placeName(best.dataset.place).length)) best = field;
  }
  return best;
}

function showProblems() {
  for (const field of node("form").querySelectorAll(".field, [data-whole]")) {
    field.classList.remove("wrong");
    const area = field.querySelector(":scope > .problem");
    if (area) area.textContent = "";
  }
  for (const section of node("form").querySelectorAll("details.section")) section.classList.remove("wrong");
  for (const problem of problems()) {
    const field = fieldOf(problem.place);
    if (!field) continue;
    field.classList.add("wrong");
    field.closest("details.section")?.classList.add("wrong");
    const area = field.querySelector(":scope > .problem");
    if (area) area.textContent += (area.textContent ? "\n" : "") + problem.text;
  }
}

function showFiles() {
  page.state = state;
  const tiles = fileTiles(page, {
    use: (body, area) => change("/app/use", body, area),
    cells: async (file, area) => {
      try {
        return await ask(`${address("/app/cells")}&file=${encodeURIComponent(file)}`);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        area.textContent = error.message;
        return null;
      }
    },
    write: async (file, version, rows, area) => {
      try {
        const next = await ask(`${address("/app/cells")}&file=${encodeURIComponent(file)}`, "POST", { version, rows });
        say(word("saved"));
        look();
        return next;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        area.textContent = error.message;
        return null;
      }
    },
    fromInvest: async (file, area) => {
      try {
        const made = await ask(`${address("/app/invest")}&file=${encodeURIComponent(file)}`, "POST", {});
        location.href = `/study?name=${encodeURIComponent(made.name)}`;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        area.textContent = error.message;
      }
    },
    usersOf: async (file, area) => {
      try {
        return (await ask(`${address("/app/users")}&file=${encodeURIComponent(file)}`)).studies;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        area.textContent = error.message;
        return null;
      }
    },
    remove: async (file, area) => {
      try {
        await ask(`${address("/app/files")}&file=${encodeURIComponent(file)}`, "DELETE");
        await loadFiles();
        look();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        area.textContent = error.message;
      }
    },
    match: (codes, area) => set(["land_cover", "codes"], codes, area),
  });
  const held = [...node("files").children];
  if (tiles.length === held.length && tiles.every((tile, place) => tile === held[place])) return;
  const focus = focusedOn(held);
  node("files").replaceChildren(...tiles);
  if (focus) focusAgain(focus, tiles);
}

const controlsOf = (tile) => [...tile.querySelectorAll("button, select, input")];

// The tile and the control of it that have the focus; none where they are elsewhere.
function focusedOn(tiles) {
  const place = tiles.findIndex((tile) => tile.contains(document.activeElement));
  return place < 0 ? null : { place, file: tiles[place].dataset.file, control: controlsOf(tiles[place]).indexOf(document.activeElement) };
}

// The focus stays on the tile of the same file though it was drawn anew; where the file is gone, on the tile in its place.
function focusAgain({ place, file, control }, tiles) {
  const tile = tiles.find((one) => one.dataset.file === file) ?? tiles[Math.min(place, tiles.length - 1)];
  const controls = controlsOf(tile);
  (controls[control] ?? controls[0] ?? node("pick")).focus();
}

async function loadFiles() {
  page.files = (await ask(address("/app/files"))).files;
  showFiles();
  showForm();
}

async function drop(files) {
  node("drop-problem").textContent = "";
  const failed = [];
  node("copying").hidden = false;
  node("copying").max = files.length;
  say(word("dropped", { count: files.length }));
  for (const [number, file] of [...files].entries()) {
    node("copying").value = number;
    try {
      await ask(`${address("/app/files")}&file=${encodeURIComponent(file.path ?? file.name)}`, "PUT", file);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      failed.push(error.message);
    }
  }
  node("copying").hidden = true;
  node("drop-problem").textContent = failed.join("\n");
  await loadFiles();
  look();
}

// Files of a dropped folder as well as those that were dropped themselves.
async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  async function walk(entry) {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      // Folders are kept: maps of two years often have one name in two of them.
      file.path = entry.fullPath.replace(/^\//, "");
      found.push(file);
    } else {
      const reader = entry.createReader();
      for (;;) {
        const below = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (!below.length) break;
        for (const one of below) await walk(one);
      }
    }
  }
  for (const entry of entries) await walk(entry);
  return found.filter((file) => !file.name.startsWith("."));
}

const area = node("drop");
for (const kind of ["dragenter", "dragover"]) {
  area.addEventListener(kind, (event) => { event.preventDefault(); area.classList.add("over"); });
}
area.addEventListener("dragleave", () => area.classList.remove("over"));
area.addEventListener("drop", async (event) => {
  event.preventDefault();
  area.classList.remove("over");
  drop(await droppedFiles(event.dataTransfer));
});
node("pick").addEventListener("change", async () => {
  await drop(node("pick").files);
  node("pick").value = "";
});

for (const button of document.querySelectorAll("[data-process]")) {
  button.addEventListener("click", async () => {
    await sending;
    node("run-problem").textContent = "";
    try {
      if (!(await mayStart(button.dataset.process, state.name))) return;
      const job = await ask("/app/jobs", "POST", { process: button.dataset.process, inputs: { study: state.name } });
      location.href = `/job/${job.id}`;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      node("run-problem").textContent = error.message;
    }
  });
}

node("save-text").addEventListener("click", () => {
  node("text-problem").textContent = "";
  change("/app/study", { text: node("text").value }, node("text-problem"));
});

async function start() {
  page.schema = await ask("/app/schema");
  page.classes = (await ask(`/app/classes?legend=${encodeURIComponent(state.entries.land_cover?.legend ?? "")}`)).classes;
  show();
  await loadFiles();
  look();
  document.body.dataset.ready = "";
}
// A job of this study that is under way: when it ends, its results are there.
for (const told of document.querySelectorAll("[data-job]")) {
  const events = new EventSource(`/app/jobs/${told.dataset.job}/events`);
  events.onmessage = async (event) => {
    if (!JSON.parse(event.data).ended) return;
    events.close();
    told.remove();
    took(await ask(address("/app/study")));
  };
}
// Cells that were typed and not saved would be gone.
addEventListener("beforeunload", (event) => {
  if (document.querySelector("details.edit[data-unsaved]")) event.preventDefault();
});
start();
