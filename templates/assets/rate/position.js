// Where the tower puts the visitor on the map of items: a picture with a mark, and the same in words.
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";

const N_NAMED = 3;
const MIN_EDGE = 2; // per cent of the width between a mark and the edge

// `square` is the part of the plane that the picture shows: x and y of its centre, half its width. `landmarks` are rows of
// well-known items, by which the position is described in words.
export function createPositionView(box, tower, items, square, landmarks) {
  const [centreX, centreY, halfWidth] = square;
  const you = element("i", { class: "you" }, element("b", {}, t("rate.position.you")));
  const itemMarks = element("span");
  const hasMap = document.querySelector('header nav a[href$="map.html"]') !== null; // a site may do without
  const picture = element("a", { class: "rate-plane", "aria-label": t("rate.position.picture") }, itemMarks, you);
  const description = element("p");
  box.append(picture, description, element("p", { class: "note" }, t("rate.position.note")));
  const landmarkPositions = landmarks.map((row) => [row, tower.itemPosition(row)]);

  // Put a mark at a point of the plane, or at the edge of the picture; returns whether the point lies within.
  const placeMark = (mark, [x, y]) => {
    const percent = [50 * (1 + (x - centreX) / halfWidth), 50 * (1 - (y - centreY) / halfWidth)]; // y grows upwards
    const [left, top] = percent.map((value) => Math.min(Math.max(value, MIN_EDGE), 100 - MIN_EDGE));
    mark.style.left = `${left}%`;
    mark.style.top = `${top}%`;
    mark.classList.toggle("is-right", left > 70);
    return percent.every((value) => value >= 0 && value <= 100);
  };

  const createItemMark = (row) => {
    const mark = element("i", { title: items.title(row) });
    placeMark(mark, tower.itemPosition(row));
    return mark;
  };

  // "<a> and <b>", as the language lists things
  const nearestTitles = (position) => {
    const distance = ([, landmark]) => Math.hypot(landmark[0] - position[0], landmark[1] - position[1]);
    const nearest = landmarkPositions.toSorted((a, b) => distance(a) - distance(b)).slice(0, N_NAMED);
    const parts = new Intl.ListFormat(document.documentElement.lang).formatToParts(nearest.map(([row]) => items.title(row)));
    return parts.map(({ type, value }) => (type === "element" ? element("bdi", {}, value) : value));
  };

  return {
    // Hidden for the user vector null; `listedRows` are items to mark as well.
    show(user, listedRows) {
      box.hidden = !user;
      if (!user) return;
      const position = tower.userPosition(user);
      const isWithin = placeMark(you, position);
      itemMarks.replaceChildren(...listedRows.map(createItemMark));
      if (hasMap) picture.href = `${marquee.root}map.html#model=deep&you=${[...position].map((value) => value.toFixed(3))}`;
      const outside = isWithin ? "" : `${t("rate.position.outside")} `;
      description.replaceChildren(`${outside}${t("rate.position.nearest")} `, ...nearestTitles(position), ".");
    },
  };
}
