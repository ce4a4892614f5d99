// What the user tower of the deep model reads: the items that a user rated, each with a weight.
import { inBlocks } from "./matrix.js";
import { ratingWeights } from "./rating_weights.js";
import { countOf, SORT } from "./ratings.js";

const RECENCY = 0.3; // how weights decay with age: the oldest of a long history has exp(-RECENCY) of the newest's

// Histories in training, of `users`: every item weighs the same, whatever its rating, for the user chose it. Divided by
// the root of their number n: a sum of n independent vectors grows like sqrt(n), so that all users' vectors have about
// one length.
export function equalHistories(ratings, users) {
  return gatherHistories(ratings, users, () => 1);
}

// Histories once trained: items weigh by their rating and by their age.
export function* servedHistories(ratings, isTemporal) {
  const byRating = ratings.ratings ? ratingWeights(ratings.ratings) : null;
  yield;
  const ranks = isTemporal ? yield* recencyRanks(ratings) : null;
  const weightOf = (n) => (byRating ? byRating[n] : 1) * (ranks ? Math.exp(-RECENCY * (1 - ranks[n])) : 1);
  return gatherHistories(ratings, Int32Array.from({ length: ratings.nUsers }, (_, u) => u), weightOf);
}

function gatherHistories(ratings, users, weightOf) {
  const starts = new Int32Array(users.length + 1);
  users.forEach((u, row) => {
    starts[row + 1] = starts[row] + countOf(ratings, u);
  });
  const [items, weights] = [new Int32Array(starts[users.length]), new Float64Array(starts[users.length])];
  users.forEach((u, row) => {
    const scale = 1 / Math.sqrt(Math.max(countOf(ratings, u), 1));
    for (let n = ratings.starts[u], k = starts[row]; n < ratings.starts[u + 1]; n++, k++) {
      items[k] = ratings.items[n];
      weights[k] = weightOf(n) * scale;
    }
  });
  return { starts, items, weights };
}

// Of each rating, its place in the user's history by time: the oldest near 0, the newest near 1. With n ratings, the
// mean rank (from 1) among those of the same time, less one half, divided by n; so the unit of time does not matter.
export function* recencyRanks(ratings) {
  const ranks = new Float64Array(ratings.nRatings);
  const { times } = ratings;
  yield* inBlocks(ratings.nUsers, (SORT * ratings.nRatings) / Math.max(ratings.nUsers, 1), (from, to) => {
    for (let u = from; u < to; u++) {
      const [first, n] = [ratings.starts[u], countOf(ratings, u)];
      const order = Int32Array.from({ length: n }, (_, k) => first + k).sort((a, b) => times[a] - times[b]);
      for (let start = 0; start < n; ) {
        let end = start;
        while (end < n && times[order[end]] === times[order[start]]) end++;
        for (let k = start; k < end; k++) ranks[order[k]] = (start + (end - start) / 2) / n;
        start = end;
      }
    }
  });
  return ranks;
}
