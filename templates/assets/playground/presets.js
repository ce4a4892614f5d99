// Experiments that tell a story, each with what to watch.
import { button, element } from "../shared/element.js";
import { t } from "../shared/strings.js";
import { DEFAULTS, isSameExperiment } from "./settings.js";

export const PRESETS = [
  { changes: {}, name: t("playground.preset.default"), watch: t("playground.preset.default_watch") },
  { changes: { l2: 0, epochs: 60 }, name: t("playground.preset.overfit"), watch: t("playground.preset.overfit_watch") },
  { changes: { logQ: false }, name: t("playground.preset.no_logq"), watch: t("playground.preset.no_logq_watch") },
  { changes: { dim: 2 }, name: t("playground.preset.plane"), watch: t("playground.preset.plane_watch") },
  { changes: { closedForm: true }, name: t("playground.preset.start"), watch: t("playground.preset.start_watch") },
];

// `onChoose` is called with the settings of the preset that the visitor chooses.
export function createPresets(box, onChoose) {
  const chips = PRESETS.map(({ changes, name }) =>
    button({ class: "playground-chip", "aria-pressed": "false" }, () => onChoose({ ...DEFAULTS, ...changes }), name),
  );
  const advice = element("p", { class: "playground-advice" });
  box.append(element("div", { role: "group", "aria-label": t("playground.preset.label") }, ...chips), advice);

  return {
    show(settings) {
      const chosen = PRESETS.findIndex(({ changes }) => isSameExperiment(settings, { ...DEFAULTS, ...changes }));
      chips.forEach((chip, n) => {
        chip.setAttribute("aria-pressed", String(n === chosen));
      });
      advice.textContent = chosen < 0 ? t("playground.preset.own") : PRESETS[chosen].watch;
    },
  };
}
