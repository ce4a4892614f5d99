// Batches of whole users: all ratings of some users, and the items among them. With whole users the loss costs a row
// for each user, not for each rating.
import { equalHistories } from "./histories.js";
import { itemsOf } from "./ratings.js";

const MIN_BATCHES = 2; // in an epoch: a single one is a single step
const MAX_SCORES = 4_000_000; // of a batch, users by items: 32 MB
const N_DRAWN = 100; // negatives that are drawn from the whole catalogue
const HIDDEN_SHARE = 0.5; // of each history, for towers that are to predict one half from the other

// As many batches as come nearest to `batchSize` ratings each, but more where their scores would take too much memory.
function numberOfBatches({ nRatings, nItems }, nUsers, batchSize) {
  return Math.max(MIN_BATCHES, Math.round(nRatings / batchSize), Math.ceil((nUsers * nItems) / MAX_SCORES));
}

// One pass over all users with ratings, in random order: the users of each batch, ascending. A batch ends where the
// running number of ratings passes the next of equally spaced marks, so that there is no small last one.
export function usersOfBatches(ratings, batchSize, random) {
  const counts = ratings.starts.slice(1).map((end, u) => end - ratings.starts[u]);
  const users = random.shuffle([...counts.keys()].filter((u) => counts[u]));
  const nBatches = numberOfBatches(ratings, users.length, batchSize);
  const batches = new Map();
  let before = 0;
  for (const u of users) {
    const number = Math.floor((before * nBatches) / ratings.nRatings);
    if (!batches.has(number)) batches.set(number, []);
    batches.get(number).push(u);
    before += counts[u];
  }
  return [...batches.values()].map((batch) => Int32Array.from(batch).sort());
}

// Which items count as negatives, [id, times] each: those of the batch, as often as they are in it.
export function inBatchNegatives(ratings, users) {
  const times = new Map();
  for (const u of users) for (const item of itemsOf(ratings, u)) times.set(item, (times.get(item) ?? 0) + 1);
  return times;
}

// Items drawn from the whole catalogue, each as likely as any other: no logQ is needed, it would be the same for all.
export function drawnNegatives(ratings, _users, random) {
  const times = new Map();
  for (let n = 0; n < N_DRAWN; n++) {
    const item = random.below(ratings.nItems);
    times.set(item, (times.get(item) ?? 0) + 1);
  }
  return times;
}

// For each pair of the batch an item that its user has not rated, all as likely; -1 for who has rated everything.
export function drawnForPairs(ratings, users, random) {
  const drawn = [];
  for (const u of users) {
    const rated = itemsOf(ratings, u); // ascending
    const nOthers = ratings.nItems - rated.length;
    for (let n = 0; n < rated.length; n++) {
      // Its place among the others; each rated item before it moves it on.
      let item = nOthers ? random.below(nOthers) : -1;
      for (let k = 0; k < rated.length && item >= 0 && rated[k] <= item; k++) item++;
      drawn.push(item);
    }
  }
  return drawn;
}

// The batch of `users`. `times` says which items count as negatives and how often; `drawn`, for each pair, an item or
// -1, or null. It has {users, items, counts, logQ, pairUser, pairItem, pairStarts, negative, isPositive, nPositives,
// history}: ids of users and items ascending; of each item, how often it counts as a negative and the log of its
// probability; of each pair, rows of its user and item and of its negative; where the pairs of each user begin; and the
// users' histories.
export function makeBatch(ratings, users, times, drawn, logQ) {
  const ids = new Set(times.keys());
  for (const u of users) for (const item of itemsOf(ratings, u)) ids.add(item);
  if (drawn) for (const item of drawn) if (item >= 0) ids.add(item);
  const items = Int32Array.from(ids).sort();
  const rowOf = new Map([...items].map((item, row) => [item, row]));
  const history = equalHistories(ratings, users);
  const pairUser = new Int32Array(history.items.length);
  for (let row = 0; row < users.length; row++) pairUser.fill(row, history.starts[row], history.starts[row + 1]);
  return {
    users,
    items,
    counts: Float64Array.from(items, (item) => times.get(item) ?? 0),
    logQ: Float64Array.from(items, (item) => logQ[item]),
    pairUser,
    pairItem: history.items.map((item) => rowOf.get(item)),
    pairStarts: history.starts,
    negative: drawn && Int32Array.from(drawn, (item) => rowOf.get(item) ?? -1),
    isPositive: new Uint8Array(pairUser.length).fill(1),
    nPositives: pairUser.length,
    history,
  };
}

// Which pairs of a batch are hidden from the histories: half of each, rounded; at least one is, and one stays.
export function drawHidden(batch, random) {
  const hidden = new Uint8Array(batch.pairUser.length);
  batch.users.forEach((_, row) => {
    const n = batch.pairStarts[row + 1] - batch.pairStarts[row];
    const nHidden = Math.min(Math.max(Math.round(HIDDEN_SHARE * n), 1), Math.max(n - 1, 0));
    const order = random.shuffle(Array.from({ length: n }, (_, k) => batch.pairStarts[row] + k));
    for (const pair of order.slice(0, nHidden)) hidden[pair] = 1;
  });
  return hidden;
}

// The same batch for a tower that is to predict the hidden pairs from the others.
export function withHidden(batch, hidden) {
  const weights = batch.history.weights.map((weight, n) => (hidden[n] ? 0 : weight));
  const nPositives = hidden.reduce((sum, value) => sum + value, 0);
  return { ...batch, history: { ...batch.history, weights }, isPositive: hidden, nPositives };
}
