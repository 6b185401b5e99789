// Scenarios by hand: areas of each class in a year to come are moved, written to the study, and simulated in the background.
import { ask, figure as number, freeNumber, make, Refused, word } from "./page.js";

const node = (id) => document.getElementById(id);
const name = JSON.parse(node("future-study").textContent);
const address = `/app/future?name=${encodeURIComponent(name)}`;

let land = null;
let scenarios = [];
let chosen = 0;
let saved = "";
let underWay = false;
const written = () => JSON.stringify([scenarios, land?.to]);

const rateWords = {
  population: word("rate_population"),
  income: word("rate_income"),
  energy_intensity: word("rate_energy_intensity"),
  carbon_intensity: word("rate_carbon_intensity"),
};
const today = (one) => land.classes.find((own) => own.name === one).area;

// A scenario starts as the land is; the class that is largest takes what the others leave.
function fresh(title) {
  const movable = land.classes.filter((one) => one.grows && one.shrinks);
  const largest = (movable.length ? movable : land.classes).reduce((one, other) => (other.area > one.area ? other : one)).name;
  const outlook = Object.fromEntries(land.rates.map((rate) => [rate, 0]));
  return { name: title, areas: Object.fromEntries(land.classes.map((one) => [one.name, one.area])), rest: largest, outlook };
}

// What is left of the land for the class that takes the rest; negative where the others ask for more than there is.
function balance(scenario) {
  const total = land.classes.reduce((sum, one) => sum + one.area, 0);
  const others = land.classes.reduce((sum, { name: one }) => sum + (one === scenario.rest ? 0 : scenario.areas[one]), 0);
  scenario.areas[scenario.rest] = total - others;
}

// A slider with a number beside it, which may go beyond the slider as far as `ends` let it.
function slide(label, value, low, high, step, units, done, ends = [-Infinity, Infinity]) {
  const id = `f-${Math.random().toString(36).slice(2, 8)}`;
  const range = make("input", { type: "range", id, min: String(low), max: String(high), step: String(step), value: String(value) });
  const exact = make("input", { type: "number", step: "any", value: String(value), "aria-label": label });
  const told = make("span", { class: "soft told" });
  let shown = String(value);
  const set = (text) => {
    const held = Number(text);
    if (text === "" || !Number.isFinite(held)) {
      exact.value = shown;
      return;
    }
    const within = Math.min(Math.max(held, ends[0]), ends[1]);
    shown = range.value = exact.value = String(within);
    told.textContent = done(within);
  };
  range.addEventListener("input", () => set(range.value));
  exact.addEventListener("change", () => set(exact.value));
  told.textContent = done(value);
  return make("div", { class: "row slide" }, make("label", { for: id, class: "key" }, label), range, exact, units, told);
}

