// The deep user tower in plain JavaScript: the forward pass of recsys/models/deep.py for a new user, from ratings alone.
// Runs on the content of data/deep_tower.js. All sums are in float64.
//
// Shapes: d = dim, h = hidden, n = items. Tables are flat, row by row: row r of a table of width d is at r * d.
import { decodeArray } from "../shared/decode.js";

const MAX_REASONS = 3;

// sums += factor * table[row], where a row of the table is as long as `sums`
function addRow(sums, factor, table, row) {
  for (let k = 0, offset = row * sums.length; k < sums.length; k++) sums[k] += factor * table[offset + k];
}

// vector . table[row]
function dotRow(vector, table, row) {
  let sum = 0;
  for (let k = 0, offset = row * vector.length; k < vector.length; k++) sum += vector[k] * table[offset + k];
  return sum;
}

// A rating is a pair [row, stars], stars from 0.5 to 5 by halves.
export function createTower(data) {
  const { dim, hidden, star_weights: wholeWeights, half_star_weights: halfWeights = [] } = data;
  const weightOf = (stars) => halfWeights[2 * stars - 1] ?? wholeWeights[Math.round(stars) - 1]; // older towers have no halves
  const n = data.item_ids.length;
  const decode = (name) => decodeArray(data[name], "float16");
  const [pool, average, items, bias] = ["pool", "average", "items", "item_bias"].map(decode); // (n, d), (d,), (n, d), (n,)
  const [innerWeight, innerBias] = ["inner_weight", "inner_bias"].map(decode); // (d, h), (h,)
  const [outerWeight, outerBias] = ["outer_weight", "outer_bias"].map(decode); // (h, d), (d,)

  // inner += pooled @ W1
  const addInnerSums = (inner, pooled) => {
    for (let k = 0; k < pooled.length; k++) addRow(inner, pooled[k], innerWeight, k);
    return inner;
  };

  // pooled + relu(pooled @ W1 + b1) @ W2 + b2: a residual layer
  const residualLayer = (pooled) => {
    const inner = addInnerSums(innerBias.slice(), pooled); // (h,)
    const vector = pooled.slice(); // (d,)
    addRow(vector, 1, outerBias, 0);
    for (let k = 0; k < hidden; k++) if (inner[k] > 0) addRow(vector, inner[k], outerWeight, k);
    return vector;
  };

  // The weighted sum of the rated items, on top of `average_films` average ones: with few ratings these keep the vector
  // near the average user's.
  const poolSum = (ratings) => {
    const sums = average.map((value) => data.average_films * value); // (d,)
    for (const [row, stars] of ratings) addRow(sums, weightOf(stars), pool, row);
    return sums;
  };

  // Divided by the root of the number of items, not by the number, so that many ratings still say more than few.
  const userVectorOf = (sums, count) =>
    residualLayer(sums.map((value) => value / Math.sqrt(data.average_films + count)));

  // The user vector of ratings, each row at most once, in any order.
  const userVector = (ratings) => userVectorOf(poolSum(ratings), ratings.length); // (d,)

  const scores = (user) => Float64Array.from(bias, (value, row) => dotRow(user, items, row) + value); // (n,)

  // The k best rows for which `isCandidate(row)` holds as pairs [row, score], best first; of equal scores the lower row
  // first. Insertion into a short sorted list: most rows fail the first comparison.
  const topK = (rowScores, k, isCandidate) => {
    const list = [];
    for (let row = 0; k > 0 && row < n; row++) {
      if ((list.length === k && rowScores[row] <= list[k - 1][1]) || !isCandidate(row)) continue;
      let position = list.length;
      while (position > 0 && list[position - 1][1] < rowScores[row]) position--;
      list.splice(position, 0, [row, rowScores[row]]);
      if (list.length > k) list.pop();
    }
    return list;
  };

  const itemVector = (row) => items.subarray(row * dim, (row + 1) * dim); // (d,)

  // pool[row] @ W1: what an item adds to the inner sums, which no rating changes.
  const innerSumsByRow = new Map();
  const innerSumsOf = (row) => {
    if (!innerSumsByRow.has(row)) {
      innerSumsByRow.set(row, addInnerSums(new Float64Array(hidden), pool.subarray(row * dim, (row + 1) * dim)));
    }
    return innerSumsByRow.get(row);
  };

  // Why each of the listed rows is there: at most three pairs [rated row, strength], strongest first. The strength is by
  // how much the score falls when the tower runs again without that one rating.
  //
  // That is one run for each rating, so the runs are kept short. The first layer is linear: leaving out an item subtracts
  // its share from the sums that all ratings give. Of the second layer only its product with each listed item is needed:
  // item . (a @ W2) = a . (W2 @ item), where W2 @ item is computed once for all runs. The outer bias is in both scores
  // and cancels.
  const reasons = (ratings, listedRows) => {
    const sums = poolSum(ratings); // (d,)
    const inner = addInnerSums(new Float64Array(hidden), sums); // (h,)
    const root = Math.sqrt(data.average_films + ratings.length - 1);
    const runsWithout = ratings.map(([row, stars]) => {
      const [pooled, active] = [sums.slice(), inner.slice()]; // (d,), (h,)
      addRow(pooled, -weightOf(stars), pool, row);
      addRow(active, -weightOf(stars), innerSumsOf(row), 0);
      return [pooled.map((value) => value / root), active.map((value, k) => Math.max(value / root + innerBias[k], 0))];
    });
    const withAll = userVectorOf(sums, ratings.length).map((value, k) => value - outerBias[k]); // (d,)
    return listedRows.map((row) => {
      const item = itemVector(row);
      const outer = innerBias.map((_, k) => dotRow(item, outerWeight, k)); // (h,), W2 @ item
      const scoreWithAll = dotRow(withAll, items, row);
      const fall = ([pooled, active]) => scoreWithAll - dotRow(pooled, items, row) - dotRow(active, outer, 0);
      const strengths = ratings.map(([rated], n) => [rated, fall(runsWithout[n])]);
      const positive = strengths.filter(([, strength]) => Math.round(strength * 1e4) > 0); // as four decimals show it
      return positive.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_REASONS);
    });
  };

  // Where a vector lies on the map: its coordinates x and y along the principal axes.
  const project = (vector) => {
    const { centre, axes } = data.map;
    return axes.map((axis) => axis.reduce((sum, weight, k) => sum + weight * (vector[k] - centre[k]), 0));
  };

  return {
    n,
    dim,
    userVector,
    scores,
    topK,
    reasons,
    itemVector,
    itemPosition: (row) => project(itemVector(row)),
    // User vectors are scaled to the mean length of item vectors first: on the map of items only directions compare.
    userPosition: (user) => project(user.map((value) => value * data.map.user_scale)),
  };
}
