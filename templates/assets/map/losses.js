// The loss curves below the replay: a small drawing with a mark at the epoch shown.
import { element, svgElement } from "../shared/element.js";
import { formatFixed } from "../shared/format.js";
import { t } from "../shared/strings.js";

const [WIDTH, HEIGHT] = [600, 100]; // of the drawing, which is stretched to its box
const CURVES = [[1, "train"], [2, "validation"]]; // column of a record, class

const labelled = (className, text) => element("span", { class: className }, text);

export function createLossChart(box) {
  let mark = null; // the line at the epoch shown
  let valueCells = []; // where the losses at that epoch are written, training before validation
  let records = []; // [epoch, training loss, validation loss or null]
  let toX = () => 0;

  const drawCurves = (low, high) => {
    const toY = (loss) => HEIGHT - (HEIGHT * (loss - low)) / (high - low || 1);
    const svg = svgElement("svg", {
      ...{ viewBox: `0 -4 ${WIDTH} ${HEIGHT + 8}`, preserveAspectRatio: "none", role: "img" },
      "aria-label": t("map.losses.label", { high: formatFixed(high, 2), low: formatFixed(low, 2) }),
    });
    for (const [column, name] of CURVES) {
      const known = records.filter((record) => (record[column] ?? null) !== null);
      const points = known.map((record) => `${toX(record[0]).toFixed(1)},${toY(record[column]).toFixed(1)}`);
      if (points.length) svg.append(svgElement("polyline", { points: points.join(" "), class: name }));
    }
    mark = svgElement("line", { y1: -4, y2: HEIGHT + 4, class: "mark" });
    svg.append(mark);
    return svg;
  };

  return {
    draw(newRecords) {
      records = newRecords;
      mark = null;
      if (!records.length) return box.replaceChildren();
      const losses = records.flatMap((record) => record.slice(1)).filter((loss) => loss !== null);
      const [low, high] = [Math.min(...losses), Math.max(...losses)];
      const [first, last] = [records[0][0], records.at(-1)[0]];
      toX = (epoch) => (WIDTH * (Math.min(Math.max(epoch, first), last) - first)) / Math.max(last - first, 1);
      const svg = drawCurves(low, high);
      const legend = element("p", { class: "losses-legend" }, labelled("train", `${t("map.losses.train")} `));
      if (svg.querySelector(".validation")) legend.append(labelled("validation", `${t("map.losses.validation")} `));
      valueCells = [...legend.children].map((label) => label.appendChild(element("b")));
      const scale = element("div", { class: "losses-scale" }, labelled("", formatFixed(high, 2)), labelled("", formatFixed(low, 2)));
      box.replaceChildren(legend, element("div", { class: "losses" }, scale, svg));
    },

    showEpoch(epoch) {
      if (!mark) return;
      const x = toX(epoch).toFixed(1);
      mark.setAttribute("x1", x);
      mark.setAttribute("x2", x);
      const record = records.findLast((earlier) => earlier[0] <= Math.round(epoch)) ?? records[0];
      valueCells.forEach((cell, n) => {
        const loss = record[n + 1] ?? null;
        cell.textContent = loss === null ? "–" : formatFixed(loss, 3);
      });
    },
  };
}
