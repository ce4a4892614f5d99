// How much a rating weighs in a history, by what the ratings are: opinions, counts, or all alike. As
// recsys/data/rating_scale.py, by their distribution and not by their two ends.
import { usualRange } from "./usual_range.js";

const DISLIKE = -0.1; // the lowest opinion; the highest has 1
const LEAST_COUNT = 0.7; // the lowest count above zero; the highest has 1
const COUNTS_ABOVE_MIDDLE = 0.1; // share of ratings in the upper half of their range below which they are counts
const MAX_NEGATIVE = 0.01; // share of negative ratings up to which the others may be counts
const [SUPPORT, SUPPORT_FROM] = [1e-4, 1000]; // share of ratings that must lie at an end of their range, from so many on

const supportOf = (n) => (n >= SUPPORT_FROM ? Math.max(2, Math.floor(SUPPORT * n)) : 1);

// Whether few ratings lie in the upper half of their range, or most at its low end and each value is rarer than the
// last.
function haveLongTail(ratings) {
  const sorted = Float64Array.from(ratings).sort();
  const [lowest, highest] = [sorted[0], sorted[sorted.length - 1]];
  const middle = (lowest + highest) / 2;
  if (sorted.filter((value) => value > middle).length / sorted.length < COUNTS_ABOVE_MIDDLE) return true;
  if (lowest <= 0 || sorted.filter((value) => value === lowest).length / sorted.length <= 0.5) return false;
  const counts = new Map();
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].every((count, n, all) => n === 0 || count < all[n - 1]);
}

// The range of counts above zero, if the ratings are counts; else null.
function countRange(ratings, support) {
  const counts = ratings.filter((rating) => rating >= 0);
  if (ratings.length - counts.length >= MAX_NEGATIVE * ratings.length) return null;
  const [least, most] = usualRange(counts, support);
  if (least >= most || !haveLongTail(counts.filter((count) => count >= least && count <= most))) return null;
  const [lowest] = usualRange(counts.filter((count) => count > 0), support);
  return lowest < most ? [lowest, most] : null;
}

const clip = (value, low, high) => Math.min(Math.max(value, low), high);

// The weight of each rating (Float64Array).
export function ratingWeights(ratings) {
  const support = supportOf(ratings.length);
  const [low, high] = usualRange(ratings, support);
  if (low === high) return ratings.map((rating) => (rating < low ? DISLIKE : 1));
  const range = countRange(ratings, support);
  if (range) {
    const span = Math.log(range[1] / range[0]);
    // By logarithm: it is their ratio that counts, so that hours weigh as minutes do.
    const share = (count) => Math.log(clip(count, ...range) / range[0]) / span;
    return ratings.map((count) => (count > 0 ? LEAST_COUNT + (1 - LEAST_COUNT) * share(count) : 0));
  }
  // The root rises steeply from the low end: only ratings close to the lowest weigh less than 0.
  const root = (rating) => Math.sqrt((clip(rating, low, high) - low) / (high - low));
  return ratings.map((rating) => DISLIKE + (1 - DISLIKE) * root(rating));
}
