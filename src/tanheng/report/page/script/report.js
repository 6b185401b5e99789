// A report: its map, its tables, and the links between them. Plain code: what it does is smaller than a library for it.
import "./choices.js";
import { chooseLayer } from "./controls.js";
import "./filters.js";
import "./links.js";
import { whole } from "./map.js";
import "./pointer.js";
import { state } from "./state.js";
import "./tables.js";

await chooseLayer(state.layer.name);
whole();
document.body.dataset.ready = "yes";
