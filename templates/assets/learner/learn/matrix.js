// Matrices of doubles, row by row, and the three products that towers need. Each product is a generator: it yields
// after about a millisecond of work, so that whoever drives it can let the browser draw and answer. In the innermost
// loops numbers are declared one by one: `const [a, b] = [c, d]` may make an array there, each time.

export class Matrix {
  constructor(rows, columns, values = new Float64Array(rows * columns)) {
    Object.assign(this, { rows, columns, values });
  }
}

const BLOCK = 50_000; // multiply-adds between two yields

// Call work(start, end) for consecutive ranges of n rows, each of `cost` multiply-adds, and yield between them.
export function* inBlocks(n, cost, work) {
  const size = Math.max(1, Math.floor(BLOCK / Math.max(cost, 1)));
  for (let start = 0; start < n; start += size) {
    if (start) yield;
    work(start, Math.min(start + size, n));
  }
}

// What a generator returns, run to its end at once.
export function finish(generator) {
  let step = generator.next();
  while (!step.done) step = generator.next();
  return step.value;
}

// a (n, d) times b (m, d) transposed: (n, m), the dot product of each row of a with each row of b.
export function* multiplyTransposed(a, b) {
  const n = a.rows;
  const d = a.columns;
  const m = b.rows;
  const out = new Matrix(n, m);
  const x = a.values;
  const y = b.values;
  const z = out.values;
  yield* inBlocks(Math.ceil(n / 2), 2 * m * d, (start, end) => {
    for (let half = start; half < end; half++) {
      // Two rows of a and four of b at a time: six numbers are read for eight products. An odd last row is done twice.
      const i = 2 * half;
      const i1 = Math.min(2 * half + 1, n - 1);
      const row = i * d;
      const row1 = i1 * d;
      let j = 0;
      for (; j + 4 <= m; j += 4) {
        let s0 = 0;
        let s1 = 0;
        let s2 = 0;
        let s3 = 0;
        let t0 = 0;
        let t1 = 0;
        let t2 = 0;
        let t3 = 0;
        const j0 = j * d;
        const j1 = (j + 1) * d;
        const j2 = (j + 2) * d;
        const j3 = (j + 3) * d;
        for (let k = 0; k < d; k++) {
          const v = x[row + k];
          const w = x[row1 + k];
          const y0 = y[j0 + k];
          const y1 = y[j1 + k];
          const y2 = y[j2 + k];
          const y3 = y[j3 + k];
          s0 += v * y0;
          s1 += v * y1;
          s2 += v * y2;
          s3 += v * y3;
          t0 += w * y0;
          t1 += w * y1;
          t2 += w * y2;
          t3 += w * y3;
        }
        const upper = i * m + j;
        const lower = i1 * m + j;
        z[upper] = s0;
        z[upper + 1] = s1;
        z[upper + 2] = s2;
        z[upper + 3] = s3;
        z[lower] = t0;
        z[lower + 1] = t1;
        z[lower + 2] = t2;
        z[lower + 3] = t3;
      }
      for (; j < m; j++) {
        let s = 0;
        let t = 0;
        for (let k = 0; k < d; k++) {
          s += x[row + k] * y[j * d + k];
          t += x[row1 + k] * y[j * d + k];
        }
        z[i * m + j] = s;
        z[i1 * m + j] = t;
      }
    }
  });
  return out;
}

// Two rows of a product, p and q: p[k] += sum over j of x[first + j stride] y[j d + k], and q likewise from `second`.
// Four rows of y (m, d) at a time.
function addRows(p, q, x, first, second, stride, y, m, d) {
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const a = first + j * stride;
    const b = second + j * stride;
    const p0 = x[a];
    const p1 = x[a + stride];
    const p2 = x[a + 2 * stride];
    const p3 = x[a + 3 * stride];
    const q0 = x[b];
    const q1 = x[b + stride];
    const q2 = x[b + 2 * stride];
    const q3 = x[b + 3 * stride];
    const j0 = j * d;
    const j1 = (j + 1) * d;
    const j2 = (j + 2) * d;
    const j3 = (j + 3) * d;
    for (let k = 0; k < d; k++) {
      const y0 = y[j0 + k];
      const y1 = y[j1 + k];
      const y2 = y[j2 + k];
      const y3 = y[j3 + k];
      p[k] += p0 * y0 + p1 * y1 + p2 * y2 + p3 * y3;
      q[k] += q0 * y0 + q1 * y1 + q2 * y2 + q3 * y3;
    }
  }
  for (; j < m; j++) {
    const p0 = x[first + j * stride];
    const q0 = x[second + j * stride];
    for (let k = 0; k < d; k++) {
      p[k] += p0 * y[j * d + k];
      q[k] += q0 * y[j * d + k];
    }
  }
}

// The n rows of a product, added to `out`: number i is made of y (m, d) and x[i next + j stride] for j = 0 to m - 1.
function* addProduct(out, n, x, next, stride, y, m, d) {
  yield* inBlocks(Math.ceil(n / 2), 2 * m * d, (start, end) => {
    for (let half = start; half < end; half++) {
      const [i, isLast] = [2 * half, 2 * half + 1 === n];
      const p = out.subarray(i * d, (i + 1) * d);
      const q = isLast ? new Float64Array(d) : out.subarray((i + 1) * d, (i + 2) * d); // dropped after an odd last row
      addRows(p, q, x, i * next, isLast ? i * next : (i + 1) * next, stride, y, m, d);
    }
  });
}

// a (n, m) times b (m, d): (n, d), added to `out` where there is one.
export function* multiply(a, b, out = new Matrix(a.rows, b.columns)) {
  yield* addProduct(out.values, a.rows, a.values, a.columns, 1, b.values, b.rows, b.columns);
  return out;
}

// a (m, n) transposed times b (m, d): (n, d), added to `out` where there is one.
export function* transposedMultiply(a, b, out = new Matrix(a.columns, b.columns)) {
  yield* addProduct(out.values, a.columns, a.values, 1, a.columns, b.values, b.rows, b.columns);
  return out;
}

// The sum of each column: (columns,), added to `out`.
export function addColumnSums(a, out) {
  for (let i = 0, k = 0; i < a.rows; i++) for (let j = 0; j < a.columns; j++, k++) out[j] += a.values[k];
}

// Two matrices of as many rows next to each other.
export function sideBySide(a, b) {
  const out = new Matrix(a.rows, a.columns + b.columns);
  for (let i = 0; i < a.rows; i++) {
    out.values.set(a.values.subarray(i * a.columns, (i + 1) * a.columns), i * out.columns);
    out.values.set(b.values.subarray(i * b.columns, (i + 1) * b.columns), i * out.columns + a.columns);
  }
  return out;
}

// a plus the first columns of b, as many as a has; in the memory of a.
export function addFirstColumns(a, b) {
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) a.values[i * a.columns + j] += b.values[i * b.columns + j];
  }
  return a;
}

export function rowsOf(a, ids) {
  const out = new Matrix(ids.length, a.columns);
  ids.forEach((id, n) => {
    out.values.set(a.values.subarray(id * a.columns, (id + 1) * a.columns), n * a.columns);
  });
  return out;
}

export function dot(a, i, b, j) {
  let sum = 0;
  for (let k = 0; k < a.columns; k++) sum += a.values[i * a.columns + k] * b.values[j * b.columns + k];
  return sum;
}
