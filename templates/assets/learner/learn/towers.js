// The two models. Each has a user tower and an item tower that end in vectors of one length d, and a bias for each
// item. Letters in shapes: U users and F items of a batch, P its pairs of a user and an item they rated.
import { Embedding, MLP, WeightedSum } from "./layers.js";
import { addFirstColumns, dot, Matrix, rowsOf, sideBySide } from "./matrix.js";

const prefixed = (prefix, layer) =>
  Object.fromEntries(Object.entries(layer.parameters).map(([name, parameter]) => [`${prefix}.${name}`, parameter]));

const biasesOf = (matrix) => matrix.values; // (F, 1) as (F,)

const asColumn = (values) => new Matrix(values.length, 1, values);

const sumOf = (a, b) => new Matrix(a.rows, a.columns, a.values.map((value, n) => value + b.values[n]));

// An embedding for each user and each item, and nothing else. `start` has {users, items, bias}.
export class BaseTowers {
  constructor(start) {
    this.user = new Embedding(start.users);
    this.item = new Embedding(start.items);
    this.bias = new Embedding(asColumn(start.bias));
  }

  get parameters() {
    const { user, item, bias } = this;
    return { ...prefixed("user", user), ...prefixed("item", item), ...prefixed("bias", bias) };
  }

  // biome-ignore lint/correctness/useYield: the other model's takes long
  *usersForward(batch) {
    return this.user.forward(batch.users);
  }

  // biome-ignore lint/correctness/useYield: likewise
  *usersBackward(gradient, cache) {
    this.user.backward(gradient, cache);
  }

  // Vectors (F, d), biases (F,) and a cache.
  // biome-ignore lint/correctness/useYield: likewise
  *itemsForward(ids) {
    const [vectors] = this.item.forward(ids);
    const [bias] = this.bias.forward(ids);
    return [vectors, biasesOf(bias), ids];
  }

  // biome-ignore lint/correctness/useYield: likewise
  *itemsBackward(gradient, biasGradient, ids) {
    this.item.backward(gradient, ids);
    this.bias.backward(asColumn(biasGradient), ids);
  }

  // No rated item adds to its own score.
  selfContributions() {
    return null;
  }
}

// Histories and what is known of items, through an MLP in each tower:
//
//     user vector = h + MLP(h),   h = sum over the rated items j of weight_j p_j
//     item vector = e + MLP([e, features])
//
// `start` has {pool, items, bias}: p, e and the biases. The MLPs have `random` weights, or are left out where that is
// null.
export class DeepTowers {
  constructor(start, features, random) {
    const dim = start.items.columns;
    this.pool = new WeightedSum(start.pool);
    this.item = new Embedding(start.items);
    this.bias = new Embedding(asColumn(start.bias));
    this.features = features;
    this.userMlp = random && new MLP(dim, 2 * dim, dim, random);
    this.itemMlp = random && new MLP(dim + features.columns, 2 * dim, dim, random);
  }

  get parameters() {
    const { pool, item, bias, userMlp, itemMlp } = this;
    return {
      ...prefixed("pool", pool),
      ...(userMlp && prefixed("user_mlp", userMlp)),
      ...prefixed("item", item),
      ...(itemMlp && prefixed("item_mlp", itemMlp)),
      ...prefixed("bias", bias),
    };
  }

  *usersForward(batch) {
    const [pooled] = yield* this.pool.forward(batch.history); // (U, d), h
    if (!this.userMlp) return [pooled, { history: batch.history }];
    const [refined, mlp] = yield* this.userMlp.forward(pooled);
    return [sumOf(pooled, refined), { history: batch.history, mlp }];
  }

  *usersBackward(gradient, cache) {
    let pooledGradient = gradient;
    // Two ways to h: the sum, and through the MLP.
    if (this.userMlp) pooledGradient = sumOf(gradient, yield* this.userMlp.backward(gradient, cache.mlp));
    yield* this.pool.backward(pooledGradient, cache.history);
  }

  *itemsForward(ids) {
    const [embedded] = this.item.forward(ids); // (F, d), e
    const [bias] = this.bias.forward(ids);
    if (!this.itemMlp) return [embedded, biasesOf(bias), { ids }];
    const [refined, mlp] = yield* this.itemMlp.forward(sideBySide(embedded, rowsOf(this.features, ids)));
    return [sumOf(embedded, refined), biasesOf(bias), { ids, mlp }];
  }

  *itemsBackward(gradient, biasGradient, { ids, mlp }) {
    let embeddedGradient = gradient;
    // Two ways to e again: the sum, and the first d inputs of the MLP; its other inputs are features.
    if (this.itemMlp) {
      const inputs = yield* this.itemMlp.backward(gradient, mlp);
      embeddedGradient = addFirstColumns(new Matrix(gradient.rows, gradient.columns, gradient.values.slice()), inputs);
    }
    this.item.backward(embeddedGradient, ids);
    this.bias.backward(asColumn(biasGradient), ids);
  }

  // How much each rated item adds to its own score through the history, weight_i p_i . v_i (P,): taken away in
  // training, else the model would learn to recognise what is in a history, but what is recommended never is.
  selfContributions(batch, vectors) {
    const pooled = rowsOf(this.pool.table.value, batch.items); // (F, d)
    const products = Float64Array.from(batch.items, (_, f) => dot(pooled, f, vectors, f));
    const values = Float64Array.from(batch.pairItem, (f, n) => batch.history.weights[n] * products[f]);
    return [values, { batch, pooled, vectors }];
  }

  // From the gradient of the contributions (P,): adds to that of the table and to that of the vectors (F, d).
  addSelfContributions(gradient, vectorsGradient, { batch, pooled, vectors }) {
    const totals = new Float64Array(batch.items.length); // linear in p_i and in v_i: the pairs of one item are summed
    batch.pairItem.forEach((f, n) => {
      totals[f] += gradient[n] * batch.history.weights[n];
    });
    const { values, columns } = this.pool.table.gradient;
    batch.items.forEach((id, f) => {
      for (let k = 0; k < columns; k++) {
        values[id * columns + k] += totals[f] * vectors.values[f * columns + k];
        vectorsGradient.values[f * columns + k] += totals[f] * pooled.values[f * columns + k];
      }
    });
  }
}
