// Layers: each `forward` returns [output, cache], and its `backward(gradient, cache)` stands right under it, adds to
// the gradients of the layer's parameters and returns the gradient of its input. Letters in shapes: B rows of a batch,
// d width of an output, h width of an input. The same as recsys/nn/layers.py.
import { addColumnSums, inBlocks, Matrix, multiply, multiplyTransposed, rowsOf, transposedMultiply } from "./matrix.js";

// A learned matrix, and the gradient that backward passes have summed up so far.
export class Parameter {
  constructor(value) {
    this.value = value;
    this.gradient = new Matrix(value.rows, value.columns);
  }
}

// A matrix of normal numbers of standard deviation `scale`.
export function randomMatrix(rows, columns, scale, random) {
  const matrix = new Matrix(rows, columns);
  for (let n = 0; n < matrix.values.length; n++) matrix.values[n] = scale * random.normal();
  return matrix;
}

// One vector for each id.
export class Embedding {
  constructor(vectors) {
    this.table = new Parameter(vectors);
  }

  get parameters() {
    return { table: this.table };
  }

  // The vectors (B, d) of ids (B,).
  forward(ids) {
    return [rowsOf(this.table.value, ids), ids];
  }

  // Gradients of an id that comes several times are summed.
  backward(gradient, ids) {
    const { values, columns } = this.table.gradient;
    ids.forEach((id, n) => {
      for (let k = 0; k < columns; k++) values[id * columns + k] += gradient.values[n * columns + k];
    });
  }
}

// Weighted sums of one table's rows: the pooled history of a user. A history is {starts, items, weights}: the items of
// row b are items[starts[b]] to items[starts[b + 1] - 1].
export class WeightedSum {
  constructor(vectors) {
    this.table = new Parameter(vectors);
  }

  get parameters() {
    return { table: this.table };
  }

  // (B, d): sum over the items j of a row of weight_j vector_j.
  *forward(history) {
    const { values, columns } = this.table.value;
    const pooled = new Matrix(history.starts.length - 1, columns);
    const cost = (columns * history.items.length) / Math.max(pooled.rows, 1);
    yield* inBlocks(pooled.rows, cost, (start, end) => {
      for (let b = start; b < end; b++) {
        for (let n = history.starts[b]; n < history.starts[b + 1]; n++) {
          const [weight, row] = [history.weights[n], history.items[n] * columns];
          for (let k = 0; k < columns; k++) pooled.values[b * columns + k] += weight * values[row + k];
        }
      }
    });
    return [pooled, history];
  }

  // The weights are given, not learned, so there is no gradient below them.
  *backward(gradient, history) {
    const { values, columns } = this.table.gradient;
    const cost = (columns * history.items.length) / Math.max(gradient.rows, 1);
    yield* inBlocks(gradient.rows, cost, (start, end) => {
      for (let b = start; b < end; b++) {
        for (let n = history.starts[b]; n < history.starts[b + 1]; n++) {
          const [weight, row] = [history.weights[n], history.items[n] * columns];
          for (let k = 0; k < columns; k++) values[row + k] += weight * gradient.values[b * columns + k];
        }
      }
    });
  }
}

// x W + b.
class Linear {
  constructor(weight, bias) {
    this.weight = new Parameter(weight);
    this.bias = new Parameter(bias);
  }

  // (B, h) -> (B, d)
  *forward(x) {
    const output = yield* multiply(x, this.weight.value);
    const [{ values, columns }, bias] = [output, this.bias.value.values];
    for (let n = 0; n < values.length; n++) values[n] += bias[n % columns];
    return [output, x];
  }

  // (B, d) -> (B, h)
  *backward(gradient, x) {
    yield* transposedMultiply(x, gradient, this.weight.gradient); // (h, B) (B, d)
    addColumnSums(gradient, this.bias.gradient.values);
    return yield* multiplyTransposed(gradient, this.weight.value); // (B, d) (d, h)
  }
}

// One hidden layer: relu(x W1 + b1) W2 + b2. The outer layer starts at zero, so that an MLP added to something simpler
// changes nothing at first; its weights get a gradient all the same, for that depends on the hidden layer.
export class MLP {
  constructor(nIn, nHidden, nOut, random) {
    // Variance 2 / n_in suits a relu (He et al. 2015).
    const inner = randomMatrix(nIn, nHidden, Math.sqrt(2 / Math.max(nIn, 1)), random);
    this.inner = new Linear(inner, new Matrix(1, nHidden));
    this.outer = new Linear(new Matrix(nHidden, nOut), new Matrix(1, nOut));
  }

  get parameters() {
    const { inner, outer } = this;
    return {
      "inner.weight": inner.weight,
      "inner.bias": inner.bias,
      "outer.weight": outer.weight,
      "outer.bias": outer.bias,
    };
  }

  // (B, nIn) -> (B, nOut)
  *forward(x) {
    const [hidden] = yield* this.inner.forward(x);
    const { values } = hidden;
    for (let n = 0; n < values.length; n++) if (values[n] < 0) values[n] = 0;
    const [output] = yield* this.outer.forward(hidden);
    return [output, [x, hidden]];
  }

  // (B, nOut) -> (B, nIn)
  *backward(gradient, [x, hidden]) {
    const hiddenGradient = yield* this.outer.backward(gradient, hidden);
    const { values } = hiddenGradient;
    for (let n = 0; n < values.length; n++) if (hidden.values[n] <= 0) values[n] = 0; // where relu is flat
    return yield* this.inner.backward(hiddenGradient, x);
  }
}

// Rows divided by their lengths, y = x / |x|; a row of zeros stays zero, and has no gradient.
export const unitLength = {
  // (B, d) -> (B, d)
  forward(x) {
    const [directions, inverse] = [new Matrix(x.rows, x.columns), new Float64Array(x.rows)];
    for (let b = 0; b < x.rows; b++) {
      let square = 0;
      for (let k = b * x.columns; k < (b + 1) * x.columns; k++) square += x.values[k] * x.values[k];
      inverse[b] = square > 0 ? 1 / Math.sqrt(square) : 0;
      for (let k = b * x.columns; k < (b + 1) * x.columns; k++) directions.values[k] = x.values[k] * inverse[b];
    }
    return [directions, [directions, inverse]];
  },

  // A change along y changes no direction: dy/dx = (I - y y') / |x|.
  backward(gradient, [directions, inverse]) {
    const { rows, columns } = gradient;
    const across = new Matrix(rows, columns);
    for (let b = 0; b < rows; b++) {
      let along = 0;
      for (let k = b * columns; k < (b + 1) * columns; k++) along += gradient.values[k] * directions.values[k];
      for (let k = b * columns; k < (b + 1) * columns; k++) {
        across.values[k] = (gradient.values[k] - along * directions.values[k]) * inverse[b];
      }
    }
    return across;
  },
};

// Vectors as they are, for scores by dot product.
export const unchanged = {
  forward: (x) => [x, null],
  backward: (gradient) => gradient,
};
