// The line between two years of the map: dragged by the pointer, or moved by the arrow keys.
import { canvas, draw } from "./map.js";
import { byId } from "./page_data.js";
import { state } from "./state.js";

const swipeLine = byId("line");
const moveLine = (part) => {
  state.divider = Math.min(1, Math.max(0, part));
  swipeLine.style.left = `${100 * state.divider}%`;
  swipeLine.setAttribute("aria-valuenow", String(Math.round(100 * state.divider)));
  draw();
};
export const showLine = () => {
  swipeLine.hidden = !state.sheets[1];
  if (!swipeLine.hidden) moveLine(state.divider);
};
swipeLine.addEventListener("pointerdown", (event) => {
  swipeLine.setPointerCapture(event.pointerId);
  event.preventDefault();
  swipeLine.focus();
});
swipeLine.addEventListener("pointermove", (event) => {
  if (!swipeLine.hasPointerCapture(event.pointerId)) return;
  const box = canvas.getBoundingClientRect();
  moveLine((event.clientX - box.left) / box.width);
});
swipeLine.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -0.05, ArrowRight: 0.05, Home: -1, End: 1 }[event.key];
  if (step === undefined) return;
  moveLine(state.divider + step);
  event.preventDefault();
});
