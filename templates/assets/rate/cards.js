// The cards of items to rate, each with stars: those that are in the page, and before them those found by the search.
import { element } from "../shared/element.js";
import { createStars } from "./stars.js";
import { isSameTitle } from "./titles.js";

const N_MORE = 12;

export function createCards(list, moreButton, onRate) {
  const cardsById = new Map();

  const addStars = (card, title) => {
    const id = card.dataset.item;
    const stars = createStars(title, (value) => onRate(id, value, title));
    card.querySelector(".rate-stars").append(stars.element);
    cardsById.set(id, { card, stars, title });
  };

  for (const card of list.children) addStars(card, card.querySelector("a").textContent);

  const createCard = (items, row) => {
    const link = element("a", { href: items.href(row) }, element("bdi", {}, items.title(row)));
    const card = element("li", { "data-item": items.id(row) }, link, element("p", {}, items.summary(row)));
    card.append(element("div", { class: "rate-stars" }));
    addStars(card, items.title(row));
  };

  moreButton?.addEventListener("click", () => {
    const next = [...list.querySelectorAll(".later")].slice(0, N_MORE);
    for (const card of next) card.classList.remove("later");
    moreButton.hidden = !list.querySelector(".later");
    next[0].querySelector("input").focus();
  });

  return {
    // Move an item's card to the front, creating it if there is none; returns its stars.
    bringToFront(items, row) {
      const id = items.id(row);
      if (!cardsById.has(id)) createCard(items, row);
      const { card, stars } = cardsById.get(id);
      card.classList.remove("later");
      list.prepend(card);
      return stars;
    },
    // `titles` are those of the rated items, by id, as far as they are known: the same id may be another item here.
    show(ratings, titles) {
      for (const [id, { card, stars, title }] of cardsById) {
        const value = !titles.get(id) || isSameTitle(titles.get(id), title) ? ratings.get(id) : undefined;
        stars.show(value);
        card.classList.toggle("is-rated", value !== undefined);
      }
    },
  };
}
