// Points on their way from where they are to where they shall be. A frame is { points, extent }: x and y of each item,
// and [x0, y0, x1, y1], what the view has to show.

const [SHORTEST_MS, LONGEST_MS] = [60, 320]; // of the way to the next message while a model learns
const GLIDE_MS = 500; // of the way to another model, or to the beginning
const FRAME_MS = 30; // at least, from one frame to the next: learning is to have most of the time
const OUTLIERS = 0.004; // share of the items on each side that the view need not show

function shownRange(points, axis) {
  const values = Float32Array.from({ length: points.length / 2 }, (_, item) => points[2 * item + axis]).sort();
  const skipped = Math.floor(OUTLIERS * values.length);
  const [low, high] = [values[skipped] ?? -1, values[values.length - 1 - skipped] ?? 1];
  return high > low ? [low, high] : [low - 1, low + 1];
}

export function extentOfPoints(points) {
  const [[x0, x1], [y0, y1]] = [shownRange(points, 0), shownRange(points, 1)];
  return [x0, y0, x1, y1];
}

const between = (from, to, share) => from.map((value, n) => value + (to[n] - value) * share);
const slowAtBothEnds = (share) => share * share * (3 - 2 * share);

// `paint(frame)` is called some thirty times a second while something moves. `isStill()`: nothing may move, by the wish
// of the visitor; then the points jump.
export function createMotion(paint, isStill) {
  let now = null; // the frame on the screen
  let [from, to] = [null, null];
  let [start, duration, lastArrival] = [0, 0, 0];
  let isGlide = false;
  let lastFrame = 0;
  let animation = 0;

  const step = (time) => {
    animation = 0;
    if (time - lastFrame < FRAME_MS) {
      animation = requestAnimationFrame(step);
      return;
    }
    lastFrame = time;
    const share = Math.min(Math.max((time - start) / duration, 0), 1);
    const eased = isGlide ? slowAtBothEnds(share) : share;
    const part = (name) => between(from[name], to[name], eased);
    now = share < 1 ? { points: part("points"), extent: part("extent") } : to;
    paint(now);
    if (share < 1) animation = requestAnimationFrame(step);
  };

  return {
    // `isLearning`: more will follow soon, so go there at an even speed.
    moveTo(points, isLearning) {
      to = { points, extent: extentOfPoints(points) };
      const time = performance.now();
      if (!now || now.points.length !== points.length || isStill()) {
        cancelAnimationFrame(animation);
        animation = 0;
        now = to;
        paint(now);
      } else {
        from = now;
        start = time;
        isGlide = !isLearning;
        duration = isGlide ? GLIDE_MS : Math.min(Math.max(time - lastArrival, SHORTEST_MS), LONGEST_MS);
        animation ||= requestAnimationFrame(step);
      }
      lastArrival = time;
    },
    repaint() {
      if (now && !animation) paint(now);
    },
  };
}
