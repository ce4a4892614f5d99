// Curves of the runs over epochs: a drawing with axes, and a readout of the values at one epoch, which a pointer or the
// arrow keys move.
import { element, svgElement } from "../shared/element.js";
import { t } from "../shared/strings.js";
import { drawAxes, MARGIN, niceRange } from "./axes.js";
import { formatMeasure, MODEL_NAMES, MODELS } from "./runs.js";

const LABEL_HEIGHT = 13; // px, of a label at the end of a curve

// Move labels apart that would overlap, from top to bottom, and keep them inside the plot.
function spreadLabels(labels, height) {
  labels.sort((a, b) => a.y - b.y);
  labels.forEach((label, n) => {
    if (n) label.y = Math.max(label.y, labels[n - 1].y + LABEL_HEIGHT);
  });
  for (let n = labels.length - 1, limit = height; n >= 0; n--, limit = labels[n + 1].y - LABEL_HEIGHT) {
    labels[n].y = Math.min(labels[n].y, limit);
  }
}

// `measure` is "loss" or "ndcg"; `onEpoch` is called with the epoch that the visitor points at, or null.
export function createCurves(box, { measure, label, fromZero }, onEpoch) {
  const [axes, lines] = [svgElement("g"), svgElement("g")];
  const svg = svgElement("svg", { "aria-hidden": "true" }, axes, lines);
  const readout = element("div", { class: "curve-readout", hidden: "" });
  const plot = element(
    "div",
    { class: "curve-plot", role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": 0 },
    svg,
    readout,
  );
  box.append(plot);
  let [runs, current, nEpochs] = [[], null, 1];
  let epoch = null; // of the readout
  let isWaiting = false; // for the next frame
  let [width, height] = [0, 0]; // as last observed: to ask for it would lay out the page once more in each frame
  let drawnAxes = ""; // what the axes that are drawn follow from
  let toX = () => 0;

  const draw = () => {
    isWaiting = false;
    const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
    if (right <= MARGIN.left || bottom <= MARGIN.top) return;
    const measured = runs.flatMap((run) => MODELS.map((model) => ({ run, model, points: run.points(measure, model) })));
    const drawn = measured.filter(({ points }) => points.length);
    const values = drawn.flatMap(({ points }) => points.map(([, value]) => value));
    const [low, high] = niceRange(values, fromZero, bottom - MARGIN.top);
    const isEmpty = !drawn.length;
    toX = (at) => MARGIN.left + ((right - MARGIN.left) * at) / nEpochs;
    const toY = (value) => bottom - ((bottom - MARGIN.top) * (value - low)) / (high - low);
    const key = [low, high, width, height, nEpochs, isEmpty].join(" ");
    if (key !== drawnAxes) {
      drawnAxes = key;
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      axes.replaceChildren(...drawAxes({ toX, toY, low, high, right, bottom, nEpochs, isEmpty }));
    }

    // The run that goes on is drawn last, over the others.
    const isCurrent = ({ run }) => run === current;
    const parts = [];
    for (const line of [...drawn.filter((other) => !isCurrent(other)), ...drawn.filter(isCurrent)]) {
      parts.push(...drawLine(line, toX, toY, isCurrent(line), measure === "ndcg"));
    }
    const labels = drawn.map(({ run, model, points }) => {
      const [x, value] = points.at(-1);
      return { text: nameOf(run, model), model, x: toX(x) + 5, y: toY(value) + 4 };
    });
    spreadLabels(labels, bottom);
    for (const { text, model, x, y } of labels) parts.push(svgElement("text", { class: `curve-label m-${model}`, x, y }, text));
    if (epoch !== null) parts.push(...drawReadout(drawn, toX, toY, bottom));
    lines.replaceChildren(...parts);
    describe();
  };

  // The line at the epoch of the readout, and a dot where it meets each curve.
  const drawReadout = (drawn, toX, toY, bottom) => {
    const rule = svgElement("line", { class: "curve-rule", x1: toX(epoch), x2: toX(epoch), y1: MARGIN.top, y2: bottom });
    const values = drawn.map(({ run, model }) => ({ model, value: run.at(measure, model, epoch) }));
    const known = values.filter(({ value }) => value !== null);
    return [rule, ...known.map(({ model, value }) => svgElement("circle", { class: `m-${model}`, cx: toX(epoch), cy: toY(value), r: 3.5 }))];
  };

  const nameOf = (run, model) => (runs.length > 1 ? `${MODEL_NAMES[model]} ${run.number}` : MODEL_NAMES[model]);
  const valueAt = (run, model) => formatMeasure(run.at(measure, model, epoch));

  // The readout, beside the line and for screen readers. Without one these hear nothing of how the curves grow.
  const describe = () => {
    readout.hidden = epoch === null || !runs.length;
    plot.setAttribute("aria-valuemax", nEpochs);
    plot.setAttribute("aria-valuenow", epoch ?? nEpochs);
    if (readout.hidden) {
      plot.setAttribute("aria-valuetext", t("playground.curve.hint"));
      return;
    }
    const title = t("playground.curve.epoch", { epoch });
    const values = runs.flatMap((run) =>
      MODELS.map((model) => t("playground.curve.measured", { name: nameOf(run, model), shown: valueAt(run, model) })),
    );
    plot.setAttribute("aria-valuetext", [title, ...values].join(", "));
    const rows = runs.flatMap((run) => [
      element("span", {}, runs.length > 1 ? t("playground.runs.name", { number: run.number }) : ""),
      ...MODELS.map((model) => element("b", { class: `m-${model}` }, valueAt(run, model))),
    ]);
    const heads = MODELS.map((model) => element("span", {}, MODEL_NAMES[model]));
    readout.replaceChildren(element("span", {}, title), ...heads, ...rows);
    const isRight = toX(epoch) > width / 2;
    readout.style.left = isRight ? "" : `${toX(epoch) + 10}px`;
    readout.style.right = isRight ? `${width - toX(epoch) + 10}px` : "";
  };

  const schedule = () => {
    if (!isWaiting) requestAnimationFrame(draw);
    isWaiting = true;
  };

  const point = (clientX) => {
    const { left } = plot.getBoundingClientRect();
    const share = (clientX - left - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    onEpoch(Math.min(Math.max(Math.round(share * nEpochs), 0), nEpochs));
  };
  const MOVES = {
    ...{ ArrowLeft: (at) => at - 1, ArrowDown: (at) => at - 1, ArrowRight: (at) => at + 1, ArrowUp: (at) => at + 1 },
    ...{ Home: () => 0, End: () => nEpochs },
  };
  plot.addEventListener("pointermove", ({ clientX }) => point(clientX));
  plot.addEventListener("pointerdown", ({ clientX }) => point(clientX));
  plot.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType !== "touch") onEpoch(null); // a tap stays until the next one elsewhere
  });
  plot.addEventListener("blur", () => onEpoch(null));
  plot.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return onEpoch(null);
    if (!Object.hasOwn(MOVES, event.key)) return;
    event.preventDefault();
    onEpoch(Math.min(Math.max(MOVES[event.key](epoch ?? nEpochs), 0), nEpochs));
  });
  new ResizeObserver(([{ contentRect }]) => {
    ({ width, height } = contentRect);
    schedule();
  }).observe(plot);

  return {
    show(newRuns, newCurrent, newEpochs) {
      [runs, current, nEpochs] = [newRuns, newCurrent, newEpochs];
      schedule();
    },
    showEpoch(newEpoch) {
      epoch = newEpoch;
      schedule();
    },
  };
}

function* drawLine({ run, model, points }, toX, toY, isCurrent, hasDots) {
  const path = points.map(([x, value], n) => `${n ? "L" : "M"}${toX(x).toFixed(1)} ${toY(value).toFixed(1)}`).join("");
  const className = `curve m-${model} slot-${run.slot}${isCurrent ? " is-current" : ""}`;
  yield svgElement("path", { class: className, d: path });
  if (!hasDots) return;
  const [bestX, best] = points.reduce((a, b) => (b[1] > a[1] ? b : a));
  yield svgElement("circle", { class: `curve-best m-${model}`, cx: toX(bestX), cy: toY(best), r: isCurrent ? 4 : 3 });
}
