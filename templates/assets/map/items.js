// The items of the map, by row: what the table on the page and the facts beside it say of them.
import { decodePoints } from "../shared/decode.js";
import { createSearchIndex } from "../shared/search_index.js";

const facts = JSON.parse(document.getElementById("map-facts").textContent); // as map_facts() in recsys/site/pages/map.py
const links = [...document.querySelectorAll("[data-positions] tbody a")];
const titles = links.map((link) => link.textContent);
const rowsById = new Map(facts.ids.map((id, row) => [id, row]));
const decodedPositions = new Map(); // by model and layout
let findEntries = null; // created at the first search

export const items = {
  n: titles.length,
  titles,
  hrefs: links.map((link) => link.getAttribute("href")),
  ids: facts.ids,
  years: facts.years, // null: unknown
  nRatings: facts.ratings,
  genres: facts.genres, // names, most common first
  genresOf: facts.of, // by row: positions in `genres`
  models: Object.keys(facts.positions), // the map opens with the last
  layouts: facts.layouts, // the map opens with the first
  regions: facts.regions, // by model, of the layout by neighbours: [x, y, name]
  isPartial: facts.partial, // whether other items are not on the map
  losses: facts.losses, // by model: [epoch, training loss, validation loss or null]
};

export const hasYears = facts.years.some((year) => year !== null);

// Where every item lies: [all x, all y], by row.
export function positionsOf(model, layout) {
  const key = `${model} ${layout}`;
  if (!decodedPositions.has(key)) decodedPositions.set(key, decodePoints(facts.positions[model][layout], titles.length));
  return decodedPositions.get(key);
}

// -1: no item on the map has the id.
export const itemRow = (id) => rowsById.get(id) ?? -1;

// The addresses of an item outside the site, [label, address] each, as in recsys/site/outside.py: an item without a title
// has none that needs it.
export function outsideLinks(row) {
  const known = { id: facts.ids[row], title: facts.linkTitles?.[row], year: facts.years[row] ?? "" };
  return Object.entries(facts.links)
    .filter(([, pattern]) => known.title || !pattern.includes("{title}"))
    .map(([label, pattern]) => [label, pattern.replace(/\{(id|title|year)\}/g, (_, fact) => encodeURIComponent(known[fact]))]);
}

// At most so many of them, for an item may have hundreds of tags.
export function genreNames(row, maxNamed) {
  const names = items.genresOf[row].slice(0, maxNamed).map((genre) => items.genres[genre]);
  return [...names, ...(names.length < items.genresOf[row].length ? ["…"] : [])].join(", ");
}

// The rows of the items that match a query, best first.
export function searchItems(query) {
  findEntries ??= createSearchIndex(
    titles.map((label, row) => ({ row, label, keywords: items.years[row] ?? "", popularity: items.nRatings[row] })),
  );
  return findEntries(query).map(({ row }) => row);
}
