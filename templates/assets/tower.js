// The deep user tower in plain JavaScript: the forward pass of recsys/models/deep.py for somebody of whom nothing is
// known but a few films. Reads data/deep_tower.js; knows nothing of pages. All sums are in float64.
"use strict";

globalThis.marqueeTower = (told) => {
  const { dim, hidden, star_weights: weights } = told;
  const n = told.item_ids.length;
  const MOST_CAUSES = 3;

  // Numbers from base64 of little-endian float16.
  const unpack = (text) => {
    const bytes = atob(text);
    const values = new Float64Array(bytes.length / 2);
    for (let k = 0; k < values.length; k++) {
      const bits = bytes.charCodeAt(2 * k) | (bytes.charCodeAt(2 * k + 1) << 8);
      const exponent = (bits >> 10) & 31;
      const size = exponent ? (1024 + (bits & 1023)) * 2 ** (exponent - 25) : (bits & 1023) * 2 ** -24;
      values[k] = bits >> 15 ? -size : size;
    }
    return values;
  };

  const [pool, average, items, bias] = [told.pool, told.average, told.items, told.item_bias].map(unpack);
  const [innerWeight, innerBias] = [told.inner_weight, told.inner_bias].map(unpack);
  const [outerWeight, outerBias] = [told.outer_weight, told.outer_bias].map(unpack);

  // sums += factor * row of a table of rows as long as sums
  const add = (sums, factor, table, row) => {
    for (let k = 0, at = row * sums.length; k < sums.length; k++) sums[k] += factor * table[at + k];
  };

  const dot = (vector, table, row) => {
    let sum = 0;
    for (let k = 0, at = row * vector.length; k < vector.length; k++) sum += vector[k] * table[at + k];
    return sum;
  };

  // inner += h W1
  const enter = (inner, pooled) => {
    pooled.forEach((value, k) => add(inner, value, innerWeight, k));
    return inner;
  };

  // h + relu(h W1 + b1) W2 + b2
  const refine = (pooled) => {
    const inner = enter(innerBias.slice(), pooled);
    const vector = pooled.slice();
    add(vector, 1, outerBias, 0);
    inner.forEach((value, k) => value > 0 && add(vector, value, outerWeight, k));
    return vector;
  };

  // What rated films add up to, beside the average ones, before it is divided by the root of their number.
  const summed = (ratings) => {
    const sums = average.map((value) => told.average_films * value);
    for (const [row, stars] of ratings) add(sums, weights[stars - 1], pool, row);
    return sums;
  };

  const refined = (sums, count) => refine(sums.map((value) => value / Math.sqrt(told.average_films + count)));

  // `ratings` are pairs [row, stars from 1 to 5], each row once, in any order.
  const vector = (ratings) => refined(summed(ratings), ratings.length);

  const scores = (user) => Float64Array.from(bias, (value, row) => dot(user, items, row) + value);

  // The k best rows that `may` be listed as pairs [row, score], best first; equals to the lower row.
  const best = (found, k, may) => {
    const list = [];
    for (let row = 0; k > 0 && row < n; row++) {
      if ((list.length === k && found[row] <= list[k - 1][1]) || !may(row)) continue;
      let place = list.length;
      while (place > 0 && list[place - 1][1] < found[row]) place--;
      list.splice(place, 0, [row, found[row]]);
      if (list.length > k) list.pop();
    }
    return list;
  };

  const itemVector = (row) => items.subarray(row * dim, (row + 1) * dim);

  // What a film gives to the inner layer, by its row: it never changes.
  const entered = new Map();
  const enteredOf = (row) => {
    if (!entered.has(row)) entered.set(row, enter(new Float64Array(hidden), pool.subarray(row * dim, (row + 1) * dim)));
    return entered.get(row);
  };

  // Why each of the rows that are listed: the tower is run again without each rated film, and a reason's strength is by
  // how much the score falls. At most three pairs [rated row, strength] for each, strongest first.
  // With hundreds of ratings that is hundreds of runs, so they are short: the inner layer's sums are corrected by what the
  // film gave to them, and of the outer layer only what it means for the listed rows is asked.
  const why = (ratings, listed) => {
    const sums = summed(ratings);
    const inner = enter(new Float64Array(hidden), sums);
    const root = Math.sqrt(told.average_films + ratings.length - 1);
    const runs = ratings.map(([row, stars]) => {
      const [others, active] = [sums.slice(), inner.slice()];
      add(others, -weights[stars - 1], pool, row);
      add(active, -weights[stars - 1], enteredOf(row), 0);
      return [others.map((value) => value / root), active.map((value, k) => Math.max(value / root + innerBias[k], 0))];
    });
    const whole = refined(sums, ratings.length).map((value, k) => value - outerBias[k]);
    return listed.map((row) => {
      const film = itemVector(row);
      const outer = innerBias.map((_, k) => dot(film, outerWeight, k));
      const all = dot(whole, items, row);
      const fall = ([others, active]) => all - dot(others, items, row) - dot(active, outer, 0);
      const strengths = ratings.map(([rated], place) => [rated, fall(runs[place])]);
      const causes = strengths.filter(([, strength]) => Math.round(strength * 1e4) > 0);
      return causes.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_CAUSES);
    });
  };

  // Where a vector lies on the map, x and y.
  const placed = (values) => {
    const { centre, axes } = told.map;
    return axes.map((axis) => axis.reduce((sum, part, k) => sum + part * (values[k] - centre[k]), 0));
  };

  return {
    n,
    dim,
    stars: weights.length,
    vector,
    scores,
    best,
    why,
    filmPlace: (row) => placed(items.subarray(row * dim, (row + 1) * dim)),
    userPlace: (user) => placed(user.map((value) => value * told.map.user_scale)),
    itemVector,
  };
};
