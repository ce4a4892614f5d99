// Long loops in slices: a generator yields now and then the share that is done, and whoever drives it may let the
// browser draw.

const N_AT_ONCE = 8192; // calls of a function of half a microsecond

// The results of a function for all positions from 0 to below n, as an array; undefined as soon as one is undefined.
export function* computeInSlices(n, compute) {
  const results = new Array(n);
  for (let position = 0; position < n; position++) {
    if (position % N_AT_ONCE === N_AT_ONCE - 1) yield position / n;
    results[position] = compute(position);
    if (results[position] === undefined) return undefined;
  }
  return results;
}

// Shares of a part of the work as those of all of it.
export function* scaleShares(steps, from, to) {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    yield from + (to - from) * value;
  }
}
