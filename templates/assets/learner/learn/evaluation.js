// Lists of the best unseen items, and how good they are: nDCG@10 on the held-out ratings.
import { multiplyTransposed, rowsOf } from "./matrix.js";
import { countOf, itemsOf } from "./ratings.js";

export const K = 10;
const MAX_EVALUATED_SCORES = 8_000_000; // of more users, a random sample is evaluated
const MIN_USERS = 200;
const ROWS = 32; // users that are scored at a time

// The users whose held-out ratings count, ascending.
export function evaluatedUsers({ train, heldOut }, random) {
  const users = [...Array(train.nUsers).keys()].filter((u) => countOf(heldOut, u) && countOf(train, u));
  const limit = Math.max(MIN_USERS, Math.floor(MAX_EVALUATED_SCORES / train.nItems));
  return Int32Array.from(users.length > limit ? random.shuffle(users).slice(0, limit) : users).sort();
}

// Up to k items of highest score, best first; equal scores to the lower index, and -infinity to none.
export function topK(scores, k) {
  const [items, best] = [[], []];
  for (let item = 0; item < scores.length; item++) {
    const score = scores[item];
    if (!(score > (best.length < k ? Number.NEGATIVE_INFINITY : best[best.length - 1]))) continue;
    let rank = best.length;
    while (rank > 0 && score > best[rank - 1]) rank--;
    best.splice(rank, 0, score);
    items.splice(rank, 0, item);
    if (best.length > k) {
      best.pop();
      items.pop();
    }
  }
  return items.map((item, n) => ({ item, score: best[n] }));
}

// Binary nDCG (Järvelin and Kekäläinen 2002): a hit at place n (from 0) counts 1 / log2(n + 2), relative to the best
// list.
export function ndcg(isHit, nRelevant) {
  const gain = (n) => 1 / Math.log2(n + 2);
  let [sum, ideal] = [0, 0];
  for (let n = 0; n < Math.min(K, nRelevant); n++) ideal += gain(n);
  isHit.forEach((hit, n) => {
    if (hit) sum += gain(n);
  });
  return sum / ideal;
}

// Scores of all items for `users`, those they rated at -infinity. `vectors` has {users, items, bias}, the rows of its
// users in the same order.
export function* unseenScores(vectors, users, train) {
  const scores = yield* multiplyTransposed(vectors.users, vectors.items);
  const width = scores.columns;
  for (let n = 0; n < scores.values.length; n++) scores.values[n] += vectors.bias[n % width];
  users.forEach((u, row) => {
    for (const item of itemsOf(train, u)) scores.values[row * width + item] = Number.NEGATIVE_INFINITY;
  });
  return scores;
}

// Mean nDCG@10 over `users`, whose vectors these are.
export function* meanNdcg(vectors, users, { train, heldOut }) {
  let total = 0;
  for (let start = 0; start < users.length; start += ROWS) {
    const block = users.subarray(start, start + ROWS);
    const rows = rowsOf(vectors.users, block.map((_, n) => start + n));
    const scores = yield* unseenScores({ ...vectors, users: rows }, block, train);
    block.forEach((u, row) => {
      const relevant = new Set(itemsOf(heldOut, u));
      const list = topK(scores.values.subarray(row * scores.columns, (row + 1) * scores.columns), K);
      total += ndcg(list.map(({ item }) => relevant.has(item)), relevant.size);
    });
    yield;
  }
  return users.length ? total / users.length : null;
}
