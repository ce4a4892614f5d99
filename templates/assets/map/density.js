// Where points lie dense: contours of a kernel density estimate, as patches that a plot can fill.

const N_CELLS = 72; // of the grid, along each axis
const N_MARGIN = 6; // empty cells at each end, so that all contours are closed
const BLUR_RADIUS = 2; // cells; three passes of a box blur are nearly a Gaussian
const N_PASSES = 3;
const SHARES_OUTSIDE = [0.1, 0.4, 0.7]; // of the points, by contour, the outermost first
const MIN_POINTS = 60; // fewer are seen one by one

// The corners of a cell in turn, as [dx, dy]; its edge k leads from corner k to the next.
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

function blur(grid) {
  const blurred = new Float64Array(grid.length);
  const width = 2 * BLUR_RADIUS + 1;
  for (let i = 0; i < N_CELLS; i++) {
    for (let j = 0; j < N_CELLS; j++) {
      for (let k = Math.max(j - BLUR_RADIUS, 0); k <= Math.min(j + BLUR_RADIUS, N_CELLS - 1); k++) {
        blurred[j * N_CELLS + i] += grid[i * N_CELLS + k] / width; // turned over: two passes do rows and columns
      }
    }
  }
  return blurred;
}

// Loops of points [x, y] in cells, around all parts of the grid that are above the level: marching squares (Lorensen and
// Cline 1987), with the higher side on the left, so that a hole runs the other way round than what it is in.
function contours(grid, level) {
  const value = (x, y) => grid[y * N_CELLS + x];
  const nextByStart = new Map(); // by the edge where a piece begins: the edge where it ends, and the point there
  // Edges of neighbouring cells are the same: named by their lower end and direction.
  const edge = (x, y, k) => {
    const [[ax, ay], [bx, by]] = [CORNERS[k], CORNERS[(k + 1) % 4]];
    const [x0, y0, x1, y1] = [x + Math.min(ax, bx), y + Math.min(ay, by), x + Math.max(ax, bx), y + Math.max(ay, by)];
    const [low, high] = [value(x0, y0), value(x1, y1)];
    const share = (level - low) / (high - low);
    return { name: `${x0} ${y0} ${x1 - x0}`, point: [x0 + share * (x1 - x0), y0 + share * (y1 - y0)] };
  };
  for (let y = 0; y + 1 < N_CELLS; y++) {
    for (let x = 0; x + 1 < N_CELLS; x++) {
      const isAbove = CORNERS.map(([dx, dy]) => value(x + dx, y + dy) > level);
      const entered = CORNERS.flatMap((_, k) => (!isAbove[k] && isAbove[(k + 1) % 4] ? [k] : []));
      for (const k of entered) {
        // Along what is above, to where it ends: of two opposite corners each has a piece of its own.
        let last = (k + 1) % 4;
        while (isAbove[(last + 1) % 4]) last = (last + 1) % 4;
        nextByStart.set(edge(x, y, last).name, edge(x, y, k));
      }
    }
  }
  const loops = [];
  while (nextByStart.size) {
    const loop = [];
    let [name] = nextByStart.keys();
    while (nextByStart.has(name)) {
      const next = nextByStart.get(name);
      nextByStart.delete(name);
      loop.push(next.point);
      name = next.name;
    }
    loops.push(loop);
  }
  return loops;
}

// Contours of the density of points, which are [all x, all y] and those of `rows` alone count: { xs, ys }, lists of numbers,
// by contour, the outermost first. Each is one path, in which NaN parts the loops.
export function densityContours([x, y], rows) {
  if (rows.length < MIN_POINTS) return { xs: [], ys: [] };
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const row of rows) {
    [x0, x1] = [Math.min(x0, x[row]), Math.max(x1, x[row])];
    [y0, y1] = [Math.min(y0, y[row]), Math.max(y1, y[row])];
  }
  const unit = Math.max(x1 - x0, y1 - y0, 1e-9) / (N_CELLS - 1 - 2 * N_MARGIN); // of a cell
  const [left, low] = [(x0 + x1 - unit * (N_CELLS - 1)) / 2, (y0 + y1 - unit * (N_CELLS - 1)) / 2];
  const cells = rows.map((row) => [Math.round((x[row] - left) / unit), Math.round((y[row] - low) / unit)]);
  let grid = new Float64Array(N_CELLS ** 2);
  for (const [column, line] of cells) grid[line * N_CELLS + column] += 1;
  for (let pass = 0; pass < 2 * N_PASSES; pass++) grid = blur(grid);
  const atPoints = cells.map(([column, line]) => grid[line * N_CELLS + column]).sort((a, b) => a - b);
  const paths = SHARES_OUTSIDE.map((share) => {
    const loops = contours(grid, atPoints[Math.floor(share * atPoints.length)]);
    return loops.flatMap((loop, n) => (n ? [[NaN, NaN], ...loop] : loop));
  });
  return {
    xs: paths.map((path) => path.map(([column]) => left + column * unit)),
    ys: paths.map((path) => path.map(([, line]) => low + line * unit)),
  };
}
