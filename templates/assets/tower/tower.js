// The deep user tower in plain JavaScript: the forward pass of recsys/models/deep.py for a new user, from ratings alone.
// Runs on the content of data/deep_tower.js. All sums are in float64.
//
// Shapes: d = dim, r = refined_dim, h = hidden, n = items. Tables are flat, row by row: row i of a table of width d is at
// i * d. Of each vector the first r numbers are those of the refined towers, the others those of the cosine towers.
import { decodeArray, decodeTable } from "../shared/decode.js";

const MAX_REASONS = 3;
const MIN_EFFECT = 0.02; // of all positive effects, that a reason must have; as MIN_SHARE in recsys/recommend/explain.py

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
  const [pool, items] = [data.pool, data.items].map(decodeTable); // (n, d) each
  const [average, bias] = ["average", "item_bias"].map(decode); // (d,), (n,)
  const [innerWeight, outerWeight] = [data.inner_weight, data.outer_weight].map(decodeTable); // (r, h), (h, r)
  const [innerBias, outerBias] = ["inner_bias", "outer_bias"].map(decode); // (h,), (r,)
  const nAverage = data.average_items;
  const { refined_dim: refinedDim = dim, scales = [1, 0] } = data;
  const [refinedScale, cosineScale] = scales;
  // A correction for each order in which items may be given, (r, r) and (d - r, d - r) in one row; older towers have none.
  const { half_faded: halfFaded = nAverage, gates = [] } = data;
  const rowsOf = (name, length) => {
    const values = data[name] ? decode(name) : [];
    return Array.from({ length: values.length / length }, (_, k) => values.subarray(k * length, (k + 1) * length));
  };
  const corrections = rowsOf("correction", refinedDim ** 2 + (dim - refinedDim) ** 2);
  const offsets = rowsOf("correction_offset", dim); // (d,) each

  // inner += pooled @ W1
  const addInnerSums = (inner, pooled) => {
    for (let k = 0; k < refinedDim; k++) addRow(inner, pooled[k], innerWeight, k);
    return inner;
  };

  // pooled + relu(pooled @ W1 + b1) @ W2 + b2: a residual layer
  const residualLayer = (pooled) => {
    const inner = addInnerSums(innerBias.slice(), pooled); // (h,)
    const vector = pooled.slice(0, refinedDim); // (r,)
    addRow(vector, 1, outerBias, 0);
    for (let k = 0; k < hidden; k++) if (inner[k] > 0) addRow(vector, inner[k], outerWeight, k);
    return vector;
  };

  // The refined part as it is given, the rest of a pooled history as a direction, both as much as they count: (d,)
  const served = (refined, pooled) => {
    const rest = pooled.subarray(refinedDim); // (d - r,)
    const length = Math.hypot(...rest);
    const vector = pooled.map((value) => (length > 0 ? (value * cosineScale) / length : 0));
    for (let k = 0; k < refinedDim; k++) vector[k] = refinedScale * refined[k];
    return vector;
  };

  // pool[row] - average, what an item adds to a history: (d,)
  const deviation = (row) => {
    const values = average.map((value) => -value);
    addRow(values, 1, pool, row);
    return values;
  };
  const corrected = (values, correction) => {
    const product = new Float64Array(dim);
    const split = refinedDim ** 2;
    const [refined, rest] = [product.subarray(0, refinedDim), product.subarray(refinedDim)];
    values.forEach((value, k) => {
      if (k < refinedDim) addRow(refined, value, correction.subarray(0, split), k);
      else addRow(rest, value, correction.subarray(split), k - refinedDim);
    });
    return product;
  };
  const correctedByAll = (values) => corrections.map((correction) => corrected(values, correction));
  // The parts of a history that depend on the items, (d,) each: `taste` is weighted by the ratings, `items` is not, and
  // `contexts` are its corrections: by which items were rated, however they were.
  const sumUp = (ratings) => {
    const [taste, items] = [new Float64Array(dim), new Float64Array(dim)];
    for (const [row, stars] of ratings) {
      const values = deviation(row);
      addRow(taste, weightOf(stars), values, 0);
      addRow(items, 1, values, 0);
    }
    return { taste, items, contexts: correctedByAll(items) };
  };

  // How likely each order is by the items: logistic regression on their sum, its squares and their number.
  const orderShares = (items, count, gate) => {
    if (!gate) return [1];
    const size = items.length;
    let logit = gate[2 * size] * Math.log1p(count) + gate[2 * size + 1];
    items.forEach((sum, k) => {
      const value = sum / Math.sqrt(1 + count);
      logit += gate[k] * value + gate[size + k] * value ** 2;
    });
    return [1 / (1 + Math.exp(logit)), 1 / (1 + Math.exp(-logit))];
  };
  // Of the refined towers, and of the cosine towers.
  const sharesOf = (items, count) => [
    orderShares(items.subarray(0, refinedDim), count, gates[0]),
    orderShares(items.subarray(refinedDim), count, gates[1]),
  ];

  // A few ratings say little of a taste, so a history has `average_items` average items in it, and corrections that
  // fade: by what a few items of other users say of the rest of theirs, as much of each as its order is likely.
  // Multiplied by the root of its length, so that many ratings still say more than few. Linear in all parts, which are
  // as long as each other; their first `refinedLength` numbers are of the refined towers.
  const complete = (count, mean, offsets, { taste, contexts }, shares, refinedLength) => {
    const length = nAverage + count;
    const [root, fade] = [Math.sqrt(length), halfFaded / (halfFaded + count)];
    const completed = mean.map((value, k) => root * value + taste[k] / root);
    contexts.forEach((context, order) => {
      const factors = shares.map((share) => root * fade * share[order]);
      context.forEach((value, k) => {
        completed[k] += factors[k < refinedLength ? 0 : 1] * (value / length + offsets[order][k]);
      });
    });
    return completed;
  };

  // The user vector of ratings, each row at most once, in any order.
  const userVector = (ratings) => {
    const sums = sumUp(ratings);
    const shares = sharesOf(sums.items, ratings.length);
    const pooled = complete(ratings.length, average, offsets, sums, shares, refinedDim); // (d,)
    return served(residualLayer(pooled), pooled);
  };

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

  // The same parts of one item of weight 1, in the history and in the inner sums; no rating changes them.
  const inInner = (pooled) => addInnerSums(new Float64Array(hidden), pooled);
  const inBoth = (parts) => [parts, { taste: inInner(parts.taste), contexts: parts.contexts.map(inInner) }];
  const partsByRow = new Map();
  const partsOf = (row) => {
    if (!partsByRow.has(row)) {
      const items = deviation(row);
      partsByRow.set(row, inBoth({ taste: items, items, contexts: correctedByAll(items) }));
    }
    return partsByRow.get(row);
  };
  const minus = (sums, own, weight = 1) => sums.map((value, k) => value - weight * own[k]);
  const without = (sums, weight, own) => ({
    taste: minus(sums.taste, own.taste, weight),
    contexts: sums.contexts.map((context, order) => minus(context, own.contexts[order])),
  });

  // Why each of the listed rows is there: at most three pairs [rated row, strength], strongest first. The strength is by
  // how much the score falls when the tower runs again without that one rating. A small share of all such falls is no
  // reason, nor is a low rating.
  //
  // That is one run for each rating, so the runs are kept short. The first layer is linear: leaving out an item subtracts
  // its share from the sums that all ratings give. Of the second layer only its product with each listed item is needed:
  // item . (a @ W2) = a . (W2 @ item), where W2 @ item is computed once for all runs. The outer bias is in both scores
  // and cancels.
  const reasons = (ratings, listedRows) => {
    const [sums, innerSums] = inBoth(sumUp(ratings));
    const [innerAverage, innerOffsets] = [inInner(average), offsets.map(inInner)]; // (h,) each
    const count = ratings.length - 1;
    const liked = ratings.filter(([, stars]) => weightOf(stars) > 0);
    const runsWithout = liked.map(([row, stars]) => {
      const [weight, [own, inner]] = [weightOf(stars), partsOf(row)];
      const shares = sharesOf(minus(sums.items, own.items), count);
      const pooled = complete(count, average, offsets, without(sums, weight, own), shares, refinedDim); // (d,)
      const innerParts = without(innerSums, weight, inner);
      const active = complete(count, innerAverage, innerOffsets, innerParts, shares, hidden); // (h,)
      return [served(pooled, pooled), active.map((value, k) => refinedScale * Math.max(value + innerBias[k], 0))];
    });
    const user = userVector(ratings);
    const withAll = user.map((value, k) => value - refinedScale * (outerBias[k] ?? 0)); // (d,)
    return listedRows.map((row) => {
      const item = itemVector(row).subarray(0, refinedDim); // (r,)
      const outer = innerBias.map((_, k) => dotRow(item, outerWeight, k)); // (h,), W2 @ item
      const scoreWithAll = dotRow(withAll, items, row);
      const fall = ([linear, active]) => scoreWithAll - dotRow(linear, items, row) - dotRow(active, outer, 0);
      const strengths = liked.map(([rated], n) => [rated, fall(runsWithout[n])]);
      const support = strengths.reduce((sum, [, strength]) => sum + Math.max(strength, 0), 0);
      // What two decimals show as 0 is no reason either.
      const shown = strengths.filter(([, strength]) => strength > 0.005 && strength >= MIN_EFFECT * support);
      return shown.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_REASONS);
    });
  };

  // Where a vector lies on the map by principal components: its coordinates x and y along the principal axes.
  const project = (vector) => {
    const { centre, axes } = data.map;
    return axes.map((axis) => axis.reduce((sum, weight, k) => sum + weight * (vector[k] - centre[k]), 0));
  };

  return {
    n,
    dim,
    weightOf,
    averageItems: nAverage,
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
