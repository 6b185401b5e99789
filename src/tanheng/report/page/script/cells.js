// Cells: index of each known cell, -1 outside the region.
import { floats, inflate } from "./arrays.js";
import { byId, data } from "./page_data.js";

export const { rows, columns } = data;
const bits = await inflate(data.mask);
export const index = new Int32Array(rows * columns).fill(-1);
let known = 0;
for (let cell = 0; cell < index.length; cell++) if (bits[cell >> 3] & (128 >> (cell & 7))) index[cell] = known++;
const fraction = await floats(data.fraction);
// Blocks whose cells lack data in part bring the part of the region that the others are.
export const hectaresOf = async (when) => {
  const part = when.fraction ? await floats(when.fraction) : fraction;
  return (item) => part[item] * data.cell_ha;
};
if (data.factor > 1) {
  byId("coarse").hidden = false;
  byId("coarse").textContent = byId("coarse").dataset.template.replaceAll("{side}", data.factor);
}
