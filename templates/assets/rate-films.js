// The films of the Rate page, by their row in the tower: names, addresses, genres, and how they are found. Draws nothing.
"use strict";

// `ids` are the tower's, `listed` is data-films.js, `facts` is data-rate.js.
globalThis.marqueeRate.makeFilms = (ids, listed, facts) => {
  const rows = new Map(ids.map((id, row) => [id, row]));
  const films = facts.films.map((place) => listed[place]);
  let entries = null;

  const note = (row) => films[row][1] ?? "";

  return {
    genres: facts.genres,
    row: (id) => rows.get(id),
    id: (row) => ids[row],
    title: (row) => films[row][0],
    year: note,
    href: (row) => `${globalThis.marqueeRoot}films/${films[row][2]}.html`,
    facts: (row) => [note(row), ...facts.of[row].slice(0, 2).map((genre) => facts.genres[genre])].filter(Boolean).join(" · "),
    isOf: (row, genre) => facts.of[row].includes(genre),

    // Entries with a `row`, best first.
    find(query) {
      const { indexed, find } = globalThis.marqueeText;
      entries ??= films.map(([title], row) => ({ row, ...indexed(title, note(row)) }));
      return find(entries, query);
    },
  };
};
