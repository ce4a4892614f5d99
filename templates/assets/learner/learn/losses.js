// Losses of a batch, in grouped form: a matrix of its users by its items, not of pairs by pairs. Each takes the scores
// (U, F) and the batch, and yields {loss, gradient}: the mean over the positives, and its derivative by the scores (U,
// F).
//
// Letters: y_uf = score_uf - log q_f, with q_f the share of the ratings that item f has, its chance of being in a batch
// (Yi et al. 2019); c_f, how often item f counts as a negative; P, the number of positives.
import { inBlocks, Matrix } from "./matrix.js";

const EXPONENTIAL = 20; // multiply-adds that an exponential costs, about

// log(1 + exp x) as max(x, 0) + log(1 + exp -|x|), in which no exponential overflows.
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

// Its slope, 1 / (1 + exp -x).
function sigmoid(x) {
  const small = Math.exp(-Math.abs(x)); // 0 for x = -infinity: no negatives, no slope
  return (x > 0 ? 1 : small) / (1 + small);
}

// Call work(user, first, after, z) for each user: the range of their pairs, and a row (F,) of log(c_f) + y_uf for all
// items.
function* forEachUser(scores, batch, work) {
  const { counts, logQ, pairStarts } = batch;
  const offset = counts.map((count, f) => Math.log(count) - logQ[f]); // -infinity where an item is no negative
  const z = new Float64Array(scores.columns);
  yield* inBlocks(scores.rows, EXPONENTIAL * scores.columns, (start, end) => {
    for (let u = start; u < end; u++) {
      for (let f = 0; f < z.length; f++) z[f] = scores.values[u * z.length + f] + offset[f];
      work(u, pairStarts[u], pairStarts[u + 1], z);
    }
  });
}

// exp(z - max z) in place of z; returns log(sum exp z), -infinity where all are.
function exponentials(z) {
  let largest = Number.NEGATIVE_INFINITY;
  for (let f = 0; f < z.length; f++) if (z[f] > largest) largest = z[f];
  const shift = largest === Number.NEGATIVE_INFINITY ? 0 : largest; // log-sum-exp: no exponential overflows
  let total = 0;
  for (let f = 0; f < z.length; f++) {
    z[f] = Math.exp(z[f] - shift);
    total += z[f];
  }
  return Math.log(total) + shift;
}

// In-batch softmax in which nothing that a user has rated is their negative:
//
//     l_ui = -y_ui + log(exp y_ui + A_u),   A_u = sum over the items f that u has not rated of c_f exp y_uf
//
// which is softplus(log A_u - y_ui). A_u is shared by all pairs of a user, and the positive enters once.
export function* maskedSoftmax(scores, batch) {
  const [gradient, width] = [new Matrix(scores.rows, scores.columns), scores.columns];
  let loss = 0;
  yield* forEachUser(scores, batch, (u, first, after, z) => {
    for (let n = first; n < after; n++) z[batch.pairItem[n]] = Number.NEGATIVE_INFINITY; // exp(-infinity) = 0
    const logTotal = exponentials(z); // log A_u
    let slopes = 0;
    for (let n = first; n < after; n++) {
      if (!batch.isPositive[n]) continue;
      const f = batch.pairItem[n];
      const x = logTotal - (scores.values[u * width + f] - batch.logQ[f]);
      loss += softplus(x) / batch.nPositives;
      const slope = sigmoid(x) / batch.nPositives;
      gradient.values[u * width + f] = -slope; // dl/dy_ui
      slopes += slope;
    }
    if (slopes > 0) addSoftmax(gradient, u, z, slopes); // dl/dz_uf = slope times the softmax over the negatives
  });
  return { loss, gradient };
}

// In-batch softmax over all items, as in a classifier (the multinomial form):
//
//     l_ui = -y_ui + log(sum over all items f of c_f exp y_uf)
//
// What a user likes is pushed down by whatever else they like. A positive that is no negative of the batch enters once.
export function* multinomialSoftmax(scores, batch) {
  const [gradient, width] = [new Matrix(scores.rows, scores.columns), scores.columns];
  let loss = 0;
  yield* forEachUser(scores, batch, (u, first, after, z) => {
    const logTotal = exponentials(z);
    let slopes = 0;
    for (let n = first; n < after; n++) {
      if (!batch.isPositive[n]) continue;
      const f = batch.pairItem[n];
      const x = logTotal - (scores.values[u * width + f] - batch.logQ[f]);
      const isNegative = batch.counts[f] > 0;
      loss += (isNegative ? x : softplus(x)) / batch.nPositives;
      const slope = (isNegative ? 1 : sigmoid(x)) / batch.nPositives;
      gradient.values[u * width + f] -= slope;
      slopes += slope;
    }
    if (slopes > 0) addSoftmax(gradient, u, z, slopes);
  });
  return { loss, gradient };
}

// Add `slope` times the softmax, of which `z` has the exponentials, to row u of the gradient.
function addSoftmax(gradient, u, z, slope) {
  let total = 0;
  for (let f = 0; f < z.length; f++) total += z[f];
  if (total === 0) return;
  for (let f = 0; f < z.length; f++) gradient.values[u * z.length + f] += (slope * z[f]) / total;
}

// Bayesian personalised ranking (Rendle et al. 2009): -log sigmoid(s_ui - s_uj), with j an item drawn among those that
// u has not rated. Only the order of two items counts.
export function* bpr(scores, batch) {
  const [gradient, width] = [new Matrix(scores.rows, scores.columns), scores.columns];
  let loss = 0;
  yield* inBlocks(batch.pairUser.length, 2 * EXPONENTIAL, (start, end) => {
    for (let n = start; n < end; n++) {
      if (!batch.isPositive[n] || batch.negative[n] < 0) continue; // who rated everything has no negative
      const row = batch.pairUser[n] * width;
      const [i, j] = [row + batch.pairItem[n], row + batch.negative[n]];
      const x = scores.values[j] - scores.values[i];
      loss += softplus(x) / batch.nPositives;
      const slope = sigmoid(x) / batch.nPositives;
      gradient.values[i] -= slope;
      gradient.values[j] += slope;
    }
  });
  return { loss, gradient };
}

// Half the squared distance from a teacher's scores (U, F), per pair of the batch, each user's mean difference removed,
// for a constant changes no ranking (Hinton et al. 2015): weight sum_uf (d_uf - mean_f d_uf)^2 / 2 B. Adds its
// gradient.
export function* addDistillation(gradient, scores, teacherScores, weight, nPairs) {
  const width = scores.columns;
  yield* inBlocks(scores.rows, 4 * width, (start, end) => {
    for (let u = start; u < end; u++) {
      let mean = 0;
      for (let k = u * width; k < (u + 1) * width; k++) mean += (scores.values[k] - teacherScores.values[k]) / width;
      for (let k = u * width; k < (u + 1) * width; k++) {
        gradient.values[k] += (weight / nPairs) * (scores.values[k] - teacherScores.values[k] - mean);
      }
    }
  });
}

// The gradient of l2 times the mean of weight_n |vector_n|^2, added. Penalising outputs, not parameters, is what keeps
// two towers from overfitting; users weigh by how much they rated (Rendle et al. 2022 for ALS).
export function addOutputL2(gradient, vectors, l2, weights = null) {
  for (let n = 0; n < vectors.rows; n++) {
    const factor = ((2 * l2) / vectors.rows) * (weights ? weights[n] : 1);
    const [start, end] = [n * vectors.columns, (n + 1) * vectors.columns];
    for (let k = start; k < end; k++) gradient.values[k] += factor * vectors.values[k];
  }
}
