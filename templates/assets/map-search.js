// Find a film on the map by its title: what matches is ringed as one types, the first few can be picked from a list.
"use strict";

globalThis.marqueeMap.makeSearch = (box, change) => {
  const { films } = globalThis.marqueeMap;
  const input = box.querySelector("input");

  globalThis.marqueeCombobox({
    ...{ input, list: box.querySelector("ul") },
    find: films.find,
    option: (row) => [films.titles[row], films.years[row] ?? ""],
    pick: (row) => change({ row }),
  });
  input.addEventListener("input", () => change({ query: input.value }));

  return {
    show(state) {
      if (input.value !== state.query && (input !== document.activeElement || !state.query)) input.value = state.query;
    },
  };
};
