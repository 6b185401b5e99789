// What every page of the app shares: words, requests, short notices, the choice of a language.
const words = JSON.parse(document.getElementById("words").textContent);

export function word(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export class Refused extends Error {
  constructor(message, status, problems) {
    super(message);
    this.status = status;
    this.problems = problems ?? [];
  }
}

export async function ask(address, method = "GET", body = undefined, signal = undefined) {
  const options = { method, signal, headers: { accept: "application/json" } };
  // Whose page this is: another person may have signed in on this browser meanwhile.
  if (document.body.dataset.home) options.headers["x-tanheng-home"] = document.body.dataset.home;
  if (body instanceof Blob) options.body = body;
  else if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(word("no_server"), 0);
  }
  const text = await answer.text();
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    data = { message: text };
  }
  // The session has ended meanwhile: sign in again, and come back here.
  if (answer.status === 401 && document.getElementById("sign-out")) location.href = `/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`;
  if (!answer.ok) throw new Refused(data.message || answer.statusText, answer.status, data.problems);
  return data;
}

let hiding = 0;
export function say(text) {
  const place = document.getElementById("said");
  place.textContent = text;
  clearTimeout(hiding);
  hiding = setTimeout(() => { place.textContent = ""; }, 3500);
}

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// The first number from 1 on whose name is not taken.
export function freeNumber(key, taken) {
  let number = 1;
  while (taken.includes(word(key, { number }))) number++;
  return number;
}

// A number as a reader's language writes it, with the minus sign of the reports.
export function figure(value, digits = 0) {
  return value.toLocaleString(undefined, { maximumFractionDigits: digits }).replace("-", "−");
}

export function time(seconds) {
  if (seconds < 90) return word("seconds", { count: Math.max(Math.round(seconds), 1) });
  if (seconds < 5400) return word("minutes", { count: Math.round(seconds / 60) });
  return word("hours", { count: (seconds / 3600).toFixed(1) });
}

// Whether a job of a study may be started: what it would wait for, or replace, is asked about first.
export async function mayStart(process, study) {
  const { results } = await ask(`/app/study?name=${encodeURIComponent(study)}`);
  if (results.under_way && !confirm(word("job_under_way"))) return false;
  return process !== "run" || !results.plan || confirm(word("run_removes_plan"));
}

document.getElementById("sign-out")?.addEventListener("click", async () => {
  try {
    await ask("/app/sign-out", "POST", {});
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  location.replace("/sign-in");
});

for (const link of document.querySelectorAll("a.language")) {
  // The address changes with what is chosen on a page.
  const lead = () => {
    const here = location.pathname + location.search;
    link.href = `/language?code=${link.dataset.code}&to=${encodeURIComponent(here)}`;
  };
  lead();
  for (const kind of ["pointerdown", "focus"]) link.addEventListener(kind, lead);
}
