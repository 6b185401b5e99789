// Layer, years, divider, opacity and outlines.
import { painted } from "./layers.js";
import { canvas, draw, whole, zoom } from "./map.js";
import { byId, data, words } from "./page_data.js";
import { tell } from "./readout.js";
import { state } from "./state.js";
import { showLine } from "./swipe.js";

const option = (value, label) => Object.assign(document.createElement("option"), { value, textContent: label });
/** What is shown: the year alone, or two years with the earlier one on the left. */
const shownYears = () => {
  const whens = state.layer.whens;
  const chosen = [state.when, state.other].filter(Boolean);
  chosen.sort((one, other) => whens.indexOf(one) - whens.indexOf(other));
  return [chosen[0], chosen[1] && chosen[1] !== chosen[0] ? chosen[1] : null];
};
const show = async () => {
  const [when, other] = [state.when, state.other];
  const wanted = shownYears();
  const made = await Promise.all(wanted.map((when) => (when ? painted(state.layer, when) : null)));
  if (when !== state.when || other !== state.other) return;
  state.sheets = made;
  showLine();
  byId("captions").replaceChildren(...wanted.filter(Boolean).map((when) => Object.assign(document.createElement("span"), { textContent: when.label })));
  canvas.dataset.shown = wanted.map((when) => (when ? `${state.layer.name} ${when.key}` : "")).join("|");
  draw();
  const place = state.cell || state.last;
  if (place) await tell(...place);
};
const legend = () => {
  const head = Object.assign(document.createElement("h3"), { textContent: state.layer.title });
  const units = Object.assign(document.createElement("p"), { className: "soft", textContent: state.layer.units });
  const list = document.createElement("ul");
  const entries = state.layer.labels.map((label, at) => [label, state.layer.colours[at]]);
  for (const [label, colour] of state.layer.kind === "graded" ? entries.reverse() : entries) {
    const line = document.createElement("li");
    const swatch = Object.assign(document.createElement("span"), { className: "swatch" });
    swatch.style.background = colour;
    line.append(swatch, label);
    list.append(line);
  }
  byId("legend").replaceChildren(head, units, list);
};
/** Years up to which each has a button; more share a slider. */
const MOST_BUTTONS = 6;
const yearButton = (when) => {
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "when", value: when.key, checked: when === state.when });
  radio.addEventListener("change", () => { state.when = when; show(); });
  label.append(radio, ` ${when.label}`);
  return label;
};
const yearSlider = (whens) => {
  const label = document.createElement("label"), name = document.createElement("output");
  const slider = Object.assign(document.createElement("input"), { type: "range", id: "year-slider", min: 0, max: whens.length - 1, step: 1 });
  slider.value = whens.indexOf(state.when);
  const told = () => {
    name.textContent = state.when.label;
    slider.setAttribute("aria-valuetext", state.when.label);
  };
  slider.addEventListener("input", () => { state.when = whens[Number(slider.value)]; told(); show(); });
  told();
  label.append(name, " ", slider);
  return label;
};
export const chooseLayer = (name) => {
  state.layer = data.layers.find((layer) => layer.name === name);
  const whens = state.layer.whens;
  state.when = whens.find((when) => state.when && when.key === state.when.key) || whens.at(-1);
  state.other = whens.find((when) => state.other && when.key === state.other.key) || null;
  const years = byId("years");
  years.querySelectorAll("label").forEach((label) => label.remove());
  years.append(...(whens.length > MOST_BUTTONS ? [yearSlider(whens)] : whens.map(yearButton)));
  byId("other").replaceChildren(option("", words.none), ...whens.map((when) => option(when.key, when.label)));
  byId("other").value = state.other ? state.other.key : "";
  legend();
  return show();
};
byId("layer").append(...data.layers.map((layer) => option(layer.name, layer.title)));
byId("layer").addEventListener("change", (event) => chooseLayer(event.target.value));
byId("other").addEventListener("change", (event) => {
  state.other = state.layer.whens.find((when) => when.key === event.target.value) || null;
  show();
});
byId("opacity").addEventListener("input", (event) => { state.opacity = event.target.value / 100; draw(); });
byId("outlines").append(option(-1, words.none), ...data.zones.map((layer, at) => option(at, layer.label)));
byId("outlines").value = state.outlines;
byId("outlines").addEventListener("change", (event) => { state.outlines = Number(event.target.value); draw(); });
byId("in").addEventListener("click", () => zoom(1.5));
byId("out").addEventListener("click", () => zoom(1 / 1.5));
byId("whole").addEventListener("click", whole);
/** The map over the whole window, and back; the region is shown whole each time. In a frame, the window is the whole screen. */
const fill = (full) => {
  byId("full").setAttribute("aria-pressed", String(full));
  document.querySelector(".map").classList.toggle("full", full);
  if (full && parent !== window && document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(() => {});
  else if (!full && document.fullscreenElement) document.exitFullscreen();
  requestAnimationFrame(whole);
};
document.addEventListener("fullscreenchange", () => {
  if (!document.fullscreenElement) fill(false);
  else requestAnimationFrame(whole);
});
byId("full").addEventListener("click", () => fill(byId("full").getAttribute("aria-pressed") !== "true"));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && byId("full").getAttribute("aria-pressed") === "true") fill(false);
});
