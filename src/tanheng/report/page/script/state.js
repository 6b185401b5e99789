// What is shown: layer, years, place and scale of the map, chosen zone and cell.
import { data } from "./page_data.js";

export const state = { layer: data.layers[0], when: null, other: null, divider: 0.5, opacity: 1, outlines: data.zones.length ? 0 : -1, zone: null, cell: null, last: null, whole: 1, scale: 1, x: 0, y: 0, sheets: [null, null] };
