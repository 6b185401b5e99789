// Packed arrays: deflated, their bytes sorted by place.
export const inflate = async (text) => {
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
export const once = (key, make) => {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
};
export const floats = (text) => once(text, async () => unshuffle(await inflate(text), 4, Float32Array));
export const kinds = (text) => once(text, () => inflate(text));
export const shares = (text) => once(text, async () => unshuffle(await inflate(text), 2, Uint16Array));
