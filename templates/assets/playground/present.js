// Where the experiment is: loss and nDCG of both towers, the epoch, the speed; and what is announced to screen readers, when
// learning pauses or ends.
import { element } from "../shared/element.js";
import { formatCount, formatFixed, formatPercent } from "../shared/format.js";
import { t } from "../shared/strings.js";
import { formatMeasure, MODEL_NAMES, MODELS } from "./runs.js";

const PROBLEMS = {
  diverged: ({ model }) => t("playground.problem.diverged", { model: MODEL_NAMES[model] ?? "" }),
  empty: () => t("playground.problem.empty"),
  noHeldOut: () => t("playground.problem.no_held_out"),
};

// `box` has places for the clock, the facts about the data and a problem; `status` is the live region.
export function createPresent({ clock, facts, problem, status, loss, ndcg }) {
  const epochText = element("b");
  const details = element("span");
  clock.append(epochText, details);
  const boxes = { loss, ndcg };
  let shown = { loss: null, ndcg: null }; // { base, deep } of each
  let state = "paused";
  let ready = null;
  let nEpochs = 0;

  const textOf = (measure) =>
    MODELS.map((model) => `${MODEL_NAMES[model]} ${formatMeasure(shown[measure]?.[model])}`);

  const showMeasure = (measure) => {
    const [base, deep] = textOf(measure).map((text, n) => element("span", { class: `m-${MODELS[n]}` }, text));
    boxes[measure].replaceChildren(base, " · ", deep);
  };

  const announce = (message) => {
    const values = { loss: textOf("loss").join(" · "), ndcg: textOf("ndcg").join(" · "), epoch: formatFixed(message.epoch, 1) };
    status.textContent = message.state === "finished" ? t("playground.status.finished", values) : t("playground.status.paused", values);
  };

  return {
    begin(settings) {
      shown = { loss: null, ndcg: null };
      nEpochs = settings.epochs;
      state = "paused";
      problem.hidden = true;
      status.textContent = "";
      for (const measure of Object.keys(boxes)) showMeasure(measure);
    },

    ready(message) {
      ready = message.facts;
      const { nTrain, nHeldOut, nEvaluated, parameters } = ready;
      const [base, deep] = [parameters.base, parameters.deep].map(formatCount);
      facts.textContent = t("playground.facts", { train: nTrain, heldOut: nHeldOut, n: nEvaluated, base, deep });
    },

    // `run` holds what has been measured so far.
    progress(message, run) {
      shown = { loss: run.last("loss"), ndcg: run.last("ndcg") };
      for (const measure of Object.keys(boxes)) showMeasure(measure);
      epochText.textContent = t("playground.clock.epoch", { epoch: formatFixed(message.epoch, 1), epochs: nEpochs });
      const steps = message.seconds > 0 ? message.step / message.seconds : 0;
      const speed = { steps: Math.round(steps), n: Math.round(message.ratingsPerSecond) };
      const step = t("playground.clock.step", { step: message.step, steps: ready?.nSteps ?? 0 });
      details.textContent = message.step ? `${step} · ${t("playground.clock.speed", speed)}` : step;
      if (state === "learning" && message.state !== "learning") announce(message);
      state = message.state;
    },

    starting({ share }) {
      epochText.textContent = t("playground.clock.starting", { share: formatPercent(share) });
      details.textContent = "";
    },

    problem(message) {
      problem.textContent = (PROBLEMS[message.code] ?? (() => t("playground.problem.other")))(message);
      problem.hidden = false;
    },
  };
}
