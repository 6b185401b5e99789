// The start page: a new study, a comparison, another browser.
import { ask, Refused, word } from "./page.js";

function tell(id, error) {
  if (!(error instanceof Refused)) throw error;
  document.getElementById(id).textContent = error.message;
}

document.getElementById("new").addEventListener("submit", async (event) => {
  event.preventDefault();
  const title = document.getElementById("title").value.trim();
  try {
    const made = await ask("/app/new", "POST", { title });
    location.href = `/study?name=${encodeURIComponent(made.name)}`;
  } catch (error) {
    tell("new-problem", error);
  }
});

document.getElementById("title").addEventListener("input", () => {
  document.getElementById("new-problem").textContent = "";
});

document.getElementById("compare")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const inputs = Object.fromEntries(new FormData(event.target));
  try {
    const job = await ask("/app/jobs", "POST", { process: "compare", inputs });
    location.href = `/job/${job.id}`;
  } catch (error) {
    tell("compare-problem", error);
  }
});

document.getElementById("other-browser")?.addEventListener("click", async () => {
  const made = await ask("/app/address", "POST", {});
  document.getElementById("address").textContent = made.address;
});

document.body.dataset.ready = word("done");
