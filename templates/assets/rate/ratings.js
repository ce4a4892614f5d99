// The visitor's ratings, newest first; stars can be changed or removed.
import { arrange, element } from "../shared/element.js";
import { plural } from "../shared/format.js";
import { createStars } from "./stars.js";

export function createRatingsList(box, items, onRate) {
  const list = box.querySelector("[data-rated]");
  const countOutput = box.querySelector("[data-count]");
  const heading = box.querySelector("h2");
  const linesByRow = new Map();

  const createLine = (row) => {
    const id = items.id(row);
    const stars = createStars(items.title(row), (value) => {
      onRate(id, value);
      if (!value) (list.querySelector("input") ?? heading).focus({ preventScroll: true });
    });
    const link = element("a", { href: items.href(row) }, element("bdi", {}, items.title(row)));
    const name = element("span", {}, link, " ", element("small", {}, items.year(row)));
    return { stars, element: element("li", {}, name, stars.element) };
  };

  return {
    // `rated` are pairs [row, stars], oldest first; `nRatings` also counts ratings of items that the tower lacks.
    show(rated, nRatings, isFromLink) {
      heading.textContent = isFromLink ? "Ratings from the link" : "Your ratings";
      const nUnknown = nRatings - rated.length;
      const unknown = nUnknown ? `${plural(nUnknown, "film")} not among the films of this page` : "";
      countOutput.textContent = [plural(rated.length, "film"), unknown].filter(Boolean).join(", ");
      for (const [row, stars] of rated) {
        if (!linesByRow.has(row)) linesByRow.set(row, createLine(row));
        linesByRow.get(row).stars.show(stars);
      }
      arrange(list, rated.map(([row]) => linesByRow.get(row).element).reverse());
    },
  };
}
