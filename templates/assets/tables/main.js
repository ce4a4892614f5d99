// The script of the indexes of users and items: tables that sort by a click on a heading, and a field that filters rows.
import { button } from "../shared/element.js";
import { pageCollator, parseNumber } from "../shared/format.js";
import { t } from "../shared/strings.js";
import { normalizeText, searchWords } from "../shared/text.js";

// `direction` is 1 for ascending, -1 for descending. Unknown numbers come last either way.
const compareKeys = (kind, direction) => (a, b) => {
  if (kind === "text") return direction * pageCollator.compare(a.key, b.key);
  if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
  return direction * (a.key - b.key);
};

// A second click on a heading reverses the order. At first, numbers begin with the largest, text with A.
function nextDirection(heading) {
  const current = heading.getAttribute("aria-sort");
  if (current) return current === "ascending" ? -1 : 1;
  return heading.dataset.kind === "number" ? -1 : 1;
}

const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);

function sortTable(table, heading) {
  const { kind } = heading.dataset;
  const direction = nextDirection(heading);
  for (const sibling of heading.parentNode.children) sibling.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
  const rows = rowsOf(table).map((row) => {
    const text = row.cells[heading.cellIndex].textContent;
    return { row, key: kind === "text" ? text : parseNumber(text) };
  });
  const sorted = rows.sort(compareKeys(kind, direction)).map(({ row }) => row);
  const sizes = [...table.tBodies].map((body) => body.rows.length);
  for (const [n, size] of sizes.entries()) table.tBodies[n].append(...sorted.splice(0, size));
}

function enableSorting(table) {
  for (const heading of table.tHead.rows[0].cells) {
    heading.append(button({}, () => sortTable(table, heading), ...heading.childNodes));
  }
}

function enableFilter(tools) {
  const table = document.getElementById(tools.dataset.filter);
  const rows = rowsOf(table);
  const count = tools.querySelector("[data-count]");
  const input = tools.querySelector("input");
  let rowTexts = null;
  const filter = () => {
    rowTexts ??= rows.map((row) => normalizeText([...row.cells].map((cell) => cell.textContent).join(" ")));
    const words = searchWords(input.value);
    let nVisible = 0;
    rows.forEach((row, n) => {
      row.hidden = !words.every((word) => rowTexts[n].includes(word));
      nVisible += !row.hidden;
    });
    table.toggleAttribute("data-filtered", words.length > 0);
    const summary = nVisible ? t("tables.visible", { visible: nVisible, all: rows.length }) : t("tables.nothing");
    count.textContent = words.length ? summary : "";
  };
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 80);
  });
  if (input.value) filter(); // a value that the browser kept over a reload
}

for (const table of document.querySelectorAll("[data-sortable]")) enableSorting(table);
for (const tools of document.querySelectorAll("[data-filter]")) enableFilter(tools);
