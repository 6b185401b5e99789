// A plan by hand: limits are moved, the plan is solved again, plans are kept beside each other and written to the study.
import { ask, figure as number, freeNumber, make, Refused, say, word } from "./page.js";

const node = (id) => document.getElementById(id);
const name = JSON.parse(node("plan-study").textContent);
const address = (path) => `${path}?name=${encodeURIComponent(name)}`;
const storage = `plans ${name}`;
const draft = `limits ${name}`;

let desk = null;
let asked = {};
let found = null;
let kept = JSON.parse(sessionStorage.getItem(storage) ?? "[]");

const carbon = (tonnes) => (Math.abs(tonnes) >= 1e6 ? `${number(tonnes / 1e6, 3)} Mt C` : `${number(tonnes)} t C`);

// The largest limit that a study may set, as a share of today's area.
const MOST_PERCENT = 100000;

const ends = ["at_least", "at_most"];
const hasShare = (item) => ends.some((end) => item[end] !== null);
const hasKm2 = (item) => ends.some((end) => item[`${end}_km2`] !== null);

// Limits of the region as the study has them, as shares; those in km2 or of zones stay as they are and are not moved here.
function startOf(settings) {
  const limits = {};
  for (const item of settings.limits) {
    if (item.zones === null && hasShare(item)) limits[item.class] = { at_least: item.at_least, at_most: item.at_most };
  }
  const { max_change, budget, demand_weight } = settings;
  const weights = Object.fromEntries(desk.weighed.map((one) => [one, settings.weights[one] ?? 0]));
  return { limits, max_change, budget, demand_weight, weights };
}

function changes() {
  const others = desk.settings.limits.filter((item) => item.zones === null && hasKm2(item)).map(({ class: land, at_least_km2, at_most_km2 }) => ({ class: land, at_least_km2, at_most_km2 }));
  const limits = Object.entries(asked.limits)
    .filter(([, item]) => item.at_least !== null || item.at_most !== null)
    .map(([land, item]) => ({ class: land, ...Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)) }));
  const plain = others.map((item) => Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)));
  const body = { limits: [...limits, ...plain], max_change: asked.max_change };
  if (desk.weighed.length > 1) body.weights = Object.fromEntries(Object.entries(asked.weights).filter(([, weight]) => weight !== 0));
  if (desk.has_costs && asked.budget !== null) body.budget = asked.budget;
  if (desk.settings.demand_zones) body.demand_weight = asked.demand_weight;
  return body;
}

// Whether the plan is the one that stores most carbon; else what is made largest is a weighted sum, which has no unit.
function countsCarbonAlone() {
  const others = Object.entries(asked.weights).some(([one, weight]) => (one === "carbon" ? weight !== 1 : weight !== 0));
  return !others && !(desk.settings.demand_zones && asked.demand_weight > 0);
}

// Settings that limits were moved from: those of other land or of another study file are not taken up after a reload.
const origin = () => JSON.stringify([desk.classes, desk.settings]);

// Limits as they were moved here before the page was loaded anew, or as the study has them.
function begun() {
  const held = JSON.parse(sessionStorage.getItem(draft) ?? "null");
  return held?.origin === origin() ? held.asked : startOf(desk.settings);
}

// One solution at a time; what is asked for meanwhile is solved next, the last of it alone.
let busy = false;
let again = false;
async function solve() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  sessionStorage.setItem(draft, JSON.stringify({ origin: origin(), asked }));
  node("plan-state").textContent = word("solving");
  node("plan-problem").textContent = "";
  try {
    found = await ask(address("/app/plan"), "POST", { changes: changes() });
    show();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    node("plan-problem").textContent = error.message;
    found = null;
    node("plan-figures").replaceChildren();
    node("plan-areas").replaceChildren();
    node("plan-proof").textContent = "";
    node("plan-map").hidden = true;
  }
  node("plan-state").textContent = "";
  busy = false;
  for (const button of [node("keep"), node("write")]) button.disabled = found === null;
  document.body.dataset.solved = String(Number(document.body.dataset.solved ?? 0) + 1);
  if (again) {
    again = false;
    solve();
  }
}

const card = (value, units, text) => make("div", { class: "card" }, make("p", { class: "figure" }, make("strong", {}, value), ` ${units}`), make("p", {}, text));

