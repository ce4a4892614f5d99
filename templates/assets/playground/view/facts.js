// What the views show of items and users, computed from a log once.

import { rowsByUser } from "../read/log.js";

const N_GENRES = 8; // that have a colour of their own
const USUAL_RATINGS = 30; // of a user whose ratings can be told apart on the map

// The most common genres, and by item the one of them that the fewest items have, as it says most; -1 where the item has
// none of them.
function mainGenres({ genres, nItems }) {
  const counts = genres.names.map(() => 0);
  for (const ofItem of genres.ofItem) for (const genre of ofItem) counts[genre]++;
  const common = counts.map((_, genre) => genre).filter((genre) => counts[genre] > 0);
  common.sort((a, b) => counts[b] - counts[a] || a - b);
  const shown = common.slice(0, N_GENRES);
  const mainGenreOf = (item) => shown.findLastIndex((genre) => genres.ofItem[item].includes(genre));
  const genreOf = Int32Array.from({ length: nItems }, (_, item) => mainGenreOf(item));
  return { genreNames: shown.map((genre) => genres.names[genre]), genreOf };
}

// `data` is a log with what it is about: { log, titles, userIds }. Returns
//   nRatings      of each item
//   byPopularity  items, the most rated first
//   genreNames    of the at most eight most common genres; null where the log has none
//   genreOf       number of each item's genre among these, or -1
//   title(item), year(item)  what it is called; the year is "" where it is not known
//   ratedBy(user)  a Map from items to ratings (null where the log has none)
//   firstPair     { user, item } to begin with: the most rated item, and a rater with a usual number of ratings
export function createFacts({ log, titles }) {
  const { nItems, item, rating, years, genres } = log;
  const nRatings = new Int32Array(nItems);
  for (const rated of item) nRatings[rated]++;
  const byPopularity = Array.from(nRatings.keys()).sort((a, b) => nRatings[b] - nRatings[a] || a - b);
  const { rows: rowsOfUsers, starts } = rowsByUser(log.user, log.nUsers);
  const hasGenres = Boolean(genres?.ofItem.some((ofItem) => ofItem.length));
  const noGenres = () => ({ genreNames: null, genreOf: new Int32Array(nItems).fill(-1) });
  const { genreNames, genreOf } = hasGenres ? mainGenres(log) : noGenres();
  const distanceToUsual = (user) => Math.abs(starts[user + 1] - starts[user] - USUAL_RATINGS);
  const raters = log.user.filter((_, row) => item[row] === byPopularity[0]);
  raters.sort((a, b) => distanceToUsual(a) - distanceToUsual(b) || a - b);
  const firstPair = { user: raters[0], item: byPopularity[0] };
  const knownYear = (n) => years !== null && years !== undefined && Number.isFinite(years[n]);
  return {
    ...{ nRatings, byPopularity, genreNames, genreOf, firstPair },
    title: (n) => titles[n],
    year: (n) => (knownYear(n) ? String(years[n]) : ""),
    genresOf: (n) => (hasGenres ? genres.ofItem[n].map((genre) => genres.names[genre]) : []),
    ratedBy(user) {
      const rows = rowsOfUsers.subarray(starts[user], starts[user + 1]);
      return new Map(Array.from(rows, (row) => [item[row], rating ? rating[row] : null]));
    },
  };
}
