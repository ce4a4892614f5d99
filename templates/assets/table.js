// Tables that sort by a click on their heads, and a field that filters their rows.
"use strict";

{
  const { plain, words } = globalThis.marqueeText;
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const number = (text) => {
    const value = parseFloat(text.replace(/,/g, "").replace("−", "-"));
    return Number.isNaN(value) ? null : value;
  };

  const compare = (kind, way) => (a, b) => {
    if (kind === "text") return way * order.compare(a.key, b.key);
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null); // unknown stays last
    return way * (a.key - b.key);
  };

  const sort = (table, head) => {
    const kind = head.dataset.kind;
    const now = head.getAttribute("aria-sort");
    // Numbers begin with the largest, words with A.
    const way = now ? (now === "ascending" ? -1 : 1) : kind === "number" ? -1 : 1;
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => {
      const text = row.cells[head.cellIndex].textContent;
      return { row, key: kind === "text" ? text : number(text) };
    });
    body.append(...rows.sort(compare(kind, way)).map(({ row }) => row));
  };

  for (const table of document.querySelectorAll("[data-sortable]")) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head));
    }
  }

  for (const tools of document.querySelectorAll("[data-filter]")) {
    const rows = [...document.getElementById(tools.dataset.filter).tBodies[0].rows];
    const count = tools.querySelector("[data-count]");
    const input = tools.querySelector("input");
    let texts = null;
    const filter = () => {
      texts ??= rows.map((row) => plain([...row.cells].map((cell) => cell.textContent).join(" ")));
      const sought = words(input.value);
      let shown = 0;
      rows.forEach((row, n) => {
        row.hidden = !sought.every((word) => texts[n].includes(word));
        shown += !row.hidden;
      });
      const all = rows.length.toLocaleString("en");
      const found = shown ? `${shown.toLocaleString("en")} of ${all}` : "Nothing matches. Clear the filter to see all.";
      count.textContent = sought.length ? found : "";
    };
    let waiting = 0;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 80);
    });
    if (input.value) filter(); // a value the browser kept over a reload
  }
}
