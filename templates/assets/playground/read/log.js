// From the cells of ratings to a log: ids in order, one rating for each user and item, and of a long one whole users
// only.
import { createRandom } from "../../learner/learn/random.js";
import { countCells, positionsOf, takeAt } from "./cells.js";
import { isCanonical } from "./numbers.js";

const SEED = 20;

// The texts that occur, in order: whole numbers by value, else texts; and the position of each code among them.
export function orderIds({ codes, values }) {
  const counts = countCells({ codes, values });
  const used = values.flatMap((_, code) => (counts[code] ? [code] : []));
  const isNumeric = used.every((code) => isCanonical(values[code]));
  const isBefore = (a, b) => (values[a] < values[b] ? -1 : 1);
  const isLess = (a, b) => Number(values[a]) - Number(values[b]) || (BigInt(values[a]) < BigInt(values[b]) ? -1 : 1);
  const order = used.sort(isNumeric ? isLess : isBefore);
  const position = new Int32Array(values.length).fill(-1);
  order.forEach((code, n) => {
    position[code] = n;
  });
  return { ids: order.map((code) => values[code]), order, index: takeAt(position, codes) };
}

// The rows by user, each user's in their order: those of user u are rows[starts[u]] to rows[starts[u + 1] - 1].
export function rowsByUser(user, nUsers) {
  const starts = new Int32Array(nUsers + 1);
  for (let row = 0; row < user.length; row++) starts[user[row] + 1]++;
  for (let u = 0; u < nUsers; u++) starts[u + 1] += starts[u];
  const [rows, next] = [new Int32Array(user.length), starts.slice()];
  for (let row = 0; row < user.length; row++) rows[next[user[row]]++] = row;
  return { rows, starts };
}

// One rating for each user and item, where the first of them stood. The newest counts, and of several newest, or
// without times, their mean; or how many rows there are. Yields the share that is done, returns { user, item, rating,
// time, nMerged }.
export function* mergeRatings({ user, item, rating, time, isCounted }, nUsers, nItems) {
  const { rows, starts } = rowsByUser(user, nUsers);
  const firstRow = new Int32Array(nItems).fill(-1); // of the item, of this user
  const keeper = new Int32Array(user.length); // the row that a row is merged into
  for (let u = 0; u < nUsers; u++) {
    for (let k = starts[u]; k < starts[u + 1]; k++) {
      const row = rows[k];
      const first = firstRow[item[row]];
      const isFirst = first < 0 || user[first] !== u;
      if (isFirst) firstRow[item[row]] = row;
      keeper[row] = isFirst ? row : first;
    }
  }
  yield 0.2;
  const newest = time?.slice() ?? new Float64Array(user.length);
  if (time) for (let row = 0; row < user.length; row++) newest[keeper[row]] = Math.max(newest[keeper[row]], time[row]);
  yield 0.4;
  const [sums, counts] = [new Float64Array(user.length), new Int32Array(user.length)];
  for (let row = 0; row < user.length; row++) {
    const target = keeper[row];
    if (!isCounted && time && time[row] !== newest[target]) continue;
    sums[target] += rating && !isCounted ? rating[row] : 1;
    counts[target]++;
  }
  yield 0.6;
  const isKept = new Uint8Array(user.length);
  for (let row = 0; row < user.length; row++) if (keeper[row] === row) isKept[row] = 1;
  const kept = positionsOf(isKept);
  if (!isCounted) for (let row = 0; row < user.length; row++) sums[row] /= counts[row];
  yield 0.8;
  const nMerged = user.length - kept.length;
  const isPairs = (!rating || isCounted) && nMerged === 0; // each counts 1
  return {
    user: takeAt(user, kept),
    item: takeAt(item, kept),
    rating: isPairs ? null : takeAt(sums, kept),
    time: time && takeAt(newest, kept),
    nMerged,
  };
}

// Users in random order until `limit` ratings, which none of them alone has more than: a Uint8Array that is 1 for those
// drawn.
export function drawUsers(user, nUsers, limit) {
  const counts = new Int32Array(nUsers);
  for (let row = 0; row < user.length; row++) counts[user[row]]++;
  const order = new Int32Array(nUsers).map((_, u) => u).filter((u) => counts[u] <= limit);
  const isDrawn = new Uint8Array(nUsers);
  let total = 0;
  for (const u of createRandom(SEED).shuffle(order)) {
    total += counts[u];
    if (total > limit) break;
    isDrawn[u] = 1;
  }
  return isDrawn;
}
