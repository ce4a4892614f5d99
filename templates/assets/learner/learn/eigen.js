// The leading eigenvectors of a symmetric matrix that is only known by its products.
import { Matrix, multiply, transposedMultiply } from "./matrix.js";

const MAX_SWEEPS = 30;
const PRECISION = 1e-14; // of what is left off the diagonal, relative to the diagonal

// Make the columns of a matrix orthonormal, one after the other (Gram and Schmidt), twice for the sake of rounding; a
// column that is a combination of others becomes zero.
export function* orthonormalise(matrix) {
  const { rows, columns, values } = matrix;
  for (let j = 0; j < columns; j++) {
    let before = 0;
    for (let i = 0; i < rows; i++) before += values[i * columns + j] ** 2;
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let product = 0;
        for (let i = 0; i < rows; i++) product += values[i * columns + j] * values[i * columns + k];
        for (let i = 0; i < rows; i++) values[i * columns + j] -= product * values[i * columns + k];
      }
    }
    let square = 0;
    for (let i = 0; i < rows; i++) square += values[i * columns + j] ** 2;
    const scale = square > 1e-20 * before ? 1 / Math.sqrt(square) : 0;
    for (let i = 0; i < rows; i++) values[i * columns + j] *= scale;
    yield;
  }
  return matrix;
}

// Eigenvalues, largest first, and eigenvectors as columns of a small symmetric matrix, by Jacobi's rotations: each
// makes one number off the diagonal zero, and after a few sweeps over all of them all are.
export function* symmetricEigen(matrix) {
  const n = matrix.rows;
  const [a, v] = [matrix.values.slice(), new Float64Array(n * n)];
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let [off, diagonal] = [0, 0];
    for (let i = 0; i < n; i++) {
      diagonal += a[i * n + i] ** 2;
      for (let j = 0; j < i; j++) off += a[i * n + j] ** 2;
    }
    if (off <= PRECISION ** 2 * diagonal) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p * n + q] === 0) continue;
        const theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) rotate(a, k * n + p, k * n + q, c, s);
        for (let k = 0; k < n; k++) rotate(a, p * n + k, q * n + k, c, s);
        for (let k = 0; k < n; k++) rotate(v, k * n + p, k * n + q, c, s);
      }
      yield;
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Matrix(n, n);
  order.forEach((from, to) => {
    for (let k = 0; k < n; k++) vectors.values[k * n + to] = v[k * n + from];
  });
  return { values: order.map((i) => a[i * n + i]), vectors };
}

function rotate(a, p, q, c, s) {
  const [x, y] = [a[p], a[q]];
  a[p] = c * x - s * y;
  a[q] = s * x + c * y;
}

// {values, vectors}: the eigenvalues of largest size and their vectors as columns, as many as `basis` (n, m) has
// columns, which is where the search begins (subspace iteration). `product` is a generator that returns the matrix
// times a block (n, m).
export function* leadingEigenvectors(product, basis, nIterations) {
  let block = yield* orthonormalise(basis);
  for (let iteration = 0; iteration < nIterations; iteration++) block = yield* orthonormalise(yield* product(block));
  const projected = yield* transposedMultiply(block, yield* product(block)); // (m, m)
  const { values, vectors } = yield* symmetricEigen(projected); // Rayleigh and Ritz
  return { values, vectors: yield* multiply(block, vectors) };
}

export function leadingColumns(matrix, n) {
  const out = new Matrix(matrix.rows, n);
  for (let i = 0; i < matrix.rows; i++) {
    for (let j = 0; j < Math.min(n, matrix.columns); j++) out.values[i * n + j] = matrix.values[i * matrix.columns + j];
  }
  return out;
}
