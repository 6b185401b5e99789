// The page that asks for a token.
import { ask } from "./page.js";

// The page that was asked for before; never one of another site.
function wanted() {
  const to = new URL(new URLSearchParams(location.search).get("to") ?? "/", location.origin);
  return to.origin === location.origin ? to.pathname + to.search : "/";
}

const form = document.getElementById("sign-in");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = document.getElementById("token-problem");
  problem.textContent = "";
  try {
    await ask("/sign-in", "POST", { token: form.elements.token.value });
    location.replace(wanted());
  } catch (error) {
    problem.textContent = error.message;
    form.elements.token.select();
  }
});
