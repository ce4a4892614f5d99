// Find a film on the map by its title: what matches is ringed as one types, the first few can be picked from a list.
"use strict";

globalThis.marqueeMap.makeSearch = (box, change) => {
  const { films } = globalThis.marqueeMap;
  const LONGEST = 8;
  const input = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  let active = -1;

  const options = () => [...list.children];

  const mark = (place) => {
    active = place;
    options().forEach((option, n) => option.setAttribute("aria-selected", String(n === place)));
    const option = list.children[place];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const open = (isOpen) => {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) mark(-1);
  };

  const pick = (row) => {
    open(false);
    change({ row });
  };

  const option = (row, place) => {
    const item = document.createElement("li");
    item.id = `map-found-${place}`;
    item.setAttribute("role", "option");
    item.dataset.row = row;
    const label = document.createElement("bdi");
    label.textContent = films.titles[row];
    const note = document.createElement("small");
    note.textContent = films.years[row] ?? "";
    item.append(label, note);
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => pick(row));
    return item;
  };

  const fill = () => {
    list.replaceChildren(...films.find(input.value).slice(0, LONGEST).map(option));
    open(list.children.length > 0);
    mark(-1);
  };

  const step = (by) => {
    if (list.hidden) fill();
    const n = list.children.length;
    if (n) mark((active + by + n + (active < 0 && by < 0 ? 1 : 0)) % n);
  };

  input.addEventListener("input", () => {
    fill();
    change({ query: input.value });
  });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Escape" && !list.hidden) open(false);
    else if (event.key === "Enter") {
      if (list.hidden) fill();
      const chosen = list.children[Math.max(active, 0)];
      if (chosen) pick(Number(chosen.dataset.row));
    } else return;
    event.preventDefault();
  });

  return {
    show(state) {
      if (input.value !== state.query && (input !== document.activeElement || !state.query)) input.value = state.query;
    },
  };
};
