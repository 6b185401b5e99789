// Links between charts, tables and the map.
import { canvas, draw, showZone, whole } from "./map.js";
import { byId, data } from "./page_data.js";
import { state } from "./state.js";

document.querySelectorAll(".pictures").forEach((group) => {
  group.addEventListener("pointerover", (event) => {
    const series = event.target.dataset && event.target.dataset.series;
    group.classList.toggle("linked", Boolean(series));
    group.querySelectorAll("[data-series]").forEach((shape) => shape.classList.toggle("lit", shape.dataset.series === series || shape.dataset.to === series));
  });
  group.addEventListener("pointerleave", () => group.classList.remove("linked"));
});
const chooseZone = (code) => {
  const layer = data.zones.findIndex((one) => one.zones.some((zone) => zone.id === code));
  if (layer < 0) return;
  state.zone = state.zone === code ? null : code;
  state.outlines = layer;
  byId("outlines").value = layer;
  document.querySelectorAll("[data-zone]").forEach((item) => item.classList.toggle("chosen", item.dataset.zone === state.zone));
  if (state.zone === null) return whole();
  showZone(data.zones[layer].zones.find((zone) => zone.id === code));
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  canvas.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  draw();
};
document.addEventListener("click", (event) => {
  const chosen = event.target.closest && event.target.closest("[data-zone]"); // a row's button is a click as well
  if (chosen) chooseZone(chosen.dataset.zone);
});
