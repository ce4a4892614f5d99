// The numbers behind the curves as a table: one row an epoch, for each run and tower its loss and nDCG.
import { element } from "../shared/element.js";
import { t } from "../shared/strings.js";
import { formatMeasure, MODEL_NAMES, MODELS } from "./runs.js";

const CURVE_MEASURES = ["loss", "ndcg"];
const MEASURE_NAMES = { loss: t("playground.loss"), ndcg: t("playground.ndcg") };

export function createNumbers(box) {
  const table = element("table");
  const label = t("playground.numbers");
  const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, table);
  const details = element("details", { class: "numbers" }, element("summary", {}, label), scroll);
  box.append(details);
  let runs = [];

  const write = () => {
    const columns = runs.flatMap((run) => CURVE_MEASURES.flatMap((measure) => MODELS.map((model) => ({ run, measure, model }))));
    const head = columns.map(({ run, measure, model }) => {
      const name = t("playground.numbers_column", { number: run.number, model: MODEL_NAMES[model], measure: MEASURE_NAMES[measure] });
      return element("th", { scope: "col", class: "num" }, name);
    });
    const last = Math.max(0, ...runs.flatMap((run) => [...run.ndcgs.keys()]));
    const rows = Array.from({ length: runs.length ? last + 1 : 0 }, (_, epoch) => {
      const cells = columns.map(({ run, measure, model }) => {
        return element("td", { class: "num" }, formatMeasure(run.at(measure, model, epoch), 4));
      });
      return element("tr", {}, element("th", { scope: "row", class: "num" }, String(epoch)), ...cells);
    });
    const corner = element("th", { scope: "col", class: "num" }, t("playground.curve.axis"));
    table.replaceChildren(element("thead", {}, element("tr", {}, corner, ...head)), element("tbody", {}, ...rows));
  };

  details.addEventListener("toggle", () => details.open && write());
  addEventListener("beforeprint", write); // paper shows what is folded
  return {
    // To be called when a number of a whole epoch has changed.
    show(newRuns) {
      runs = newRuns;
      details.hidden = !runs.length;
      if (details.open) write();
    },
  };
}
