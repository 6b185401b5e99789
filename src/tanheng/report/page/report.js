"use strict";
// The map, the tables and the links between charts of a report. Plain code: what it does is smaller than a library for it.
(async () => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const byId = (name) => document.getElementById(name);
  const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
  const number = (value) => format.format(value).replace("-", "−");

  // --- Packed arrays -------------------------------------------------------------------------------------------------------
  const inflate = async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  const unshuffle = (bytes, size, Type) => {
    const count = bytes.length / size;
    const sorted = new Uint8Array(bytes.length);
    for (let place = 0; place < size; place++)
      for (let item = 0; item < count; item++) sorted[item * size + place] = bytes[place * count + item];
    return new Type(sorted.buffer);
  };
  const kept = new Map();
  const once = (key, make) => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key);
  };
  const floats = (text) => once(text, async () => unshuffle(await inflate(text), 4, Float32Array));
  const kinds = (text) => once(text, () => inflate(text));
  const shares = (text) => once(text, async () => unshuffle(await inflate(text), 2, Uint16Array));

  // --- Cells: index of each known cell, -1 outside the region ---------------------------------------------------------------
  const { rows, columns } = data;
  const bits = await inflate(data.mask);
  const index = new Int32Array(rows * columns).fill(-1);
  let known = 0;
  for (let cell = 0; cell < index.length; cell++) if (bits[cell >> 3] & (128 >> (cell & 7))) index[cell] = known++;
  const fraction = await floats(data.fraction);
  // Blocks whose cells lack data in part bring the part of the region that the others are.
  const hectaresOf = async (when) => {
    const part = when.fraction ? await floats(when.fraction) : fraction;
    return (item) => part[item] * data.cell_ha;
  };
  if (data.factor > 1) {
    byId("coarse").hidden = false;
    byId("coarse").textContent = byId("coarse").dataset.template.replaceAll("{side}", data.factor);
  }

  // --- What is shown -------------------------------------------------------------------------------------------------------
  const state = { layer: data.layers[0], when: null, other: null, divider: 0.5, opacity: 1, outlines: data.zones.length ? 0 : -1, zone: null, cell: null, last: null, whole: 1, scale: 1, x: 0, y: 0 };
  const canvas = byId("canvas");
  const ink = canvas.getContext("2d");
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

  const graded = (layer, value, hectares) => {
    const shown = value / (layer.per_hectare ? hectares : 1);
    if (Number.isNaN(shown)) return -1;
    let rank = 0;
    while (rank < layer.colours.length - 1 && shown >= layer.breaks[rank + 1]) rank++;
    return rank;
  };
  const painted = (layer, when) => once(`${layer.name} ${when.key}`, async () => {
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
  const paths = data.zones.map((layer) => layer.zones.map((zone) => {
    const path = new Path2D();
    for (const ring of zone.rings) {
      path.moveTo(ring[0] / 10, ring[1] / 10);
      for (let at = 2; at < ring.length; at += 2) path.lineTo(ring[at] / 10, ring[at + 1] / 10);
      path.closePath();
    }
    return path;
  }));

  // --- Drawing -------------------------------------------------------------------------------------------------------------
  let sheets = [null, null];
  let waiting = false;
  const draw = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  };
  const paint = () => {
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
    sheets.forEach((sheet, side) => {
      if (!sheet) return;
      ink.save();
      if (sheets[1]) {
        ink.beginPath();
        ink.rect(side ? edge : 0, 0, side ? width - edge : edge, height);
        ink.clip();
      }
      ink.drawImage(sheet, state.x, state.y, columns * state.scale, rows * state.scale);
      ink.restore();
    });
    ink.globalAlpha = 1;
    outlines(ratio);
    if (sheets[1]) {
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
  const whole = () => {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    state.scale = state.whole = 0.94 * Math.min(width / columns, height / rows);
    state.x = (width - columns * state.scale) / 2;
    state.y = (height - rows * state.scale) / 2;
    draw();
  };
  const zoom = (factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const scale = Math.min(Math.max(60, 4 * state.whole), Math.max(0.05, state.scale * factor));
    state.x = x - ((x - state.x) * scale) / state.scale;
    state.y = y - ((y - state.y) * scale) / state.scale;
    state.scale = scale;
    draw();
  };

  // --- A cell's values -----------------------------------------------------------------------------------------------------
  const placeOf = (x, y) => [Math.floor((x - state.x) / state.scale), Math.floor((y - state.y) / state.scale)];
  const lattice = (values, x, y) => {
    const side = data.lattice.nodes - 1;
    const [u, v] = [((x + 0.5) / columns) * side, ((y + 0.5) / rows) * side];
    const [i, j] = [Math.min(side - 1, Math.floor(u)), Math.min(side - 1, Math.floor(v))];
    const at = (row, column) => values[row * data.lattice.nodes + column];
    const along = (row) => at(row, i) * (1 - (u - i)) + at(row, i + 1) * (u - i);
    return along(j) * (1 - (v - j)) + along(j + 1) * (v - j);
  };
  const zonesAt = (x, y) => data.zones.flatMap((layer, number) => {
    const held = layer.zones.filter((_, at) => ink.isPointInPath(paths[number][at], x + 0.5, y + 0.5, "evenodd"));
    return held.length ? [[layer.label, held.map((zone) => zone.name).join(words.comma)]] : [];
  });
  const rowOf = (name, value, key = "") => {
    const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
    dt.textContent = name;
    dd.textContent = value;
    if (key) dd.dataset.key = key;
    return [dt, dd];
  };
  let asked = 0;
  const tell = async (x, y) => {
    const panel = byId("cell");
    const turn = ++asked;
    state.last = [x, y];
    const item = x >= 0 && y >= 0 && x < columns && y < rows ? index[y * columns + x] : -1;
    if (item < 0) {
      panel.replaceChildren(Object.assign(document.createElement("p"), { className: "soft", textContent: words.outside }));
      return;
    }
    const list = document.createElement("dl");
    ink.save();
    ink.setTransform(1, 0, 0, 1, 0, 0);
    for (const [label, name] of zonesAt(x, y)) list.append(...rowOf(label, name));
    ink.restore();
    const east = lattice(data.lattice.longitude, x, y);
    const north = lattice(data.lattice.latitude, x, y);
    list.append(...rowOf(words.place, `${Math.abs(north).toFixed(3)}° ${north < 0 ? "S" : "N"}, ${Math.abs(east).toFixed(3)}° ${east < 0 ? "W" : "E"}`));
    for (const when of [state.when, state.other].filter(Boolean)) list.append(...(await valuesOf(when, item)));
    const classes = await classesOf(item);
    if (turn !== asked) return; // something else was asked in the meantime
    const title = Object.assign(document.createElement("p"), { className: "soft", textContent: state.layer.title });
    const head = Object.assign(document.createElement("h3"), { textContent: data.factor > 1 ? words.in_block : words.in_cell });
    panel.replaceChildren(head, title, list, ...classes);
  };
  const valuesOf = async (when, item) => {
    const layer = state.layer;
    if (layer.kind !== "graded") {
      const kind = (await kinds(when.data))[item];
      return rowOf(when.label, kind === 255 ? words.no_data : layer.labels[kind], `kind-${when.key}`);
    }
    const value = (await floats(when.data))[item];
    if (Number.isNaN(value)) return rowOf(when.label, words.no_data, `value-${when.key}`);
    const hectares = await hectaresOf(when);
    const found = rowOf(when.label, `${number(value)} ${layer.cell_units === "1" ? "" : layer.cell_units}`.trim(), `value-${when.key}`);
    found[1].dataset.raw = value;
    if (layer.per_hectare) found.push(...rowOf("", `${number(value / hectares(item))} ${layer.units}`));
    return found;
  };
  const classesOf = async (item) => {
    const year = data.classes.years[state.when.key] ? state.when.key : Object.keys(data.classes.years).at(-1);
    const parts = await Promise.all(data.classes.years[year].map(shares));
    const list = document.createElement("ul");
    parts.forEach((part, at) => {
      if (part[item] === 0 || part[item] === 65535) return;
      const line = document.createElement("li");
      const swatch = Object.assign(document.createElement("span"), { className: "swatch" });
      swatch.style.background = data.classes.colours[at];
      line.append(swatch, `${data.classes.labels[at]} ${number(part[item] / 100)} %`);
      list.append(line);
    });
    return [Object.assign(document.createElement("h3"), { textContent: words.classes.replace("{year}", year) }), list];
  };

  // --- Controls ------------------------------------------------------------------------------------------------------------
  const option = (value, label) => Object.assign(document.createElement("option"), { value, textContent: label });
  const show = async () => {
    const wanted = [state.when, state.other];
    const made = await Promise.all(wanted.map((when) => (when ? painted(state.layer, when) : null)));
    if (wanted[0] !== state.when || wanted[1] !== state.other) return;
    sheets = made;
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
  const chooseLayer = (name) => {
    state.layer = data.layers.find((layer) => layer.name === name);
    const whens = state.layer.whens;
    state.when = whens.find((when) => state.when && when.key === state.when.key) || whens.at(-1);
    state.other = whens.find((when) => state.other && when.key === state.other.key) || null;
    const years = byId("years");
    years.querySelectorAll("label").forEach((label) => label.remove());
    for (const when of whens) {
      const label = document.createElement("label");
      const radio = Object.assign(document.createElement("input"), { type: "radio", name: "when", value: when.key, checked: when === state.when });
      radio.addEventListener("change", () => { state.when = when; show(); });
      label.append(radio, ` ${when.label}`);
      years.append(label);
    }
    byId("other").replaceChildren(option("", words.none), ...whens.map((when) => option(when.key, when.label)));
    byId("other").value = state.other ? state.other.key : "";
    byId("divider-label").hidden = !state.other;
    legend();
    return show();
  };
  byId("layer").append(...data.layers.map((layer) => option(layer.name, layer.title)));
  byId("layer").addEventListener("change", (event) => chooseLayer(event.target.value));
  byId("other").addEventListener("change", (event) => {
    state.other = state.layer.whens.find((when) => when.key === event.target.value) || null;
    byId("divider-label").hidden = !state.other;
    show();
  });
  byId("divider").addEventListener("input", (event) => { state.divider = event.target.value / 100; draw(); });
  byId("opacity").addEventListener("input", (event) => { state.opacity = event.target.value / 100; draw(); });
  byId("outlines").append(option(-1, words.none), ...data.zones.map((layer, at) => option(at, layer.label)));
  byId("outlines").value = state.outlines;
  byId("outlines").addEventListener("change", (event) => { state.outlines = Number(event.target.value); draw(); });
  byId("in").addEventListener("click", () => zoom(1.5));
  byId("out").addEventListener("click", () => zoom(1 / 1.5));
  byId("whole").addEventListener("click", whole);

  // --- Pointer, wheel, touch, keys -----------------------------------------------------------------------------------------
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

  // --- Links between charts, tables and the map ----------------------------------------------------------------------------
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
    draw();
  };
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest && event.target.closest("[data-zone]"); // a row's button is a click as well
    if (chosen) chooseZone(chosen.dataset.zone);
  });

  // --- Tables: sorting and download ----------------------------------------------------------------------------------------
  const sortable = (table) => table.querySelectorAll("th").forEach((head, column) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: head.textContent });
    button.title = words.sort.replace("{column}", head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const body = table.tBodies[0];
      const value = (row) => {
        const cell = row.cells[column];
        return "v" in cell.dataset ? (cell.dataset.v === "" ? NaN : Number(cell.dataset.v)) : cell.textContent;
      };
      const compare = (a, b) => (typeof a === "number" ? (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : up ? a - b : b - a) : (up ? 1 : -1) * String(a).localeCompare(String(b), document.documentElement.lang));
      body.append(...[...body.rows].sort((a, b) => compare(value(a), value(b))));
    });
  });
  document.querySelectorAll("table.sortable").forEach(sortable);
  document.querySelectorAll("button.download").forEach((button) => button.addEventListener("click", async () => {
    const file = new Blob([await inflate(button.dataset.file)], { type: "text/csv" });
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${button.dataset.name}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }));

  await chooseLayer(state.layer.name);
  whole();
  document.body.dataset.ready = "yes";
})();
