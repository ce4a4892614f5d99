// The runs that are on screen to compare: what each was set to and measured so far, and the legend that says so.
import { arrange, button, element, svgElement } from "../shared/element.js";
import { formatFixed } from "../shared/format.js";
import { t } from "../shared/strings.js";
import { describeSetting } from "./knobs.js";
import { DEFAULTS, differingSettings, effectiveSettings, isSameExperiment } from "./settings.js";

const MAX_RUNS = 4;
const N_BINS = 240; // points of a loss curve: messages come up to 15 times a second, for as long as a run takes
export const MODELS = ["base", "deep"];
export const MODEL_NAMES = { base: t("playground.base"), deep: t("playground.deep") };

// A loss or nDCG as the page writes it, and what stands where there is none.
export const formatMeasure = (value, digits = 3) => (Number.isFinite(value) ? formatFixed(value, digits) : "–");

// A mean of the losses of both models over steps; `epoch` is that of the last of them.
const NO_LOSS = { epoch: 0, base: 0, deep: 0, nSteps: 0 };
function mergeLosses(a, b) {
  const nSteps = a.nSteps + b.nSteps;
  const mean = (model) => a[model] + (b.nSteps / nSteps) * (b[model] - a[model]);
  return { epoch: b.epoch, base: mean("base"), deep: mean("deep"), nSteps };
}

class Run {
  // `slot` numbers the line style: 0 to 3.
  constructor(number, slot, settings, log) {
    Object.assign(this, { number, slot, settings });
    const defaults = effectiveSettings(DEFAULTS, log);
    const changes = differingSettings(settings, defaults);
    this.title = changes.map((name) => describeSetting(name, settings[name])).join(" · ") || t("playground.runs.defaults");
    this.step = 0;
    this.bins = new Map(); // losses, by the part of the run
    this.losses = []; // the curve of them: means over the epoch before each point, as single batches differ a lot
    this.ndcgs = new Map(); // after each epoch, by its number; 0 before the first
  }

  add({ step, epoch, loss, ndcg }) {
    const nSteps = step - this.step;
    this.step = step;
    if (loss && nSteps > 0) this.addLoss({ epoch, ...loss, nSteps });
    if (ndcg) this.ndcgs.set(Math.round(epoch), { epoch, ...ndcg });
  }

  addLoss(loss) {
    const bin = Math.ceil((loss.epoch / this.settings.epochs) * N_BINS);
    if (this.bins.has(bin)) this.losses.pop();
    this.bins.set(bin, mergeLosses(this.bins.get(bin) ?? NO_LOSS, loss));
    const isRecent = ({ epoch }) => epoch > loss.epoch - 1 + 1e-9;
    this.losses.push([...this.bins.values()].filter(isRecent).reduce(mergeLosses, NO_LOSS));
  }

  // The points [epoch, value] of a curve: "loss" or "ndcg".
  points(measure, model) {
    const measured = measure === "loss" ? this.losses : [...this.ndcgs.values()];
    return measured.map((record) => [record.epoch, record[model]]).filter(([, value]) => Number.isFinite(value));
  }

  // The value at a whole epoch, null where there is none.
  at(measure, model, epoch) {
    const point = this.points(measure, model).findLast(([x]) => x <= epoch + 1e-9);
    return point && point[0] > epoch - 0.5 ? point[1] : null;
  }

  // The values of both models last measured, null where there are none.
  last(measure) {
    const measured = measure === "loss" ? this.losses : [...this.ndcgs.values()];
    return measured.at(-1) ?? null;
  }
}

// `onChange` is called when the visitor removes runs.
export function createRuns(box, onChange) {
  const list = element("ol", { class: "runs" });
  const clear = button({ class: "quiet" }, () => remove(() => true), t("playground.runs.clear"));
  const note = element("p", { class: "runs-note" });
  box.append(list, note, clear);
  let runs = [];
  let current = null; // the run that goes on: not in `runs` before its first step
  let nRuns = 0;
  const entries = new Map(); // of the legend, by run

  const remove = (isUnwanted) => {
    runs = runs.filter((run) => !isUnwanted(run));
    show();
    onChange();
  };

  const createEntry = (run) => {
    const line = svgElement("svg", { class: `run-line slot-${run.slot}`, "aria-hidden": "true" }, svgElement("path", { d: "M0 1.5H26" }));
    const title = element("span", { class: "run-title" }, element("b", {}, t("playground.runs.name", { number: run.number })), ` ${run.title}`);
    const ndcg = element("span", { class: "run-ndcg" });
    const label = t("playground.runs.remove", { number: run.number });
    const cross = button({ class: "run-remove", "aria-label": label, title: label }, () => remove((other) => other === run), "×");
    const entry = { row: element("li", {}, line, title, ndcg, cross), ndcg };
    entries.set(run, entry);
    return entry;
  };

  const show = () => {
    for (const run of [...entries.keys()]) if (!runs.includes(run)) entries.delete(run);
    const shown = runs.map((run) => entries.get(run) ?? createEntry(run));
    arrange(list, shown.map(({ row }) => row));
    runs.forEach((run, n) => {
      shown[n].row.toggleAttribute("data-current", run === current);
      const [base, deep] = MODELS.map((model) => formatMeasure(run.last("ndcg")?.[model]));
      const text = t("playground.runs.ndcg", { base, deep });
      if (shown[n].ndcg.textContent !== text) shown[n].ndcg.textContent = text;
    });
    clear.hidden = runs.length < 2;
    const losses = new Set(runs.map(({ settings: { loss, masked, logQ, temperature } }) => [loss, masked, logQ, temperature].join()));
    note.textContent = losses.size > 1 ? t("playground.runs.other_loss") : "";
    box.hidden = runs.length === 0;
  };

  const freeSlot = () => [...Array(MAX_RUNS).keys()].find((slot) => runs.every((run) => run.slot !== slot));

  // Show a run that has taken its first step: in place of one with the same settings, and of the oldest of too many.
  const append = () => {
    runs = runs.filter((run) => !isSameExperiment(run.settings, current.settings)).slice(1 - MAX_RUNS);
    current.slot = freeSlot();
    current.number = ++nRuns;
    runs.push(current);
  };

  show();
  return {
    // What is measured from now on belongs to another run.
    begin(settings, log) {
      current = new Run(0, 0, effectiveSettings(settings, log), log);
    },

    add(message) {
      current.add(message);
      if (message.step > 0 && !runs.includes(current) && message.loss) append();
      show();
    },

    clear() {
      nRuns = 0;
      remove(() => true);
    },

    list: () => runs,
    current: () => current,
  };
}
