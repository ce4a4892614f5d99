// From entries of an export to ratings of items of the site.
import { createMatcher } from "./matching.js";

// The later of two entries of one item, but any with a rating before one without; of the same time the later in the file.
const isNewer = (entry, other) =>
  Boolean(entry.stars) === Boolean(other.stars)
    ? (entry.time ?? Number.NEGATIVE_INFINITY) >= (other.time ?? Number.NEGATIVE_INFINITY)
    : Boolean(entry.stars);

// Entries of the same title and year, or id, as one: the episodes of a series, an item rated again.
function withoutRepeats(entries) {
  const latest = new Map();
  for (const entry of entries) {
    const key = JSON.stringify([entry.title, entry.year, entry.id, entry.imdbId, entry.isbns]);
    const other = latest.get(key);
    if (!other || isNewer(entry, other)) latest.set(key, entry);
  }
  return [...latest.values()];
}

// { matched: [{ row, entry }], oldest first, one for each item; ambiguous, unmatched: [entry] }
export function matchEntries(entries, items) {
  const match = createMatcher(items);
  const entriesByRow = new Map();
  const [ambiguous, unmatched] = [[], []];
  for (const entry of withoutRepeats(entries)) {
    const { row, candidates = [] } = match(entry);
    if (row === undefined) (candidates.length ? ambiguous : unmatched).push(entry);
    else {
      const first = items.firstTwin(row); // one item under two ids is rated once
      const other = entriesByRow.get(first);
      if (!other || isNewer(entry, other.entry)) entriesByRow.set(first, { row, entry });
    }
  }
  const time = ({ entry }) => entry.time ?? Number.NEGATIVE_INFINITY;
  const matched = [...entriesByRow.values()].sort((a, b) => (time(a) < time(b) ? -1 : Number(time(a) > time(b))));
  return { matched, ambiguous, unmatched };
}
