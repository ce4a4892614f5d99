// The visitor's ratings, newest first; stars can be changed or removed.
import { arrange, element } from "../shared/element.js";
import { formatCount, plural } from "../shared/format.js";
import { createStars } from "./stars.js";

// "2 of your ratings are of films that this site no longer has; they are kept."
function describeHeld(n, isFromLink) {
  const [are, films, they] = n === 1 ? ["is", "a film", "it is"] : ["are", "films", "they are"];
  if (isFromLink) return `${formatCount(n)} of these ratings ${are} of ${films} that this site does not have.`;
  return `${formatCount(n)} of your ratings ${are} of ${films} that this site no longer has; ${they} kept.`;
}

export function createRatingsList(box, items, onRate) {
  const list = box.querySelector("[data-rated]");
  const countOutput = box.querySelector("[data-count]");
  const heldNote = box.querySelector("[data-held]");
  const heading = box.querySelector("h2");
  const linesByRow = new Map();

  const createLine = (row) => {
    const id = items.id(row);
    const stars = createStars(items.title(row), (value) => {
      onRate(id, value, items.title(row));
      if (!value) (list.querySelector("input") ?? heading).focus({ preventScroll: true });
    });
    const link = element("a", { href: items.href(row) }, element("bdi", {}, items.title(row)));
    const name = element("span", {}, link, " ", element("small", {}, items.year(row)));
    return { stars, element: element("li", {}, name, stars.element) };
  };

  return {
    // `rated` are pairs [row, stars], oldest first; `nHeld` counts ratings of items that the tower lacks.
    show(rated, nHeld, isFromLink) {
      heading.textContent = isFromLink ? "Ratings from the link" : "Your ratings";
      countOutput.textContent = plural(rated.length, "film");
      heldNote.hidden = !nHeld;
      heldNote.textContent = describeHeld(nHeld, isFromLink);
      for (const [row, stars] of rated) {
        if (!linesByRow.has(row)) linesByRow.set(row, createLine(row));
        linesByRow.get(row).stars.show(stars);
      }
      arrange(list, rated.map(([row]) => linesByRow.get(row).element).reverse());
    },
  };
}