function showAreas() {
  const scenario = scenarios[chosen];
  const title = make("input", { type: "text", id: "scenario-name", maxlength: "60", value: scenario.name });
  title.addEventListener("change", () => {
    scenario.name = title.value.trim();
    const wrong = !scenario.name || scenarios.some((one) => one !== scenario && one.name === scenario.name);
    title.setAttribute("aria-invalid", String(wrong));
    showTabs();
  });
  const rest = make("select", { id: "rest" }, ...land.classes.map(({ name: one }) => make("option", { value: one, selected: one === scenario.rest }, land.words[one])));
  rest.addEventListener("change", () => {
    scenario.rest = rest.value;
    showAreas();
  });
  const year = make("input", { type: "number", id: "year", min: String(land.year + 1), max: "9999", step: "1", value: String(land.to.at(-1)) });
  year.addEventListener("change", () => {
    const last = Number(year.value);
    const fits = last > land.year && last <= 9999 && Number.isInteger(last);
    if (fits) land.to = [...land.to.slice(0, -1).filter((one) => one < last), last];
    showAll();
    if (!fits) node("future-problem").textContent = word("year_to_come", { year: land.year });
  });
  const draws = make("input", { type: "number", id: "draws", min: "1", max: "1000", step: "1", value: String(land.draws) });
  draws.addEventListener("change", () => {
    land.draws = Math.max(Math.round(Number(draws.value)) || 1, 1);
    draws.value = String(land.draws);
  });
  const head = [
    make("div", { class: "row" }, make("label", { for: "year", class: "key" }, word("year")), year),
    make("div", { class: "row" }, make("label", { for: "draws", class: "key" }, word("draws")), draws),
    make("div", { class: "row" }, make("label", { for: "scenario-name", class: "key" }, word("name")), title),
    make("div", { class: "row" }, make("label", { for: "rest", class: "key" }, word("rest")), rest),
  ];
  const frame = make("fieldset", { class: "part" }, make("legend", {}, word("areas_in", { year: land.to.at(-1) })), make("p", { class: "soft" }, word("areas_mean")));
  for (const { name: one, area, grows, shrinks } of land.classes) {
    if (one === scenario.rest) continue;
    if (area <= 0 || !(grows || shrinks)) {
      frame.append(make("p", { class: "soft" }, word("was_not_seen_to_change", { class: land.words[one] })));
      continue;
    }
    const share = Math.round((scenario.areas[one] / area) * 1000) / 10;
    const held = scenario.areas[one];
    frame.append(slide(land.words[one], share, shrinks ? 0 : 100, grows ? 200 : 100, 0.5, "%", (percent) => {
      // What was not moved, or was moved back, keeps its area to the last digit.
      scenario.areas[one] = percent === share ? held : (area * percent) / 100;
      show();
      return `${number(scenario.areas[one], 1)} ${word("km2")}`;
    }, [shrinks ? 0 : 100, grows ? Infinity : 100]));
  }
  const parts = [...head, frame];
  if (land.has_outlook) {
    const growth = make("fieldset", { class: "part" }, make("legend", {}, word("growth")), make("p", { class: "soft" }, word("growth_means")));
    for (const rate of land.rates) {
      growth.append(slide(rateWords[rate], Math.round(scenario.outlook[rate] * 10000) / 100, -10, 10, 0.1, "%", (percent) => {
        scenario.outlook[rate] = percent / 100;
        return "";
      }));
    }
    parts.push(growth);
  }
  if (scenarios.length > 1) {
    const drop = make("button", { type: "button" }, word("remove"));
    drop.addEventListener("click", () => {
      scenarios.splice(chosen, 1);
      chosen = 0;
      showAll();
      node("scenarios").children[0].focus();
    });
    parts.push(make("p", { class: "buttons" }, drop));
  }
  node("areas").replaceChildren(...parts);
}

function showTabs() {
  const tabs = scenarios.map((scenario, place) => {
    const tab = make("button", { type: "button", "aria-pressed": String(place === chosen) }, scenario.name || "–");
    tab.addEventListener("click", () => {
      chosen = place;
      showAll();
      node("scenarios").children[place].focus();
    });
    return tab;
  });
  const more = make("button", { type: "button", id: "more-scenarios" }, word("add_scenario"));
  more.addEventListener("click", () => {
    scenarios.push(fresh(word("scenario_name", { number: freeNumber("scenario_name", scenarios.map((one) => one.name)) })));
    chosen = scenarios.length - 1;
    showAll();
    node("scenario-name").focus();
  });
  node("scenarios").replaceChildren(...tabs, more);
}

