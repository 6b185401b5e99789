// The map: layers, outlines of zones, divider, chosen cell and scale bar.
import { columns, rows } from "./cells.js";
import { byId, data } from "./page_data.js";
import { state } from "./state.js";

export const canvas = byId("canvas");
export const ink = canvas.getContext("2d");
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const paths = data.zones.map((layer) => layer.zones.map((zone) => {
  const path = new Path2D();
  for (const ring of zone.rings) {
    path.moveTo(ring[0] / 10, ring[1] / 10);
    for (let at = 2; at < ring.length; at += 2) path.lineTo(ring[at] / 10, ring[at + 1] / 10);
    path.closePath();
  }
  return path;
}));

let waiting = false;
export const draw = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; paint(); });
};
export const paint = () => {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  ink.setTransform(ratio, 0, 0, ratio, 0, 0);
  ink.clearRect(0, 0, width, height);
  ink.imageSmoothingEnabled = state.scale < 1;
  const edge = state.divider * width;
  ink.globalAlpha = state.opacity;
  state.sheets.forEach((sheet, side) => {
    if (!sheet) return;
    ink.save();
    if (state.sheets[1]) {
      ink.beginPath();
      ink.rect(side ? edge : 0, 0, side ? width - edge : edge, height);
      ink.clip();
    }
    ink.drawImage(sheet, state.x, state.y, columns * state.scale, rows * state.scale);
    ink.restore();
  });
  ink.globalAlpha = 1;
  outlines(ratio);
  if (state.sheets[1]) {
    ink.fillStyle = css("--ink");
    ink.fillRect(edge - 1, 0, 2, height);
  }
  if (state.cell) {
    ink.strokeStyle = css("--ink");
    ink.lineWidth = 2;
    ink.strokeRect(state.x + state.cell[0] * state.scale - 1, state.y + state.cell[1] * state.scale - 1, state.scale + 2, state.scale + 2);
  }
  scaleBar(width, height);
};
const outlines = (ratio) => {
  if (state.outlines < 0) return;
  ink.save();
  ink.setTransform(ratio * state.scale, 0, 0, ratio * state.scale, ratio * state.x, ratio * state.y);
  paths[state.outlines].forEach((path, at) => {
    const chosen = state.zone !== null && data.zones[state.outlines].zones[at].id === state.zone;
    ink.strokeStyle = chosen ? "#d81b60" : "rgba(40,40,40,0.65)";
    ink.lineWidth = (chosen ? 3 : 0.8) / state.scale;
    ink.stroke(path);
  });
  ink.restore();
};
const scaleBar = (width, height) => {
  const metres = (data.cell_m * data.factor) / state.scale;
  const most = metres * Math.min(150, width / 3);
  const power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].map((step) => step * power).find((value) => value <= most);
  const label = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  ink.fillStyle = css("--ink");
  ink.font = "13px system-ui, sans-serif";
  ink.fillRect(12, height - 14, length / metres, 3);
  ink.fillText(label, 12, height - 20);
};
export const whole = () => {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  state.scale = state.whole = 0.94 * Math.min(width / columns, height / rows);
  state.x = (width - columns * state.scale) / 2;
  state.y = (height - rows * state.scale) / 2;
  draw();
};
export const zoom = (factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
  const scale = Math.min(Math.max(60, 4 * state.whole), Math.max(0.05, state.scale * factor));
  state.x = x - ((x - state.x) * scale) / state.scale;
  state.y = y - ((y - state.y) * scale) / state.scale;
  state.scale = scale;
  draw();
};
/** Bring a zone into the middle, large enough to be seen with what lies around it. */
export const showZone = (zone) => {
  const along = (side) => zone.rings.flatMap((ring) => ring.filter((_, at) => at % 2 === side)).map((place) => place / 10);
  const ends = [along(0), along(1)].map((places) => [places.reduce((a, b) => Math.min(a, b)), places.reduce((a, b) => Math.max(a, b))]);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [wide, high] = ends.map(([low, top]) => Math.max(top - low, 1));
  state.scale = Math.min(Math.max(0.4 * Math.min(width / wide, height / high), state.whole), Math.max(60, 4 * state.whole));
  state.x = width / 2 - ((ends[0][0] + ends[0][1]) / 2) * state.scale;
  state.y = height / 2 - ((ends[1][0] + ends[1][1]) / 2) * state.scale;
};
