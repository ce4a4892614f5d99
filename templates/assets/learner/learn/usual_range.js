// The range of values without outliers, so that no single mad value decides what all others mean. As
// recsys/data/outliers.py.

const TRIMMED = 0.01; // share of the values, at each end, that may be outliers
const MIN_VALUES = 10; // with fewer, none is called an outlier

// The last of ascending values before a gap that is wider than from `start` to where the gap begins.
function extend(ascending, start) {
  const gap = ascending.findIndex((value, n) => n + 1 < ascending.length && ascending[n + 1] - value > value - start);
  return ascending[gap < 0 ? ascending.length - 1 : gap];
}

const distinct = (sorted) => sorted.filter((value, n) => n === 0 || value !== sorted[n - 1]);

// [lowest, highest] of the values that are no outliers, of at least `support` values at or beyond each end.
export function usualRange(values, support = 1) {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const first = n < MIN_VALUES ? 0 : Math.max(1, Math.floor(TRIMMED * n));
  const [lower, upper] = [sorted.slice(0, first + 1), sorted.slice(n - 1 - first)];
  const beyond = Math.min(support, lower.length) - 1; // values that are no end for want of others like them
  const [low, high] = [distinct(lower.slice(beyond)), distinct(upper.slice(0, upper.length - beyond))];
  const downwards = low.map((value) => -value).reverse();
  return [-extend(downwards, -high[0]) + 0, extend(high, low[low.length - 1])];
}

// Values with mean 0 and standard deviation 1 but for outliers, which count as the nearest other value; equal ones are
// 0.
export function standardised(values) {
  const [low, high] = usualRange(values);
  if (low === high) return new Float64Array(values.length);
  const usual = values.filter((value) => value >= low && value <= high);
  const mean = usual.reduce((total, value) => total + value / usual.length, 0);
  const variance = usual.reduce((total, value) => total + (value - mean) ** 2 / usual.length, 0);
  return Float64Array.from(values, (value) => (Math.min(Math.max(value, low), high) - mean) / Math.sqrt(variance));
}
