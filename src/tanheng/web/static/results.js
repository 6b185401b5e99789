// Pages of results in one frame, chosen by tabs.
import { ask, Refused, word } from "./page.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
const frame = document.getElementById("frame");

function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
  }
  frame.title = tab.textContent;
  document.getElementById("panel").setAttribute("aria-labelledby", tab.id);
  frame.src = tab.dataset.address;
}

for (const [number, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(number + step + tabs.length) % tabs.length];
    next.focus();
    choose(next);
  });
}
const wanted = new URLSearchParams(location.search).get("page");
const named = tabs.find((tab) => wanted && tab.dataset.address.endsWith(`/${wanted}`));
if (named) choose(named);
const translate = document.getElementById("translate");
function told(text) {
  document.getElementById("translate-state").textContent = text;
}
translate?.addEventListener("click", async () => {
  translate.disabled = true;
  told(word("report_being_written"));
  try {
    const job = await ask("/app/jobs", "POST", { process: "report", inputs: { results: translate.dataset.name } });
    const events = new EventSource(`/app/jobs/${job.id}/events`);
    events.onmessage = (event) => {
      const now = JSON.parse(event.data);
      if (!now.ended) return;
      events.close();
      if (now.state === "successful") location.reload();
      else told(now.message);
      translate.disabled = false;
    };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    told(error.message);
    translate.disabled = false;
  }
});
document.getElementById("remove-results").addEventListener("click", async (event) => {
  const { name } = event.target.dataset;
  if (!confirm(word("remove_results", { folder: name }))) return;
  try {
    await ask(`/app/results?name=${encodeURIComponent(name)}`, "DELETE");
    location.replace("/");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    document.getElementById("remove-problem").textContent = error.message;
  }
});
document.body.dataset.ready = "";
