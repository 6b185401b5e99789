// Pages of results in one frame, chosen by tabs.
import { ask, Refused, say, word } from "./page.js";

const tabs = [...document.querySelectorAll("[role=tab]")];
let frame = document.getElementById("frame");

// A new frame each time: one that goes to another page would add a step to the history, which a reload takes up again.
function choose(tab) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
  }
  const next = frame.cloneNode();
  next.title = tab.textContent;
  next.src = tab.dataset.address;
  frame.replaceWith(next);
  frame = next;
  document.getElementById("panel").setAttribute("aria-labelledby", tab.id);
  const here = new URL(location.href);
  here.searchParams.set("page", tab.dataset.page);
  history.replaceState(null, "", here);
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

// What a page in the frame links to beside itself: another page, a folder, or a file to be saved.
function open(address) {
  const page = tabs.find((tab) => tab.getAttribute("aria-selected") === "true").dataset.page;
  const path = decodeURIComponent(new URL(address, `http://results/${page}`).pathname.slice(1));
  const tab = tabs.find((one) => one.dataset.page === path);
  const part = document.querySelector(`[data-part="${CSS.escape(path.replace(/\/$/, ""))}"]`);
  const file = document.querySelector(`a[data-path="${CSS.escape(path)}"]`);
  if (tab) {
    choose(tab);
    tab.focus();
  } else if (part) {
    part.open = true;
    part.querySelector("summary").focus();
    part.scrollIntoView();
  } else if (file) file.click();
  else say(word("on_the_disk", { path }));
}
window.addEventListener("message", (event) => {
  if (event.source === frame?.contentWindow && typeof event.data?.open === "string") open(event.data.open);
});

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
