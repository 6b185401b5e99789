// Charts that may be shown in several ways: a choice of the measure or the variable.
document.querySelectorAll("select.choice").forEach((choice) => {
  const figure = choice.closest("figure");
  choice.addEventListener("change", () => {
    figure.querySelectorAll("[data-choice]").forEach((part) => { part.hidden = part.dataset.choice !== choice.value; });
  });
});
