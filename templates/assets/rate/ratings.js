// The visitor's ratings, newest first; stars can be changed or removed.
import { arrange, element } from "../shared/element.js";
import { t } from "../shared/strings.js";
import { createRatingControl } from "../rating/control.js";

// `scale` is one of scale.js.
export function createRatingsList(box, items, scale, onRate) {
  const list = box.querySelector("[data-rated]");
  const countOutput = box.querySelector("[data-count]");
  const heldNote = box.querySelector("[data-held]");
  const heading = box.querySelector("h2");
  const linesByRow = new Map();

  const createLine = (row) => {
    const id = items.id(row);
    const control = createRatingControl(scale, items.title(row), (stars) => {
      onRate(id, stars, items.title(row));
      if (!stars) (list.querySelector("input") ?? heading).focus({ preventScroll: true });
    });
    const link = element("a", { href: items.href(row) }, element("bdi", {}, items.title(row)));
    const name = element("span", {}, link, " ", element("small", {}, items.year(row)));
    return { control, element: element("li", {}, name, control.element) };
  };

  return {
    // `rated` are pairs [row, stars], oldest first; `nHeld` counts ratings of items that the tower lacks.
    show(rated, nHeld, isFromLink) {
      heading.textContent = t(isFromLink ? "rate.linkedRatings" : "rate.yourRatings");
      countOutput.textContent = t("rate.nItems", { n: rated.length });
      heldNote.hidden = !nHeld;
      heldNote.textContent = t(isFromLink ? "rate.elsewhere" : "rate.held", { n: nHeld });
      for (const [row, stars] of rated) {
        if (!linesByRow.has(row)) linesByRow.set(row, createLine(row));
        linesByRow.get(row).control.show(stars);
      }
      arrange(list, rated.map(([row]) => linesByRow.get(row).element).reverse());
    },
  };
}
