// Pointer, wheel, touch and keys.
import { canvas, draw, paint, whole, zoom } from "./map.js";
import { placeOf, tell } from "./readout.js";
import { state } from "./state.js";

const pointers = new Map();
let moved = 0;
let hovering = 0;
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
  moved = 0;
});
canvas.addEventListener("pointermove", (event) => {
  const here = [event.offsetX, event.offsetY];
  const before = pointers.get(event.pointerId);
  if (!before) {
    if (state.cell) return;
    cancelAnimationFrame(hovering);
    hovering = requestAnimationFrame(() => tell(...placeOf(...here)));
    return;
  }
  if (pointers.size === 2) {
    const other = [...pointers].find(([key]) => key !== event.pointerId)[1];
    const gap = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]);
    zoom(gap(here) / Math.max(gap(before), 1), (here[0] + other[0]) / 2, (here[1] + other[1]) / 2);
  }
  state.x += (here[0] - before[0]) / pointers.size;
  state.y += (here[1] - before[1]) / pointers.size;
  moved += Math.hypot(here[0] - before[0], here[1] - before[1]);
  pointers.set(event.pointerId, here);
  draw();
});
const readCell = (x, y) => {
  const place = placeOf(x, y);
  const same = state.cell && state.cell[0] === place[0] && state.cell[1] === place[1];
  state.cell = same ? null : place;
  draw();
  return tell(...place);
};
const release = (event) => {
  const held = pointers.delete(event.pointerId);
  if (held && event.type === "pointerup" && moved < 5) readCell(event.offsetX, event.offsetY);
};
canvas.addEventListener("pointerup", release);
canvas.addEventListener("pointercancel", release);
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
}, { passive: false });
canvas.addEventListener("keydown", (event) => {
  const step = 60;
  const keys = {
    ArrowLeft: () => { state.x += step; }, ArrowRight: () => { state.x -= step; },
    ArrowUp: () => { state.y += step; }, ArrowDown: () => { state.y -= step; },
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: whole,
    Enter: () => readCell(canvas.clientWidth / 2, canvas.clientHeight / 2),
    Escape: () => { state.cell = null; },
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
  draw();
});
new ResizeObserver(draw).observe(canvas);
window.addEventListener("beforeprint", paint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
