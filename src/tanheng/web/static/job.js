// A job as it goes on: its stage, how far it is, and what can be done with it.
import { ask, make, mayStart, Refused, time, word } from "./page.js";

const node = (name) => document.getElementById(`job-${name}`);
// Page of the results that a process is about, where that is not their first.
const pages = { plan: "plan/plan.html", simulate: "simulation/report.html" };
let job = JSON.parse(document.getElementById("job").textContent);

function show() {
  const states = { accepted: "queued", running: "running", successful: "successful", failed: "failed", dismissed: "stopped" };
  node("state").textContent = job.ahead > 1 ? word("queued_behind", { count: job.ahead }) : word(states[job.state]);
  const progress = node("progress");
  progress.hidden = job.ended;
  if (job.total) progress.value = job.done / job.total;
  else progress.removeAttribute("value");
  node("stage").textContent = job.ended ? "" : job.stage || (job.state === "running" ? word("starting") : "");
  const took = job.started && job.finished ? word("took", { time: time(job.finished - job.started) }) : "";
  node("times").textContent = [job.begun && word("begun_at", { time: job.begun }), took].filter(Boolean).join(word("between_items"));
  node("left").textContent = !job.ended && job.seconds_left ? word("seconds_left", { time: time(job.seconds_left) }) : "";
  const said = job.message || (job.removed ? word("results_removed") : "");
  const problems = job.problems.length ? job.problems.map((problem) => problem.text) : said ? [said] : [];
  node("problems").replaceChildren(...problems.map((text) => make("li", {}, text)));
  node("problems").hidden = !problems.length;
  node("stop").hidden = job.ended;
  node("results").hidden = job.state !== "successful" || !job.results;
  const page = pages[job.process] ? `&page=${pages[job.process]}` : "";
  node("results").href = `/results?name=${encodeURIComponent(job.results)}${page}`;
  const again = job.ended && job.study && job.state !== "successful";
  node("again").hidden = !again;
  node("resume").hidden = !again || !job.started || job.process !== "run" || job.problems.length > 0;
  document.body.dataset.state = job.state;
}

// Where somebody goes on who had the focus on a button that is gone.
function goOn() {
  if (node("stop").hidden) [node("results"), node("again"), node("state")].find((one) => !one.hidden).focus();
}

// The log while it is open, at most once a second.
const opened = document.querySelector("details");
let asked = 0;
async function log() {
  if (!opened.open || (!job.ended && Date.now() - asked < 1000)) return;
  asked = Date.now();
  const answer = await fetch(`/app/jobs/${job.id}/log`);
  node("log").textContent = (await answer.text()).split("\n").flatMap(told).join("\n");
}

// What an event of the process says to a reader; other text stays as it is.
function told(line) {
  let event = null;
  try {
    event = JSON.parse(line);
  } catch {
    return [line];
  }
  if (typeof event !== "object" || event === null) return [line];
  const at = event.at ? `${new Date(1000 * event.at).toLocaleTimeString()}  ` : "";
  switch (event.event) {
    case "stage": return [at + event.title];
    case "warning": return [`  - ${event.text}`];
    case "notes": return [`${event.heading}`, ...event.texts.map((text) => `  - ${text}`)];
    case "error": return event.problems.map((problem) => problem.text);
    case "done": return [at + word("successful")];
    case "stopped": return [at + word("stopped")];
    case "steps": case "exit": return [];
    default: return [line];
  }
}

// What is refused is told on the page.
async function tried(act) {
  node("refused").textContent = "";
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    node("refused").textContent = error.message;
  }
}

const begin = (resume) => tried(async () => {
  if (!(await mayStart(job.process, job.study))) return;
  const inputs = { study: job.study, ...(resume ? { resume: true } : {}) };
  const made = await ask("/app/jobs", "POST", { process: job.process, inputs });
  location.href = `/job/${made.id}`;
});

node("stop").addEventListener("click", async () => {
  node("stop").disabled = true;
  await tried(async () => {
    job = await ask(`/app/jobs/${job.id}`, "DELETE");
    show();
  });
  node("stop").disabled = false;
  goOn();
});
node("again").addEventListener("click", () => begin(false));
node("resume").addEventListener("click", () => begin(true));
opened.addEventListener("toggle", log);

function follow() {
  const events = new EventSource(`/app/jobs/${job.id}/events`);
  events.onmessage = (event) => {
    job = JSON.parse(event.data);
    const stopping = document.activeElement === node("stop");
    show();
    if (stopping) goOn();
    log();
    if (job.ended) events.close();
  };
}

show();
if (!job.ended) follow();
document.body.dataset.ready = "";
