// The objective of a batch, forward and backward:
//
//     loss + l2 (mean_u w_u |user_u|^2 + mean_i |item_i|^2) + distillation distance(scores, teacher's scores)
//     score = user . item / temperature + bias - what the item adds to its own score
//
// with w_u proportional to how much user u rated. `loss` and `similarity` are functions, see losses.js and layers.js.
import { unchanged } from "./layers.js";
import { addDistillation, addOutputL2 } from "./losses.js";
import { addColumnSums, Matrix, multiply, multiplyTransposed, transposedMultiply } from "./matrix.js";

const scaled = ({ rows, columns, values }, factor) => new Matrix(rows, columns, values.map((value) => factor * value));

// Adds the gradients of the objective to the towers' parameters; returns the loss alone.
export function* addGradients(towers, teacher, batch, objective) {
  const { loss, similarity, temperature, l2, distillation, userWeights } = objective;
  // Forward: both towers, then scores.
  const [userOutputs, userCache] = yield* towers.usersForward(batch);
  const [itemOutputs, bias, itemCache] = yield* towers.itemsForward(batch.items);
  const [users, userSimilarity] = similarity.forward(userOutputs); // (U, d)
  const [items, itemSimilarity] = similarity.forward(itemOutputs); // (F, d)
  const warmUsers = scaled(users, 1 / temperature);
  const scores = yield* multiplyTransposed(warmUsers, items); // (U, F)
  const width = items.rows;
  for (let n = 0; n < scores.values.length; n++) scores.values[n] += bias[n % width];
  // A direction is no sum over a history, so that no part of it could be taken away: for cosines, positives are hidden
  // instead.
  const contributions = similarity === unchanged ? towers.selfContributions(batch, items) : null;
  const pairs = Int32Array.from(batch.pairItem, (f, n) => batch.pairUser[n] * width + f); // positions in the scores
  contributions?.[0].forEach((value, n) => {
    scores.values[pairs[n]] -= value / temperature;
  });
  const result = yield* loss(scores, batch);
  const { gradient } = result; // (U, F)
  if (teacher) {
    const teacherScores = yield* teacher.scores(batch);
    yield* addDistillation(gradient, scores, teacherScores, distillation, batch.pairUser.length);
  }

  // Backward, down to the outputs of the towers.
  const usersGradient = scaled(yield* multiply(gradient, items), 1 / temperature);
  const itemsGradient = yield* transposedMultiply(gradient, warmUsers);
  const biasGradient = new Float64Array(width);
  addColumnSums(gradient, biasGradient);
  addOutputL2(usersGradient, users, l2, Float64Array.from(batch.users, (u) => userWeights[u]));
  addOutputL2(itemsGradient, items, l2);
  if (contributions) {
    const contributionsGradient = Float64Array.from(pairs, (position) => -gradient.values[position] / temperature);
    towers.addSelfContributions(contributionsGradient, itemsGradient, contributions[1]);
  }

  // Backward through the towers.
  yield* towers.usersBackward(similarity.backward(usersGradient, userSimilarity), userCache);
  yield* towers.itemsBackward(similarity.backward(itemsGradient, itemSimilarity), biasGradient, itemCache);
  return result.loss;
}
