// Pages of results in one frame, chosen by tabs.
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
document.body.dataset.ready = "";
