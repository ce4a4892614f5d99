// What the deep tower answers to a visitor's ratings: the best items for them, and why. The Rate page and the front page ask it.
import { marquee } from "../shared/marquee.js";
import { nextTask } from "../shared/task.js";
import { createTower } from "../tower/tower.js";
import { addGenreMatch, rerank } from "./discovery.js";
import { createItems } from "./items.js";

const N_CANDIDATES = 100; // ten for each of the first ten places, as in recsys/evaluation/reranking.py

// The tower with this stamp, and the items that it knows: { tower, items, square, landmarks }. createPositionView() takes the last
// two.
export async function loadTower(stamp) {
  const names = ["items", "rate"];
  const promises = [marquee.loadExported("deep_tower", stamp), ...names.map((name) => marquee.load(name))];
  const [data, allItems, facts] = await Promise.all(promises);
  await nextTask();
  const items = createItems(data.item_ids, allItems, facts);
  const tower = createTower(data);
  await nextTask();
  return { tower, items, square: facts.square, landmarks: data.starters };
}

// One row at most of each group of twins: the best that is open, of equal ones the first, unless one of them is excluded.
function excludeTwins(twins, excluded, isOpen, scores) {
  for (const group of twins) {
    const open = group.some((row) => excluded.has(row)) ? [] : group.filter(isOpen);
    const best = open.reduce((a, b) => (scores[b] > scores[a] ? b : a), open[0]);
    for (const row of group) if (row !== best) excluded.add(row);
  }
}

// The best items by `scores` as pairs [row, score], at most N_CANDIDATES, of those for which `isWanted(row)` holds. None of the
// `excluded` rows, also not under another id. `discovery` is 0 to 1; beyond 0 popularity counts against an item, and `match`, of
// genre_match.js, for it.
export function chooseBest({ tower, items }, scores, match, excluded, discovery, isWanted = () => true) {
  const rest = new Set(excluded);
  const isCandidate = (row) => !rest.has(row) && isWanted(row);
  const matched = discovery ? addGenreMatch(scores, match, discovery) : scores;
  excludeTwins(items.twins, rest, isCandidate, matched);
  const best = rerank(tower.topK(matched, N_CANDIDATES, isCandidate), items.popularity, discovery);
  return best.map(([row]) => [row, scores[row]]);
}

export function createAnswer(tower, items) {
  const matchGenres = items.createGenreMatch(tower);
  let [rated, user, scores, match] = [[], null, [], []]; // pairs [row, stars], and what the tower makes of them

  return {
    get rated() { return rated; }, // those of items that the tower has
    get user() { return user; }, // the user vector; null without ratings
    get scores() { return scores; }, // of all rows; empty without ratings
    get liked() { // pairs [row, weight], of what speaks for other items
      return rated.map(([row, stars]) => [row, tower.weightOf(stars)]).filter(([, weight]) => weight > 0);
    },
    get match() { return match; }, // of their genres, likewise
    // Run the tower on `ratings`, stars by item id.
    setRatings(ratings) {
      rated = [...ratings].map(([id, stars]) => [items.row(id), stars]).filter(([row]) => row !== undefined);
      user = rated.length ? tower.userVector(rated) : null;
      scores = user ? tower.scores(user) : [];
      match = user ? matchGenres(rated) : [];
    },
    // The best items that are neither rated nor unwanted, of a genre, by number; -1: of any.
    best(unwanted, discovery, genre = -1) {
      if (!user) return [];
      const excluded = [...rated.map(([row]) => row), ...[...unwanted].map(items.row)];
      const isWanted = (row) => genre < 0 || items.hasGenre(row, genre);
      return chooseBest({ tower, items }, scores, match, excluded, discovery, isWanted);
    },
    // Of each of `rows`, as the tower gives them.
    reasons: (rows) => tower.reasons(rated, rows),
  };
}
