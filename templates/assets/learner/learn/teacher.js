// The closed-form towers as a teacher, whose scores a model is pulled towards.
import { WeightedSum } from "./layers.js";
import { dot, multiplyTransposed, rowsOf } from "./matrix.js";

export function createTeacher(start) {
  const pool = new WeightedSum(start.history);
  return {
    // Scores (U, F) of a batch, no item adding to its own.
    *scores(batch) {
      const [users] = yield* pool.forward(batch.history);
      const [items, pooled] = [rowsOf(start.items, batch.items), rowsOf(start.history, batch.items)];
      const scores = yield* multiplyTransposed(users, items);
      const products = Float64Array.from(batch.items, (_, f) => dot(pooled, f, items, f));
      batch.pairItem.forEach((f, n) => {
        scores.values[batch.pairUser[n] * items.rows + f] -= batch.history.weights[n] * products[f];
      });
      return scores;
    },
  };
}