function show() {
  const [gain, units] = carbon(found.gain_t_c).split(/ (?=Mt|t)/);
  const spread = found.gain_half_width_t_c === null ? word("no_interval") : `± ${carbon(found.gain_half_width_t_c)} (95 %)`;
  const cards = [card(gain, units, word("gain_and_spread", { gain: word("by_hand_gain"), spread })), card(number(found.converted_km2), word("km2"), word("converted"))];
  for (const [one, gained] of found.values) cards.push(card(number(gained, 1), "", word("value_gained", { name: one })));
  if (found.cost !== null) cards.push(card(number(found.cost), desk.currency, word("cost")));
  node("plan-figures").replaceChildren(...cards);
  const seconds = found.seconds.toFixed(2);
  const share = Math.abs(found.goal) > 0 ? found.gap / Math.abs(found.goal) : 0;
  const stand = desk.settings.limits.some((item) => item.zones !== null || hasKm2(item));
  const free = !stand && !Object.values(asked.limits).some(hasShare);
  node("plan-free").hidden = !free;
  node("plan-proof").textContent = countsCarbonAlone()
    ? word(found.whole ? "by_hand_proof_whole" : "by_hand_proof", { gap: carbon(found.gap), seconds })
    : word("by_hand_weighed_proof", { share: `${number(share * 100, 4)} %`, seconds });
  node("plan-map").src = found.map;
  node("plan-map").hidden = false;
  const most = Math.max(...found.areas.flatMap(([, today, after]) => [today, after]));
  node("plan-areas").replaceChildren(...found.areas.map(([land, today, after]) => {
    const bar = (value, words) => {
      const meter = make("progress", { max: String(most), value: String(value), "aria-label": `${desk.words[land]}, ${words}` });
      return make("div", { class: "row" }, meter, make("span", { class: "soft" }, `${number(value)} ${word("km2")} ${words}`));
    };
    return make("div", { class: "bars" }, make("strong", {}, desk.words[land]), bar(today, word("today")), bar(after, word("after")));
  }));
}

// A slider with a number beside it, and a box that says whether the limit holds at all.
function slider(label, value, low, high, step, done, most = high) {
  const id = `s-${label.replace(/\W+/g, "-")}-${Math.random().toString(36).slice(2, 7)}`;
  const on = make("input", { type: "checkbox", "aria-label": label, checked: value !== null });
  const range = make("input", { type: "range", id, min: String(low), max: String(high), step: String(step) });
  const exact = make("input", { type: "number", min: String(low), max: String(most), step: "any", "aria-label": label });
  const told = (held) => {
    exact.value = held ?? "";
    range.value = String(held ?? (low + high) / 2);
    range.disabled = exact.disabled = held === null;
  };
  told(value);
  range.addEventListener("input", () => { exact.value = range.value; });
  range.addEventListener("change", () => done(Number(range.value)));
  exact.addEventListener("change", () => {
    if (exact.value === "") {
      on.checked = false;
      told(null);
      done(null);
      return;
    }
    if (!exact.reportValidity()) return;
    range.value = exact.value;
    done(Number(exact.value));
  });
  on.addEventListener("change", () => {
    const held = on.checked ? Number(range.value) : null;
    told(held);
    done(held);
  });
  return make("div", { class: "row slide" }, on, make("label", { for: id, class: "key" }, label), range, exact, "%");
}

const weighedName = (one) => ({ carbon: word("carbon"), cost: word("cost") })[one] ?? one;

// What each thing counts for: a tonne of carbon, one of each value by hectare, one of the currency.
function weights() {
  const frame = make("fieldset", { class: "part" }, make("legend", {}, word("weights")), make("p", { class: "soft" }, word("weights_mean")));
  for (const one of desk.weighed) {
    const label = weighedName(one);
    const most = Math.max(2, 2 * (desk.settings.weights[one] ?? 0));
    const range = make("input", { type: "range", id: `w-${one}`, min: "0", max: String(most), step: String(most / 40), value: String(asked.weights[one]) });
    const exact = make("input", { type: "number", min: "0", step: "any", value: String(asked.weights[one]), "aria-label": label });
    const set = (value) => {
      asked.weights[one] = Math.max(Number(value), 0);
      range.value = exact.value = String(asked.weights[one]);
      solve();
    };
    range.addEventListener("input", () => { exact.value = range.value; });
    range.addEventListener("change", () => set(range.value));
    exact.addEventListener("change", () => set(exact.value || 0));
    frame.append(make("div", { class: "row slide" }, make("label", { for: `w-${one}`, class: "key" }, label), range, exact));
  }
  return frame;
}

