// The cards of items to rate, each with its control: those that are in the page, and before them those found by the search.
import { element } from "../shared/element.js";
import { createRatingControl } from "../rating/control.js";
import { isSameTitle } from "../rating/titles.js";

const N_MORE = 12;

// `scale` is one of scale.js.
export function createCards(list, moreButton, scale, onRate) {
  const cardsById = new Map(); // those that have their control
  let [ratings, titles] = [new Map(), new Map()]; // of the visitor, as they were shown last

  const showRating = (id, { card, control, title }) => {
    const value = !titles.get(id) || isSameTitle(titles.get(id), title) ? ratings.get(id) : undefined;
    control.show(value);
    card.classList.toggle("is-rated", value !== undefined);
  };

  const addControl = (card, title) => {
    const id = card.dataset.item;
    const control = createRatingControl(scale, title, (stars) => onRate(id, stars, title));
    card.querySelector(".rate-stars").append(control.element);
    cardsById.set(id, { card, control, title });
    showRating(id, cardsById.get(id));
  };

  // A card gets its control when it is first seen: together they would hold up a phone.
  const reveal = (card) => {
    card.classList.remove("later");
    if (!cardsById.has(card.dataset.item)) addControl(card, card.querySelector("a").textContent);
  };

  for (const card of list.querySelectorAll(":scope > :not(.later)")) reveal(card);

  const createCard = (items, row) => {
    const link = element("a", { href: items.href(row) }, element("bdi", {}, items.title(row)));
    const card = element("li", { "data-item": items.id(row) }, link, element("p", {}, items.summary(row)));
    card.append(element("div", { class: "rate-stars" }));
    addControl(card, items.title(row));
  };

  moreButton?.addEventListener("click", () => {
    const next = [...list.querySelectorAll(".later")].slice(0, N_MORE);
    for (const card of next) reveal(card);
    moreButton.hidden = !list.querySelector(".later");
    next[0].querySelector("input").focus();
  });

  return {
    // Move an item's card to the front, creating it if there is none; returns its control.
    bringToFront(items, row) {
      const id = items.id(row);
      const later = [...list.querySelectorAll(".later")].find((card) => card.dataset.item === id);
      if (later) reveal(later);
      if (!cardsById.has(id)) createCard(items, row);
      const { card, control } = cardsById.get(id);
      list.prepend(card);
      return control;
    },
    // `titles` are those of the rated items, by id, as far as they are known: the same id may be another item here.
    show(visitorRatings, visitorTitles) {
      [ratings, titles] = [visitorRatings, visitorTitles];
      for (const [id, shown] of cardsById) showRating(id, shown);
    },
  };
}
