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
