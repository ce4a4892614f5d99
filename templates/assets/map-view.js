// Moving about the plot without a pointer's drag: buttons to zoom, and keys while the plot has the focus.
"use strict";

globalThis.marqueeMap.makeView = (box, plot, picked) => {
  const place = box.querySelector(".map-box");
  const acts = {
    in: () => plot.zoom(1.6, picked()),
    out: () => plot.zoom(1 / 1.6, -1),
    fit: plot.fit,
  };
  for (const button of place.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", acts[button.dataset.zoom]);
  }

  const keys = {
    "+": acts.in,
    "=": acts.in,
    "-": acts.out,
    0: acts.fit,
    ArrowLeft: () => plot.pan(-1, 0),
    ArrowRight: () => plot.pan(1, 0),
    ArrowUp: () => plot.pan(0, 1),
    ArrowDown: () => plot.pan(0, -1),
  };
  const surface = plot.surface();
  if (!surface) return;
  surface.setAttribute("role", "application");
  surface.setAttribute("aria-label", "Plot of the films: arrows move, plus and minus zoom, 0 shows all");
  surface.style.outline = "none"; // BokehJS frames it at every tap; here it is seen where a keyboard brought one
  surface.addEventListener("focus", () => place.classList.toggle("is-focused", surface.matches(":focus-visible")));
  surface.addEventListener("blur", () => place.classList.remove("is-focused"));
  surface.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
};
