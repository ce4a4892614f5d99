// Find an item on the map by its title: matches are ringed while one types, and the first few can be picked from a list.
import { createCombobox } from "../shared/combobox.js";
import { items, searchItems } from "./items.js";

export function createMapSearch(box, onChange) {
  const input = box.querySelector("input");

  createCombobox({
    ...{ input, list: box.querySelector("ul") },
    search: searchItems,
    describe: (row) => [items.titles[row], items.years[row] ?? ""],
    onPick: (row) => onChange({ row }),
  });
  input.addEventListener("input", () => onChange({ query: input.value }));

  return {
    show(state) {
      if (input.value !== state.query && (input !== document.activeElement || !state.query)) input.value = state.query;
    },
  };
}