function show() {
  const scenario = scenarios[chosen];
  balance(scenario);
  const stock = (areas) => land.classes.reduce((sum, { name: one, density }) => sum + areas(one) * 100 * density, 0);
  const gain = stock((one) => scenario.areas[one]) - stock(today);
  const moved = land.classes.reduce((sum, { name: one, area }) => sum + Math.max(scenario.areas[one] - area, 0), 0);
  const card = (value, units, text) => make("div", { class: "card" }, make("p", { class: "figure" }, make("strong", {}, value), ` ${units}`), make("p", {}, text));
  node("future-figures").replaceChildren(
    card(number(gain / 1e6, 3), "Mt C", word("settled_change")),
    card(number(moved), word("km2"), word("net_change")),
  );
  const most = Math.max(...land.classes.flatMap(({ name: one, area }) => [area, scenario.areas[one]]));
  node("future-areas").replaceChildren(...land.classes.map(({ name: one, area }) => {
    const bar = (value, words) => {
      const meter = make("progress", { max: String(most), value: String(Math.max(value, 0)), "aria-label": `${land.words[one]}, ${words}` });
      return make("div", { class: "row" }, meter, make("span", { class: "soft" }, `${number(value)} ${word("km2")} ${words}`));
    };
    return make("div", { class: "bars" }, make("strong", {}, land.words[one]), bar(area, String(land.year)), bar(scenario.areas[one], String(land.to.at(-1))));
  }));
  const lacking = scenario.areas[scenario.rest] < 0;
  if (lacking) {
    node("future-figures").replaceChildren();
    node("future-areas").replaceChildren();
  }
  node("future-problem").textContent = lacking ? word("too_much_land", { class: land.words[scenario.rest] }) : "";
  node("simulate").disabled = underWay || scenarios.some((one) => one.areas[one.rest] < 0);
}

function showAll() {
  showTabs();
  showAreas();
  show();
}

// The way to the results of a simulation, where there are some.
function offer(results) {
  node("future-results").hidden = !results;
  node("future-results").href = `/results?name=${encodeURIComponent(results)}&page=simulation/report.html`;
}

function follow(job) {
  const events = new EventSource(`/app/jobs/${job}/events`);
  node("future-progress").hidden = false;
  node("simulate").disabled = underWay = true;
  events.onmessage = (event) => {
    const now = JSON.parse(event.data);
    const states = { accepted: "queued", running: "running", successful: "successful", failed: "failed", dismissed: "stopped" };
    node("future-state").textContent = [word(states[now.state]), now.ended ? "" : now.stage].filter(Boolean).join(": ");
    if (now.total) node("future-progress").value = now.done / now.total;
    else node("future-progress").removeAttribute("value");
    if (!now.ended) return;
    events.close();
    node("future-progress").hidden = true;
    underWay = false;
    show();
    node("future-problem").textContent = now.state === "failed" ? now.message : "";
    offer(now.state === "successful" ? now.results : "");
    node("future-state").scrollIntoView({ block: "nearest" });
    document.body.dataset.simulated = now.state;
  };
}

node("simulate").addEventListener("click", async () => {
  node("simulate").disabled = true;
  node("future-problem").textContent = "";
  node("future-results").hidden = true;
  const { to, draws, version } = land;
  const moved = scenarios.map(({ name: title, areas, outlook }) => ({ name: title, areas, outlook: land.has_outlook ? outlook : {} }));
  try {
    const state = await ask(address, "POST", { version, to, draws, scenarios: moved });
    land.version = state.version;
    saved = written();
    const job = await ask("/app/jobs", "POST", { process: "simulate", inputs: { study: name } });
    follow(job.id);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    node("future-problem").textContent = error.message;
    // The study was changed elsewhere: what was moved here stays, and may be written over it.
    if (error.status === 409) await takeUp();
    node("simulate").disabled = false;
  }
});

async function takeUp() {
  try {
    land.version = (await ask(`/app/study?name=${encodeURIComponent(name)}`)).version;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

async function start() {
  try {
    land = await ask(address);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    node("future-problem").textContent = error.message;
    document.querySelector(".halves").hidden = true;
    document.body.dataset.ready = "";
    return;
  }
  scenarios = land.scenarios.map((held) => ({ ...fresh(held.name), ...held, outlook: { ...fresh("").outlook, ...held.outlook } }));
  if (!scenarios.length) scenarios = [fresh(word("scenario_name", { number: 1 }))];
  showAll();
  saved = written();
  offer(land.simulated);
  if (land.job) follow(land.job);
  document.body.dataset.ready = "";
}
// What was moved and not written would be gone.
addEventListener("beforeunload", (event) => {
  if (scenarios.length && written() !== saved) event.preventDefault();
});
start();
