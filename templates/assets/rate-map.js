// Where the tower puts a visitor on the map of films: a picture with a mark, and the same in words.
"use strict";

// `square` is the piece of the plane that the picture shows: x and y of its centre, half its width. `landmarks` are rows
// of well-known films, by which the place is told in words.
globalThis.marqueeRate.makeMap = (box, tower, films, square, landmarks) => {
  const { element } = globalThis.marqueeRate.parts;
  const NAMED = 3;
  const EDGE = 2; // per cent of the width that stay between a mark and the edge
  const [x, y, half] = square;
  const you = element("i", { class: "you" }, element("b", {}, "You"));
  const [dots, link] = [element("span"), element("a", { class: "rate-plane", "aria-label": "You on the map of films" })];
  const words = element("p");
  const note = element("p", { class: "note" }, "Two of the many dimensions in which the tower compares. The small marks are the films of your list.");
  link.append(dots, you);
  box.append(link, words, note);
  const known = landmarks.map((row) => [row, tower.filmPlace(row)]);

  // A mark at a point of the plane, or at the edge of the picture; whether it lies within.
  const put = (mark, point) => {
    const per_cent = [50 * (1 + (point[0] - x) / half), 50 * (1 - (point[1] - y) / half)];
    const [left, top] = per_cent.map((value) => Math.min(Math.max(value, EDGE), 100 - EDGE));
    mark.style.left = `${left}%`;
    mark.style.top = `${top}%`;
    mark.classList.toggle("is-right", left > 70);
    return per_cent.every((value) => value >= 0 && value <= 100);
  };

  const dot = (row) => {
    const mark = element("i", { title: films.title(row) });
    put(mark, tower.filmPlace(row));
    return mark;
  };

  return {
    // Nothing for the vector null; `listed` are rows of films to mark besides.
    show(vector, listed) {
      box.hidden = !vector;
      if (!vector) return;
      const place = tower.userPlace(vector);
      const isWithin = put(you, place);
      dots.replaceChildren(...listed.map(dot));
      link.href = `${globalThis.marqueeRoot}map.html#model=deep&you=${[...place].map((value) => value.toFixed(3))}`;
      const away = ([, at]) => Math.hypot(at[0] - place[0], at[1] - place[1]);
      const near = known.toSorted((a, b) => away(a) - away(b)).slice(0, NAMED).map(([row]) => films.title(row));
      const named = near.flatMap((title, n) => [n ? (n < near.length - 1 ? ", " : " and ") : "", element("bdi", {}, title)]);
      const outside = isWithin ? "" : "You lie beyond the edge of the picture. ";
      words.replaceChildren(`${outside}Of well-known films, these are nearest to you here: `, ...named, ".");
    },
  };
};
