// Linear towers in closed form, without any training: EASE (Steck 2019), cut to its leading directions.
//
//     score of item i for a history x = (x B)_i,   B ~ H V'   with H, V (nItems, rank)
//
// EASE predicts each item from all others by ridge regression: min |A - A B|^2 + l2 |B|^2 with a zero diagonal has the
// solution B = I - P / diag(P) with P = (A'A + l2 I)^-1. As recsys/models/linear.py does it for a whole catalogue.
import { leadingColumns, leadingEigenvectors } from "./eigen.js";
import { equalHistories, recencyRanks } from "./histories.js";
import { randomMatrix } from "./layers.js";
import { dot, inBlocks, Matrix, multiply, multiplyTransposed, transposedMultiply } from "./matrix.js";
import { countOf, itemCounts } from "./ratings.js";

const [EASE_L2, SPARSE_EASE_L2] = [460, 200]; // penalty, in ratings, on dense and on sparse logs
const [DENSE, REFERENCE_DENSITY] = [0.5, 60]; // of ratings a user and an item, relative to MovieLens 100K
const [WINDOWS, WINDOW_WEIGHT] = [6, 0.5]; // items rated at about the same time are more alike
const [OVERSAMPLING, ITERATIONS] = [16, 4];
const SOFTENING = 3; // scores are divided by this beyond their best temperature: softer targets teach more
const SAMPLED_HISTORIES = 500;

function penaltyOf(ratings) {
  const nUsers = Array.from({ length: ratings.nUsers }, (_, u) => countOf(ratings, u)).filter(Boolean).length;
  const nItems = itemCounts(ratings).filter(Boolean).length;
  return ratings.nRatings / Math.sqrt(nUsers * nItems) / REFERENCE_DENSITY < DENSE ? SPARSE_EASE_L2 : EASE_L2;
}

// A'A: of each two items, how many users rated both, plus how much they did so at about the same time. Histories are
// cut into overlapping windows, triangles of width 2 that add up to 1 at every position.
function* coOccurrence(ratings, isTemporal) {
  const gram = new Matrix(ratings.nItems, ratings.nItems);
  const ranks = isTemporal ? yield* recencyRanks(ratings) : new Float64Array(ratings.nRatings).fill(1);
  const share = (n, window) => Math.max(0, 1 - Math.abs(ranks[n] * (WINDOWS - 1) - window));
  const cost = ((WINDOWS + 4) * ratings.nRatings ** 2) / Math.max(ratings.nUsers, 1) ** 2;
  yield* inBlocks(ratings.nUsers, 4 * cost, (start, end) => {
    for (let u = start; u < end; u++) {
      for (let a = ratings.starts[u]; a < ratings.starts[u + 1]; a++) {
        const row = ratings.items[a] * ratings.nItems;
        const first = Math.min(Math.floor(ranks[a] * (WINDOWS - 1)), WINDOWS - 2); // the two windows that it is in
        const [early, late] = [share(a, first), share(a, first + 1)];
        for (let b = ratings.starts[u]; b < ratings.starts[u + 1]; b++) {
          const together = Math.sqrt(early * share(b, first)) + Math.sqrt(late * share(b, first + 1));
          gram.values[row + ratings.items[b]] += 1 + WINDOW_WEIGHT * together;
        }
      }
    }
  });
  return gram;
}

// The inverse of a symmetric positive definite matrix, in its place, by Gauss and Jordan: column by column it turns the
// matrix into the identity, and what that takes is the inverse. The diagonal is never small, so no rows are exchanged.
function* invert(matrix, onShare) {
  const [n, a] = [matrix.rows, matrix.values];
  for (let k = 0; k < n; k++) {
    const row = k * n;
    const pivot = 1 / a[row + k];
    a[row + k] = 1;
    for (let j = 0; j < n; j++) a[row + j] *= pivot;
    yield* inBlocks(n, n, (start, end) => {
      for (let i = start; i < end; i++) {
        if (i === k) continue;
        const factor = a[i * n + k];
        a[i * n + k] = 0;
        if (factor !== 0) for (let j = 0; j < n; j++) a[i * n + j] -= factor * a[row + j];
      }
    });
    if (k % 16 === 0) {
      onShare(k / n);
      yield;
    }
  }
  return matrix;
}

