// Move the view of the plot without dragging: buttons that zoom, and keys while the plot has the focus.

import { t } from "../shared/strings.js";

const ZOOM_STEP = 1.6;

// `pickedRow()` is the row that zooming in moves towards, or -1.
export function enableViewControls(box, plot, pickedRow) {
  const frame = box.querySelector(".map-box");
  const zoomActions = {
    in: () => plot.zoom(ZOOM_STEP, pickedRow()),
    out: () => plot.zoom(1 / ZOOM_STEP, -1),
    fit: plot.fit,
  };
  for (const button of frame.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", zoomActions[button.dataset.zoom]);
  }

  const keys = {
    "+": zoomActions.in,
    "=": zoomActions.in,
    "-": zoomActions.out,
    0: zoomActions.fit,
    ArrowLeft: () => plot.pan(-1, 0),
    ArrowRight: () => plot.pan(1, 0),
    ArrowUp: () => plot.pan(0, 1),
    ArrowDown: () => plot.pan(0, -1),
  };
  const surface = plot.surface();
  if (!surface) return;
  surface.setAttribute("role", "application");
  surface.setAttribute("aria-label", t("map.controls.plot"));
  surface.style.outline = "none"; // BokehJS outlines it at every tap; the frame shows the focus of the keyboard alone
  surface.addEventListener("focus", () => frame.classList.toggle("is-focused", surface.matches(":focus-visible")));
  surface.addEventListener("blur", () => frame.classList.remove("is-focused"));
  surface.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
}
