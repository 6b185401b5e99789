// Tables: sorting and download.
import { inflate } from "./arrays.js";
import { words } from "./page_data.js";

const sortable = (table) => table.querySelectorAll("th").forEach((head, column) => {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: head.textContent });
  button.title = words.sort.replace("{column}", head.textContent);
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = table.tBodies[0];
    const value = (row) => {
      const cell = row.cells[column];
      return "v" in cell.dataset ? (cell.dataset.v === "" ? NaN : Number(cell.dataset.v)) : cell.textContent;
    };
    const compare = (a, b) => (typeof a === "number" ? (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : up ? a - b : b - a) : (up ? 1 : -1) * String(a).localeCompare(String(b), document.documentElement.lang));
    body.append(...[...body.rows].sort((a, b) => compare(value(a), value(b))));
  });
});
document.querySelectorAll("table.sortable").forEach(sortable);
document.querySelectorAll("button.download").forEach((button) => button.addEventListener("click", async () => {
  const file = new Blob([await inflate(button.dataset.file)], { type: "text/csv" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `${button.dataset.name}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}));
