// The ratings of a log by user, and their two parts: what towers learn from, and what is held out.

// Ratings by user: those of user u are number starts[u] to starts[u + 1] - 1, in ascending order of their items.
function byUser(log, selected) {
  const starts = new Int32Array(log.nUsers + 1);
  for (const n of selected) starts[log.user[n] + 1]++;
  for (let u = 0; u < log.nUsers; u++) starts[u + 1] += starts[u];
  const order = Int32Array.from(selected).sort((a, b) => log.user[a] - log.user[b] || log.item[a] - log.item[b]);
  const columnOf = (column) => column && Float64Array.from(order, (n) => column[n]);
  const items = Int32Array.from(order, (n) => log.item[n]);
  return {
    nUsers: log.nUsers,
    nItems: log.nItems,
    nRatings: order.length,
    starts,
    items,
    ratings: columnOf(log.rating),
    times: columnOf(log.time),
  };
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

// Whether times order any two ratings of one user.
function hasOrder(log) {
  if (!log.time) return false;
  const first = new Map();
  return log.user.some((u, n) => {
    if (!first.has(u)) first.set(u, log.time[n]);
    return first.get(u) !== log.time[n];
  });
}

// Hold out the newest share of each user's ratings: of n ratings, the first max(1, floor(n (1 - holdout))) are to learn
// from. Equal times are in random order, for the order of ids or of lines carries popularity; without times, everything
// is.
export function splitLog(log, holdout, random) {
  const isTemporal = hasOrder(log);
  const draws = Float64Array.from({ length: log.user.length }, random.uniform);
  const timeOf = isTemporal ? (n) => log.time[n] : () => 0;
  const order = Int32Array.from(draws.keys()).sort(
    (a, b) => log.user[a] - log.user[b] || timeOf(a) - timeOf(b) || draws[a] - draws[b],
  );
  const [train, heldOut] = [[], []];
  const parts = 1000; // in whole numbers, for 10 * (1 - .9) is .99... in fractions of two, and its floor 0
  const share = parts - Math.round(parts * holdout);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && log.user[order[end]] === log.user[order[start]]) end++;
    const n = end - start;
    const cut = start + Math.max(1, Math.floor((n * share) / parts));
    for (let k = start; k < end; k++) (k < cut ? train : heldOut).push(order[k]);
    start = end;
  }
  return { train: byUser(log, train), heldOut: byUser(log, heldOut), isTemporal };
}
