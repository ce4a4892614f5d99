// Where the visitor is on the map of items, in the middle of what they like: a picture with a mark, and the same in words.
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";

const N_NAMED = 3;

// `square` is the part of the map that the picture shows: x and y of its centre, half its width. `landmarks` are rows of
// well-known items, by which the position is described in words.
export function createPositionView(box, items, square, landmarks) {
  const [centreX, centreY, halfWidth] = square;
  const you = element("i", { class: "you" }, element("b", {}, t("rate.position.you")));
  const itemMarks = element("span");
  const hasMap = document.querySelector('header nav a[href$="map.html"]') !== null; // a site may do without
  const picture = element("a", { class: "rate-plane", "aria-label": t("rate.position.picture") }, itemMarks, you);
  const description = element("p");
  box.append(picture, description, element("p", { class: "note" }, t("rate.position.note")));

  const placeOf = (row) => items.places.map((axis) => axis[row]);

  const placeMark = (mark, [x, y]) => {
    const [left, top] = [50 * (1 + (x - centreX) / halfWidth), 50 * (1 - (y - centreY) / halfWidth)]; // per cent; y grows upwards
    mark.style.left = `${left}%`;
    mark.style.top = `${top}%`;
    mark.classList.toggle("is-right", left > 70);
  };

  const createItemMark = (row) => {
    const mark = element("i", { title: items.title(row) });
    placeMark(mark, placeOf(row));
    return mark;
  };

  // The mean of their places by weight, of pairs [row, weight].
  const middle = (liked) => {
    const total = liked.reduce((sum, [, weight]) => sum + weight, 0);
    return items.places.map((axis) => liked.reduce((sum, [row, weight]) => sum + weight * axis[row], 0) / total);
  };

  // "<a> and <b>", as the language lists things
  const nearestTitles = ([x, y]) => {
    const distance = (row) => Math.hypot(items.places[0][row] - x, items.places[1][row] - y);
    const nearest = landmarks.toSorted((a, b) => distance(a) - distance(b)).slice(0, N_NAMED);
    const parts = new Intl.ListFormat(document.documentElement.lang).formatToParts(nearest.map(items.title));
    return parts.map(({ type, value }) => (type === "element" ? element("bdi", {}, value) : value));
  };

  return {
    // `liked` are pairs [row, weight], and it is hidden without any; `listedRows` are items to mark as well.
    show(liked, listedRows) {
      box.hidden = !liked.length || !items.places;
      if (box.hidden) return;
      const position = middle(liked);
      placeMark(you, position);
      itemMarks.replaceChildren(...listedRows.map(createItemMark));
      if (hasMap) picture.href = `${marquee.root}map.html#model=deep&you=${position.map((value) => value.toFixed(3))}`;
      description.replaceChildren(`${t("rate.position.nearest")} `, ...nearestTitles(position), ".");
    },
  };
}
