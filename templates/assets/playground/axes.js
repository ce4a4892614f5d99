// The scales and axes of the curves: epochs across, values up.
import { svgElement } from "../shared/element.js";
import { formatFixed } from "../shared/format.js";
import { t } from "../shared/strings.js";

export const MARGIN = { top: 8, right: 46, bottom: 22, left: 40 }; // px
const PX_PER_TICK = { x: 70, y: 38 };

// The distance between about n round numbers from low to high: 1, 2 or 5 times a power of ten.
function niceStep(low, high, n) {
  const raw = (high - low) / Math.max(n, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw * 0.999);
}

// The multiples of a step from low to high.
function multiplesOf(step, low, high) {
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

export const niceTicks = (low, high, n) => multiplesOf(niceStep(low, high, n), low, high);

// What a chart of `height` shows of some values: their range, widened to half a step between ticks, so that it stays as it is
// while values change a little. Charts that begin at zero do so always.
export function niceRange(values, fromZero, height) {
  if (!values.length) return [0, 1];
  const [low, high] = [fromZero ? 0 : Math.min(...values), Math.max(...values)];
  const margin = high - low > 0 ? 0 : Math.abs(high) / 10 || 1;
  const unit = niceStep(low - margin, high + margin, height / PX_PER_TICK.y) / 2;
  const lowest = fromZero ? 0 : Math.floor((low - margin) / unit) * unit;
  return [lowest, Math.ceil((high + margin) / unit) * unit];
}

const digitsOf = (ticks) => Math.max(0, ...ticks.map((tick) => (String(tick).split(".")[1] ?? "").length));

// The elements of both axes; values have none while there are no curves.
export function* drawAxes({ toX, toY, low, high, right, bottom, nEpochs, isEmpty }) {
  const yTicks = isEmpty ? [] : niceTicks(low, high, (bottom - MARGIN.top) / PX_PER_TICK.y);
  const digits = digitsOf(yTicks);
  for (const tick of yTicks) {
    const y = toY(tick);
    yield svgElement("line", { class: "curve-grid", x1: MARGIN.left, x2: right, y1: y, y2: y });
    yield svgElement("text", { class: "curve-tick", x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, formatFixed(tick, digits));
  }
  if (isEmpty) {
    const middle = { x: (MARGIN.left + right) / 2, y: (MARGIN.top + bottom) / 2, "text-anchor": "middle" };
    yield svgElement("text", { class: "curve-tick", ...middle }, t("playground.curve.empty"));
  }
  yield svgElement("line", { class: "curve-axis", x1: MARGIN.left, x2: right, y1: bottom, y2: bottom });
  for (const tick of niceTicks(0, nEpochs, (right - MARGIN.left) / PX_PER_TICK.x).filter(Number.isInteger)) {
    yield svgElement("line", { class: "curve-axis", x1: toX(tick), x2: toX(tick), y1: bottom, y2: bottom + 4 });
    yield svgElement("text", { class: "curve-tick", x: toX(tick), y: bottom + 16, "text-anchor": "middle" }, formatFixed(tick, 0));
  }
  yield svgElement("text", { class: "curve-tick", x: right + 15, y: bottom + 16 }, t("playground.curve.axis"));
}
