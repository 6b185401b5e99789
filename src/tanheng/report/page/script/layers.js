// Layers as pictures of one pixel a cell.
import { floats, kinds, once } from "./arrays.js";
import { columns, hectaresOf, index, rows } from "./cells.js";

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const graded = (layer, value, hectares) => {
  const shown = value / (layer.per_hectare ? hectares : 1);
  if (Number.isNaN(shown)) return -1;
  let rank = 0;
  while (rank < layer.colours.length - 1 && shown >= layer.breaks[rank + 1]) rank++;
  return rank;
};
export const painted = (layer, when) => once(`${layer.name} ${when.key}`, async () => {
  const values = layer.kind === "graded" ? await floats(when.data) : await kinds(when.data);
  const colours = layer.colours.map(rgb);
  const hectares = await hectaresOf(when);
  const image = new ImageData(columns, rows);
  for (let cell = 0; cell < index.length; cell++) {
    const item = index[cell];
    if (item < 0) continue;
    const rank = layer.kind === "graded" ? graded(layer, values[item], hectares(item)) : values[item] === 255 ? -1 : values[item];
    const colour = rank < 0 ? [150, 150, 150] : colours[rank];
    image.data.set([colour[0], colour[1], colour[2], rank < 0 ? 90 : 255], cell * 4);
  }
  const sheet = document.createElement("canvas");
  sheet.width = columns;
  sheet.height = rows;
  sheet.getContext("2d").putImageData(image, 0, 0);
  return sheet;
});
