// The controls of the map: model, genres, years, colour, reset, a link to copy. Says what changed, draws nothing.
"use strict";

globalThis.marqueeMap.makeControls = (box, change) => {
  const find = (selector) => box.querySelector(selector);
  const models = [...box.querySelectorAll("[data-switch] input")];
  const pop = find("[data-genres]");
  const genres = pop ? [...pop.querySelectorAll("input")] : [];
  const [from, to] = box.querySelectorAll("[data-years] input");
  const colour = find("[data-colour]");
  const reset = find("[data-reset]");
  const copy = find("[data-copy]");
  const link = find("[data-link]");

  for (const input of models) input.addEventListener("change", () => change({ model: input.value }));
  for (const input of genres) {
    input.addEventListener("change", () =>
      change({ genres: new Set(genres.filter((one) => one.checked).map((one) => Number(one.value))) }),
    );
  }
  const year = (input) => (/^\d{1,6}$/.test(input.value) ? Number(input.value) : null);
  // A year that is still being typed would hide every film.
  const isDone = (input) => input.value === "" || input.value.length === input.min.length;
  for (const input of [from, to].filter(Boolean)) {
    const tell = () => change({ from: year(from), to: year(to) });
    input.addEventListener("input", () => isDone(input) && tell());
    input.addEventListener("change", tell);
  }
  colour.addEventListener("change", () => change({ colour: colour.value }));
  reset.addEventListener("click", () => {
    change({ query: "", genres: new Set(), from: null, to: null });
    find("[data-map-search] input").focus();
  });

  if (pop) {
    const close = () => (pop.open = false);
    document.addEventListener("pointerdown", (event) => pop.contains(event.target) || close());
    pop.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !pop.open) return;
      close();
      pop.querySelector("summary").focus();
    });
    pop.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !pop.contains(event.relatedTarget)) close();
    });
  }

  let waiting = 0;
  const copied = (text) => {
    copy.textContent = text;
    clearTimeout(waiting);
    waiting = setTimeout(() => (copy.textContent = "Copy link"), 2500);
  };
  copy.addEventListener("click", async () => {
    globalThis.marqueeMap.remember();
    const address = location.href.split("#")[0] + globalThis.marqueeMap.state.forOthers(location.hash);
    try {
      await navigator.clipboard.writeText(address);
      copied("Copied");
    } catch {
      // No clipboard here, as on some pages opened from disk: show the address, ready to be copied.
      link.hidden = false;
      const input = link.querySelector("input");
      input.value = address;
      input.select();
    }
  });

  return {
    show(state) {
      for (const input of models) input.checked = input.value === state.model;
      for (const input of genres) input.checked = state.genres.has(Number(input.value));
      if (pop) pop.querySelector("[data-chosen]").textContent = state.genres.size ? `: ${state.genres.size}` : "";
      for (const [input, value] of [[from, state.from], [to, state.to]]) {
        if (input && input !== document.activeElement) input.value = value ?? "";
      }
      colour.value = state.colour;
      if (colour.selectedIndex < 0) colour.selectedIndex = 0;
      link.hidden = true;
      reset.hidden = !(state.query.trim() || state.genres.size || state.from !== null || state.to !== null);
    },
  };
};
