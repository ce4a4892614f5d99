// The items that a visitor can rate, by their row in the tower: titles, addresses and genres.
import { decodePoints } from "../shared/decode.js";
import { marquee } from "../shared/marquee.js";
import { createGenreMatch } from "./genre_match.js";

// `ids` are those of the tower, by row; `allItems` is data-items.js: [title, year, slug]; `facts` is data-rate.js.
export function createItems(ids, allItems, facts) {
  const rowsById = new Map(ids.map((id, row) => [id, row]));
  const items = facts.items.map((position) => allItems[position]);
  const twins = facts.twins ?? []; // groups of rows of one item, ascending
  const firstTwins = new Map(twins.flatMap((group) => group.map((row) => [row, group[0]])));

  const year = (row) => items[row][1] ?? "";

  return {
    n: ids.length,
    genres: facts.genres, // names
    row: (id) => rowsById.get(id), // undefined: not in the tower
    id: (row) => ids[row],
    title: (row) => items[row][0],
    year,
    href: (row) => `${marquee.root}items/${items[row][2]}.html`,
    summary: (row) =>
      [year(row), ...facts.of[row].slice(0, 2).map((genre) => facts.genres[genre])].filter(Boolean).join(" · "),
    popularity: (row) => Math.log2(facts.counts[row] + 1),
    hasGenre: (row, genre) => facts.of[row].includes(genre),
    places: facts.places && decodePoints(facts.places, items.length), // on the map: [all x, all y]; not on every site
    createGenreMatch: (tower) => createGenreMatch(facts.of, facts.counts, facts.genres.length, tower),
    twins,
    firstTwin: (row) => firstTwins.get(row) ?? row, // the same for all its rows

    // As createSearchIndex() needs them, with a `row`.
    searchEntries: () =>
      items.map(([label], row) => ({ row, label, keywords: year(row), popularity: facts.counts[row] })),
  };
}
