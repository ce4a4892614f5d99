// The parts of the learner, for tests: `globalThis.parts`. Generators are run to their end at once; logs come as plain
// lists.
import { usersOfBatches } from "../../../templates/assets/learner/learn/batches.js";
import { fitClosedForm } from "../../../templates/assets/learner/learn/closed_form.js";
import { createComponents } from "../../../templates/assets/learner/learn/components.js";
import { ndcg, topK } from "../../../templates/assets/learner/learn/evaluation.js";
import { itemFeatures } from "../../../templates/assets/learner/learn/features.js";
import { servedHistories } from "../../../templates/assets/learner/learn/histories.js";
import { finish, Matrix, multiply, multiplyTransposed } from "../../../templates/assets/learner/learn/matrix.js";
import { transposedMultiply } from "../../../templates/assets/learner/learn/matrix.js";
import { createRandom } from "../../../templates/assets/learner/learn/random.js";
import { ratingWeights } from "../../../templates/assets/learner/learn/rating_weights.js";
import { splitLog } from "../../../templates/assets/learner/learn/ratings.js";
import { createServer } from "../../../templates/assets/learner/learn/server.js";

const typed = (log) => ({
  ...log,
  user: Int32Array.from(log.user),
  item: Int32Array.from(log.item),
  rating: log.rating && Float64Array.from(log.rating),
  time: log.time && Float64Array.from(log.time),
  years: log.years && Float64Array.from(log.years, (year) => year ?? Number.NaN),
});
const matrixOf = (rows) => new Matrix(rows.length, rows[0].length, Float64Array.from(rows.flat()));
const rowsOfMatrix = ({ rows, columns, values }) =>
  Array.from({ length: rows }, (_, i) => [...values.slice(i * columns, (i + 1) * columns)]);
const pairsOf = ({ starts, items }) =>
  [...items].map((item, n) => [starts.findLastIndex((start) => start <= n), item]);

globalThis.parts = {
  multiply: (a, b) => rowsOfMatrix(finish(multiply(matrixOf(a), matrixOf(b)))),
  multiplyTransposed: (a, b) => rowsOfMatrix(finish(multiplyTransposed(matrixOf(a), matrixOf(b)))),
  transposedMultiply: (a, b) => rowsOfMatrix(finish(transposedMultiply(matrixOf(a), matrixOf(b)))),
  draws(seed, n) {
    const random = createRandom(seed);
    const [uniform, normal] = [random.uniform, random.normal].map((draw) => Array.from({ length: n }, draw));
    return { uniform, normal, orders: Array.from({ length: n }, () => random.shuffle([0, 1, 2]).join("")) };
  },
  split(log, holdout, seed) {
    const { train, heldOut, isTemporal } = finish(splitLog(typed(log), holdout, createRandom(seed)));
    return { train: pairsOf(train), heldOut: pairsOf(heldOut), isTemporal };
  },
  // The users of each batch of a pass that takes them in their order.
  batches(log, batchSize) {
    const { train } = finish(splitLog(typed(log), 0, createRandom(0)));
    return usersOfBatches(train, batchSize, { shuffle: (users) => users }).map((users) => [...users]);
  },
  ratingWeights: (ratings) => [...ratingWeights(Float64Array.from(ratings))],
  itemFeatures: (log) => rowsOfMatrix(itemFeatures(typed(log))),
  served(log) {
    const { train, isTemporal } = finish(splitLog(typed(log), 0, createRandom(0)));
    return [...finish(servedHistories(train, isTemporal)).weights];
  },
  closedForm(log, rank) {
    const { train, isTemporal } = finish(splitLog(typed(log), 0, createRandom(0)));
    const { history, items } = finish(fitClosedForm(train, isTemporal, rank, createRandom(1), () => {}));
    return { history: rowsOfMatrix(history), items: rowsOfMatrix(items) };
  },
  topK: (scores, k) => topK(Float64Array.from(scores), k).map(({ item }) => item),
  ndcg,
  components(looks) {
    const project = createComponents(looks[0][0].length, createRandom(0));
    return looks.map((rows) => {
      const { points, explained } = finish(project(matrixOf(rows)));
      return { points: [...points], explained };
    });
  },

  // A server in this page. `until(messages)` says when what is awaited has come.
  serve() {
    const messages = [];
    const waiting = [];
    const server = createServer((message) => {
      messages.push(message);
      for (const { isDone, resolve } of waiting) if (isDone(message)) resolve(message);
    }, 10);
    return {
      messages,
      post: (message) => server.post(message.log ? { ...message, log: typed(message.log) } : message),
      next: (isDone) => new Promise((resolve) => waiting.push({ isDone, resolve })),
    };
  },
};
