// The page that asks for a token.
import { ask } from "./page.js";

const form = document.getElementById("sign-in");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = document.getElementById("token-problem");
  problem.textContent = "";
  try {
    await ask("/sign-in", "POST", { token: form.elements.token.value });
    location.replace("/");
  } catch (error) {
    problem.textContent = error.message;
    form.elements.token.select();
  }
});
