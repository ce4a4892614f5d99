// The films to begin with, which stand in the page, each with stars; and before them those that were looked for.
"use strict";

globalThis.marqueeRate.makeGrid = (list, more, rate) => {
  const { element } = globalThis.marqueeRate.parts;
  const STEP = 12;
  const cards = new Map(); // by film id

  const adopt = (card, title) => {
    const { film } = card.dataset;
    const stars = globalThis.marqueeRate.makeStars(title, (value) => rate(film, value));
    card.querySelector(".rate-stars").append(stars.element);
    cards.set(film, { card, stars });
  };

  for (const card of list.children) adopt(card, card.querySelector("a").textContent);

  const add = (films, row) => {
    const link = element("a", { href: films.href(row) }, element("bdi", {}, films.title(row)));
    const card = element("li", { "data-film": films.id(row) }, link, element("p", {}, films.facts(row)));
    card.append(element("div", { class: "rate-stars" }));
    adopt(card, films.title(row));
  };

  more?.addEventListener("click", () => {
    const next = [...list.querySelectorAll(".later")].slice(0, STEP);
    for (const card of next) card.classList.remove("later");
    more.hidden = !list.querySelector(".later");
    next[0].querySelector("input").focus();
  });

  return {
    // The first card is this film's, and one goes on with its stars.
    begin(films, row) {
      const id = films.id(row);
      if (!cards.has(id)) add(films, row);
      const { card, stars } = cards.get(id);
      card.classList.remove("later");
      list.prepend(card);
      return stars;
    },
    show(ratings) {
      for (const [id, { card, stars }] of cards) {
        stars.show(ratings.get(id));
        card.classList.toggle("is-rated", ratings.has(id));
      }
    },
  };
};