// Limits of a class that the study has in km2 or for zones: they hold as well, and are changed in the study.
function standing(land) {
  const found = [];
  for (const item of desk.settings.limits.filter((one) => one.class === land)) {
    const told = [];
    for (const end of ends) {
      if (item[`${end}_km2`] !== null) told.push(`${word(end)} ${number(item[`${end}_km2`], 2)} ${word("km2")}`);
      else if (item[end] !== null && item.zones !== null) told.push(`${word(end)} ${number(item[end] * 100, 1)} %`);
    }
    if (!told.length) continue;
    const where = item.zones === null ? "" : ` (${item.zones}${item.zone ? `: ${item.zone}` : ""})`;
    found.push(`${word("by_the_study")} ${told.join(", ")}${where}`);
  }
  return found;
}

function showLimits() {
  const parts = desk.classes.map((land) => {
    const frame = make("fieldset", { class: "part", "data-class": land }, make("legend", {}, desk.words[land]));
    if (desk.fixed.includes(land)) {
      frame.append(make("p", { class: "soft" }, word("is_fixed")));
      return frame;
    }
    for (const text of standing(land)) frame.append(make("p", { class: "soft" }, text));
    const held = (asked.limits[land] ??= { at_least: null, at_most: null });
    const percent = (value) => (value === null ? null : Math.round(value * 1000) / 10);
    for (const end of ends) {
      frame.append(slider(word(end), percent(held[end]), 0, 200, 0.5, (value) => {
        held[end] = value === null ? null : value / 100;
        solve();
      }, MOST_PERCENT));
    }
    return frame;
  });
  const more = make("fieldset", { class: "part" }, make("legend", {}, word("max_change")));
  more.append(slider(word("max_change"), Math.round(asked.max_change * 1000) / 10, 0, 100, 1, (value) => {
    asked.max_change = (value ?? 100) / 100;
    solve();
  }));
  if (desk.has_costs) {
    const budget = make("input", { type: "number", min: "0", step: "any", id: "budget", value: asked.budget === null ? "" : String(asked.budget) });
    budget.addEventListener("change", () => {
      asked.budget = budget.value === "" ? null : Number(budget.value);
      solve();
    });
    more.append(make("div", { class: "row" }, make("label", { for: "budget", class: "key" }, word("budget")), budget, desk.currency));
  }
  if (desk.settings.demand_zones) {
    more.append(slider(word("demand_weight"), Math.round(asked.demand_weight * 1000) / 10, 0, 100, 1, (value) => {
      asked.demand_weight = (value ?? 0) / 100;
      solve();
    }));
  }
  node("limits").replaceChildren(...parts, more, ...(desk.weighed.length > 1 ? [weights()] : []));
}

// Weights of a plan that are not zero, in words; empty where carbon alone counts.
function toldWeights(plan) {
  const told = Object.entries(plan.asked.weights).filter(([, weight]) => weight !== 0).map(([one, weight]) => `${weighedName(one)} ${number(weight, 3)}`);
  if (plan.asked.demand_weight > 0) told.push(`${word("demand_weight")} ${number(plan.asked.demand_weight * 100)} %`);
  return told.join(word("between_items"));
}

// Limits of a plan in words, one class after the other.
function toldLimits(plan) {
  const told = [];
  for (const [land, item] of Object.entries(plan.asked.limits)) {
    const parts = ends.filter((end) => item[end] !== null).map((end) => `${word(end)} ${number(item[end] * 100, 1)} %`);
    if (parts.length) told.push(`${desk.words[land]} ${parts.join(word("between_items"))}`);
  }
  if (plan.asked.max_change < 1) told.push(`${word("max_change")} ${number(plan.asked.max_change * 100)} %`);
  if (plan.asked.budget !== null) told.push(`${word("budget")} ${number(plan.asked.budget)} ${desk.currency}`);
  return told.join(word("between_limits")) || word("none");
}

// Name of a plan that was kept: its own, or its number in the language of the page.
const keptName = (plan) => plan.name ?? word("keep_name", { number: plan.number });

