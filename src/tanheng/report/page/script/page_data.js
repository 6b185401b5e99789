// What the page holds: its data, its words and its elements.
export const data = JSON.parse(document.getElementById("data").textContent);
export const words = data.words;
export const byId = (name) => document.getElementById(name);
const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 6 });
export const number = (value) => format.format(value).replace("-", "−");
