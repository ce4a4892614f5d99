// The ratings of a log by user, and their two parts: what towers learn from, and what is held out.
import { inBlocks } from "./matrix.js";

export const SORT = 60; // multiply-adds that sorting a rating costs, about

// The numbers `selected` of ratings by user, each user's in the order of `compare`: {starts, order}, of which those of
// user u are order[starts[u]] to order[starts[u + 1] - 1].
function* groupByUser(log, selected, compare) {
  const starts = new Int32Array(log.nUsers + 1);
  for (const n of selected) starts[log.user[n] + 1]++;
  for (let u = 0; u < log.nUsers; u++) starts[u + 1] += starts[u];
  const [order, next] = [new Int32Array(selected.length), starts.slice()];
  for (const n of selected) order[next[log.user[n]]++] = n;
  yield* inBlocks(log.nUsers, (SORT * order.length) / Math.max(log.nUsers, 1), (start, end) => {
    for (let u = start; u < end; u++) order.subarray(starts[u], starts[u + 1]).sort(compare);
  });
  return { starts, order };
}

// The numbers of a column in some order. A plain loop: `from` with a function takes several times as long.
function gather(column, order) {
  const out = new column.constructor(order.length);
  for (let n = 0; n < order.length; n++) out[n] = column[order[n]];
  return out;
}

// Ratings by user: those of user u are number starts[u] to starts[u + 1] - 1, in ascending order of their items.
function* byUser(log, selected) {
  const { starts, order } = yield* groupByUser(log, selected, (a, b) => log.item[a] - log.item[b]);
  const [items, ratings, times] = [log.item, log.rating, log.time].map((column) => column && gather(column, order));
  return { nUsers: log.nUsers, nItems: log.nItems, nRatings: order.length, starts, items, ratings, times };
}

export const countOf = (ratings, u) => ratings.starts[u + 1] - ratings.starts[u];

export const itemsOf = (ratings, u) => ratings.items.subarray(ratings.starts[u], ratings.starts[u + 1]);

// How many ratings each item has.
export function itemCounts(ratings) {
  const counts = new Float64Array(ratings.nItems);
  for (const item of ratings.items) counts[item]++;
  return counts;
}

// Log of each item's share of the ratings; an item without ratings counts as having one, so that it is finite.
export function logShares(ratings) {
  return itemCounts(ratings).map((count) => Math.log(Math.max(count, 1) / ratings.nRatings));
}

// How much each user rated, relative to the mean of those who rated something.
export function userWeights(ratings) {
  const counts = Float64Array.from({ length: ratings.nUsers }, (_, u) => countOf(ratings, u));
  const mean = ratings.nRatings / Math.max(counts.filter(Boolean).length, 1);
  return counts.map((count) => count / mean);
}

// Whether times order any two ratings of one user.
function hasOrder(log) {
  if (!log.time) return false;
  const first = new Float64Array(log.nUsers).fill(Number.NaN);
  return log.user.some((u, n) => {
    if (Number.isNaN(first[u])) first[u] = log.time[n];
    return first[u] !== log.time[n];
  });
}

// Hold out the newest share of each user's ratings: of n ratings, the first max(1, floor(n (1 - holdout))) are to learn
// from. Equal times are in random order, for the order of ids or of lines carries popularity; without times, everything
// is.
export function* splitLog(log, holdout, random) {
  const isTemporal = hasOrder(log);
  const n = log.user.length;
  const [draws, everything] = [new Float64Array(n), new Int32Array(n)];
  for (let k = 0; k < n; k++) [draws[k], everything[k]] = [random.uniform(), k];
  yield;
  const compareDraws = (a, b) => draws[a] - draws[b];
  const compare = isTemporal ? (a, b) => log.time[a] - log.time[b] || compareDraws(a, b) : compareDraws;
  const { starts, order } = yield* groupByUser(log, everything, compare);
  const [train, heldOut] = [new Int32Array(n), new Int32Array(n)];
  let [nTrain, nHeldOut] = [0, 0];
  const parts = 1000; // in whole numbers, for 10 * (1 - .9) is .99... in fractions of two, and its floor 0
  const share = parts - Math.round(parts * holdout);
  for (let u = 0; u < log.nUsers; u++) {
    const cut = starts[u] + Math.max(1, Math.floor(((starts[u + 1] - starts[u]) * share) / parts));
    for (let k = starts[u]; k < starts[u + 1]; k++) {
      if (k < cut) train[nTrain++] = order[k];
      else heldOut[nHeldOut++] = order[k];
    }
  }
  yield;
  return {
    train: yield* byUser(log, train.subarray(0, nTrain)),
    heldOut: yield* byUser(log, heldOut.subarray(0, nHeldOut)),
    isTemporal,
  };
}