function nameInput(plan) {
  const input = make("input", { type: "text", maxlength: "60", "aria-label": word("name") });
  input.value = keptName(plan);
  input.addEventListener("change", () => {
    plan.name = input.value.trim() || undefined;
    sessionStorage.setItem(storage, JSON.stringify(kept));
  });
  return input;
}

function showKept() {
  const valued = desk.weighed.filter((one) => one !== "carbon" && one !== "cost");
  const weighs = desk.weighed.length > 1 || desk.settings.demand_zones;
  const texts = [word("name"), word("limits"), word("by_hand_gain"), word("converted"), word("cost"), ...valued.map((one) => word("value_gained", { name: one })), ...(weighs ? [word("weights")] : [])];
  const head = texts.map((text) => make("th", { scope: "col" }, text));
  const rows = kept.map((plan, place) => {
    const again = make("button", { type: "button" }, word("show"));
    again.addEventListener("click", () => {
      asked = structuredClone(plan.asked);
      showLimits();
      solve();
    });
    const drop = make("button", { type: "button" }, word("remove"));
    drop.addEventListener("click", () => {
      kept.splice(place, 1);
      store();
      node("keep").focus();
    });
    const cells = [toldLimits(plan), carbon(plan.gain_t_c), `${number(plan.converted_km2)} ${word("km2")}`, plan.cost === null ? "–" : `${number(plan.cost)} ${desk.currency}`];
    const gains = Object.fromEntries(plan.values ?? []);
    cells.push(...valued.map((one) => (one in gains ? number(gains[one], 1) : "–")), ...(weighs ? [toldWeights(plan)] : []));
    return make("tr", {}, make("td", {}, nameInput(plan)), ...cells.map((text) => make("td", {}, text)), make("td", {}, again, " ", drop));
  });
  if (!rows.length) rows.push(make("tr", {}, make("td", { colspan: String(head.length + 1) }, word("no_plans"))));
  node("kept").replaceChildren(make("thead", {}, make("tr", {}, ...head, make("td"))), make("tbody", {}, ...rows));
}

function store() {
  sessionStorage.setItem(storage, JSON.stringify(kept));
  showKept();
}

node("keep").addEventListener("click", () => {
  const { gain_t_c, converted_km2, cost, values } = found;
  kept.push({ number: freeNumber("keep_name", kept.map(keptName)), gain_t_c, converted_km2, cost, values, asked: structuredClone(asked) });
  store();
  say(word("plan_kept"));
});

node("reset").addEventListener("click", () => {
  asked = startOf(desk.settings);
  showLimits();
  solve();
});

// The study as it is now; limits that were moved here stay, and can be written to it.
async function takeUp() {
  try {
    const { version, entries } = await ask(address("/app/study"));
    [desk.version, desk.entries] = [version, entries];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

node("write").addEventListener("click", async () => {
  const { limits, ...others } = changes();
  const ofZones = (desk.entries.plan?.limits ?? []).filter((item) => item.zones !== undefined);
  const set = [{ place: ["plan", "limits"], value: [...limits, ...ofZones] }];
  for (const [key, value] of Object.entries(others)) {
    if (desk.entries.plan?.[key] !== undefined || JSON.stringify(value) !== JSON.stringify(desk.settings[key])) set.push({ place: ["plan", key], value });
  }
  try {
    const state = await ask(address("/app/study"), "POST", { version: desk.version, changes: set });
    desk.version = state.version;
    desk.entries = state.entries;
    say(word("written"));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    node("plan-problem").textContent = error.message;
    if (error.status === 409) await takeUp();
  }
});

async function start() {
  node("plan-state").textContent = word("solving");
  try {
    desk = await ask(address("/app/plan"));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    node("plan-problem").textContent = error.message;
    node("plan-state").textContent = "";
    for (const part of document.querySelectorAll(".halves, [aria-labelledby=h-kept]")) part.hidden = true;
    document.body.dataset.ready = "";
    return;
  }
  asked = begun();
  node("plan-key").replaceChildren(...desk.classes.map((land, place) => {
    const mark = make("span");
    mark.style.background = desk.colours[place];
    return make("li", {}, mark, desk.words[land]);
  }));
  showLimits();
  showKept();
  await solve();
  document.body.dataset.ready = "";
}
start();
