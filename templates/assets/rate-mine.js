// What the visitor rated, newest first: the stars can be changed, or taken back.
"use strict";

globalThis.marqueeRate.makeMine = (box, films, rate) => {
  const { element, arrange, count } = globalThis.marqueeRate.parts;
  const list = box.querySelector("[data-rated]");
  const n = box.querySelector("[data-count]");
  const heading = box.querySelector("h2");
  const lines = new Map(); // by row

  const line = (row) => {
    const id = films.id(row);
    const stars = globalThis.marqueeRate.makeStars(films.title(row), (value) => {
      rate(id, value);
      if (!value) (list.querySelector("input") ?? heading).focus({ preventScroll: true });
    });
    const name = element("span", {}, element("a", { href: films.href(row) }, element("bdi", {}, films.title(row))));
    name.append(" ", element("small", {}, films.year(row)));
    return { stars, element: element("li", {}, name, stars.element) };
  };

  return {
    // `rated` are pairs [row, stars], in the order they were rated; `nAll` counts those of unknown films too.
    show(rated, nAll, isShared) {
      heading.textContent = isShared ? "Ratings from the link" : "Your ratings";
      const strangers = nAll - rated.length;
      const apart = strangers ? `${count(strangers, "film")} not among the films of this page` : "";
      n.textContent = [count(rated.length, "film"), apart].filter(Boolean).join(", ");
      for (const [row, stars] of rated) {
        if (!lines.has(row)) lines.set(row, line(row));
        lines.get(row).stars.show(stars);
      }
      arrange(list, rated.map(([row]) => lines.get(row).element).reverse());
    },
  };
};
