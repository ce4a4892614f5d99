// Where items lie on the map: their vectors along the two directions in which these differ most (principal components).
import { leadingEigenvectors } from "./eigen.js";
import { Matrix, multiply, transposedMultiply } from "./matrix.js";

const N_AXES = 2;
const SPARE = 2; // further directions that the search keeps, so that the first two are found fast
const ITERATIONS_PER_LOOK = 4;

// Axes that follow the vectors while they move: each look begins where the last one ended, and no axis turns round.
export function createComponents(dim, random) {
  const width = Math.min(N_AXES + SPARE, dim);
  let axes = new Matrix(dim, width, Float64Array.from({ length: dim * width }, random.normal));
  let last = null;

  // {points: Float32Array of x and y of each item in turn, explained: [share, share] of the variance}.
  return function* project(items) {
    const mean = new Float64Array(dim);
    items.values.forEach((value, n) => {
      mean[n % dim] += value / items.rows;
    });
    const centred = new Matrix(items.rows, dim, items.values.map((value, n) => value - mean[n % dim]));
    const covariance = yield* transposedMultiply(centred, centred);
    const leading = yield* leadingEigenvectors((block) => multiply(covariance, block), axes, ITERATIONS_PER_LOOK);
    axes = leading.vectors;
    if (last) keepDirections(axes, last);
    last = new Matrix(dim, width, axes.values.slice());
    let variance = 0;
    for (let k = 0; k < dim; k++) variance += covariance.values[k * dim + k];
    const points = new Float32Array(N_AXES * items.rows);
    for (let i = 0; i < items.rows; i++) {
      for (let axis = 0; axis < N_AXES; axis++) {
        let sum = 0;
        for (let k = 0; k < dim; k++) sum += centred.values[i * dim + k] * axes.values[k * width + axis];
        points[N_AXES * i + axis] = sum;
      }
    }
    return { points, explained: [0, 1].map((axis) => (variance > 0 ? leading.values[axis] / variance : 0)) };
  };
}

// Reverse the axes that point away from their last direction.
function keepDirections(axes, last) {
  for (let axis = 0; axis < axes.columns; axis++) {
    let product = 0;
    for (let k = axis; k < axes.values.length; k += axes.columns) product += axes.values[k] * last.values[k];
    if (product < 0) for (let k = axis; k < axes.values.length; k += axes.columns) axes.values[k] *= -1;
  }
}

// The first two numbers of each vector, for vectors that have no more.
export function firstTwo(items) {
  const points = new Float32Array(N_AXES * items.rows);
  for (let i = 0; i < items.rows; i++) {
    for (let axis = 0; axis < N_AXES; axis++) points[N_AXES * i + axis] = items.values[i * items.columns + axis];
  }
  return points;
}
