"use strict";
// Land of the years in one frame: a slider for the year, a choice of the scenario, and a line that is dragged between the last map and it.
const simulationPage = document.getElementById("time");
if (simulationPage) {
  const frames = JSON.parse(document.getElementById("frames").textContent);
  const slider = document.getElementById("year"), choice = document.getElementById("scenario");
  const shown = document.getElementById("shown"), before = document.getElementById("before");
  const told = document.getElementById("told-year"), line = document.getElementById("line"), stage = document.getElementById("stage");
  const years = [...new Set(frames.map((frame) => frame.year))];
  slider.max = String(years.length - 1);
  slider.value = String(years.length - 1);
  let part = 0.5;

  const show = () => {
    const year = years[Number(slider.value)], scenario = choice ? choice.value : "";
    const of = frames.filter((frame) => frame.year === year);
    const frame = of.find((one) => one.scenario === scenario) || of.find((one) => !one.scenario) || of[0];
    shown.src = frame.image;
    const words = frame.scenario ? told.dataset.simulated : told.dataset.observed;
    told.textContent = words.replace("YEAR", String(year));
    shown.alt = told.textContent;
    slider.setAttribute("aria-valuetext", told.textContent);
  };
  const place = () => {
    before.style.clipPath = `inset(0 ${100 * (1 - part)}% 0 0)`;
    line.style.left = `${100 * part}%`;
    line.setAttribute("aria-valuenow", String(Math.round(100 * part)));
  };
  const drag = (event) => {
    const box = stage.getBoundingClientRect();
    part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    place();
  };
  line.addEventListener("pointerdown", (event) => {
    line.setPointerCapture(event.pointerId);
    event.preventDefault();
    line.focus();
  });
  line.addEventListener("pointermove", (event) => { if (line.hasPointerCapture(event.pointerId)) drag(event); });
  line.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -0.05, ArrowRight: 0.05, Home: -1, End: 1 }[event.key];
    if (step === undefined) return;
    part = Math.min(1, Math.max(0, part + step));
    place();
    event.preventDefault();
  });
  slider.addEventListener("input", show);
  if (choice) choice.addEventListener("change", show);
  show();
  place();
}