// {history, items}: (nItems, rank) each; what each item adds to the vector of a user who rated it, and item vectors.
export function* fitClosedForm(ratings, isTemporal, rank, random, onShare) {
  const n = ratings.nItems;
  const gram = yield* coOccurrence(ratings, isTemporal);
  const ridge = new Matrix(n, n, gram.values.slice());
  const l2 = penaltyOf(ratings);
  for (let i = 0; i < n; i++) ridge.values[i * n + i] += l2;
  const weights = yield* invert(ridge, onShare); // P, and below B
  const diagonal = Float64Array.from({ length: n }, (_, i) => weights.values[i * n + i]);
  for (let i = 0, k = 0; i < n; i++) {
    for (let j = 0; j < n; j++, k++) weights.values[k] = i === j ? 0 : -weights.values[k] / diagonal[j];
  }
  // The best A B of lower rank in least squares is A B V V', with V the leading eigenvectors of (A B)'(A B).
  function* product(block) {
    return yield* transposedMultiply(weights, yield* multiply(gram, yield* multiply(weights, block)));
  }
  const basis = randomMatrix(n, Math.min(rank + OVERSAMPLING, n), 1, random);
  const { vectors } = yield* leadingEigenvectors(product, basis, ITERATIONS);
  const items = leadingColumns(vectors, rank); // zero beyond the number of items
  return yield* balanced(yield* multiply(weights, items), items, ratings, random);
}

const norm = (matrix) => Math.sqrt(matrix.values.reduce((sum, value) => sum + value * value, 0));

// The same scaled, so that a softmax of the scores predicts the histories, softened, and one learning rate suits both.
function* balanced(history, items, ratings, random) {
  const scale = yield* temperatureOf(history, items, ratings, random);
  const norms = [norm(history), norm(items)];
  const balance = Math.min(...norms) > 0 ? Math.sqrt((scale * norms[0]) / norms[1]) : 1;
  return {
    history: new Matrix(history.rows, history.columns, history.values.map((value) => (value * scale) / balance)),
    items: new Matrix(items.rows, items.columns, items.values.map((value) => value * balance)),
  };
}

// The factor on the scores under which their softmax predicts the histories best, divided by SOFTENING. EASE's are
// regressions of 0 and 1, on no scale that a softmax could start from. No item predicts itself.
function* temperatureOf(history, items, ratings, random) {
  const active = [...Array(ratings.nUsers).keys()].filter((u) => countOf(ratings, u));
  const users = Int32Array.from(random.shuffle(active).slice(0, SAMPLED_HISTORIES)).sort();
  const rows = equalHistories(ratings, users);
  const pooled = new Matrix(users.length, history.columns);
  users.forEach((_, u) => {
    for (let n = rows.starts[u]; n < rows.starts[u + 1]; n++) {
      const first = rows.items[n] * history.columns;
      const to = u * history.columns;
      for (let k = 0; k < history.columns; k++) pooled.values[to + k] += rows.weights[n] * history.values[first + k];
    }
  });
  const scores = yield* multiplyTransposed(pooled, items);
  const width = items.rows;
  users.forEach((_, u) => {
    for (let n = rows.starts[u]; n < rows.starts[u + 1]; n++) {
      scores.values[u * width + rows.items[n]] -= rows.weights[n] * dot(history, rows.items[n], items, rows.items[n]);
    }
  });
  const mean = scores.values.reduce((sum, value) => sum + value / scores.values.length, 0);
  const spread = Math.sqrt(scores.values.reduce((sum, value) => sum + (value - mean) ** 2 / scores.values.length, 0));
  if (!(spread > 0)) return 1;
  let best = [Number.POSITIVE_INFINITY, 1];
  for (let octave = -4; octave < 6; octave += 0.5) {
    const factor = 2 ** octave / spread;
    let loss = 0;
    yield* inBlocks(users.length, 20 * width, (start, end) => {
      for (let u = start; u < end; u++) {
        loss += historyLoss(scores.values.subarray(u * width, (u + 1) * width), factor, rows, u);
      }
    });
    if (loss < best[0]) best = [loss, factor];
  }
  return best[1] / SOFTENING;
}

// The softmax loss of one user's items, summed.
function historyLoss(scores, factor, rows, u) {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < scores.length; i++) if (scores[i] > largest) largest = scores[i];
  let total = 0;
  for (let i = 0; i < scores.length; i++) total += Math.exp(factor * (scores[i] - largest));
  let loss = 0;
  for (let n = rows.starts[u]; n < rows.starts[u + 1]; n++) {
    loss += Math.log(total) - factor * (scores[rows.items[n]] - largest);
  }
  return loss;
}
