// The knobs: a control for each setting, with a sentence on what it does, in groups that fold.
import { element } from "../shared/element.js";
import { formatFixed, formatPercent } from "../shared/format.js";
import { t } from "../shared/strings.js";
import { CHOICES, DEFAULTS, idleSettings } from "./settings.js";

const WIDE = "(min-width: 64rem)"; // as in playground.css

const knob = (name, label, about, kind = "slider") => ({ name, label, about, kind });

const GROUPS = [
  {
    title: t("playground.group.towers"),
    knobs: [
      knob("dim", t("playground.knob.dim"), t("playground.about.dim")),
      knob("similarity", t("playground.knob.similarity"), t("playground.about.similarity"), "menu"),
      knob("mlp", t("playground.knob.mlp"), t("playground.about.mlp"), "box"),
      knob("genres", t("playground.knob.genres"), t("playground.about.genres"), "box"),
    ],
  },
  {
    title: t("playground.group.start"),
    knobs: [
      knob("initialScale", t("playground.knob.initial_scale"), t("playground.about.initial_scale")),
      knob("closedForm", t("playground.knob.closed_form"), t("playground.about.closed_form"), "box"),
      knob("distillation", t("playground.knob.distillation"), t("playground.about.distillation")),
    ],
  },
  {
    title: t("playground.group.loss"),
    knobs: [
      knob("loss", t("playground.knob.loss"), t("playground.about.loss"), "menu"),
      knob("logQ", t("playground.knob.logq"), t("playground.about.logq"), "box"),
      knob("masked", t("playground.knob.masked"), t("playground.about.masked"), "box"),
      knob("temperature", t("playground.knob.temperature"), t("playground.about.temperature")),
      knob("l2", t("playground.knob.l2"), t("playground.about.l2")),
    ],
  },
  {
    title: t("playground.group.optimiser"),
    knobs: [
      knob("optimiser", t("playground.knob.optimiser"), t("playground.about.optimiser"), "menu"),
      knob("learningRate", t("playground.knob.learning_rate"), t("playground.about.learning_rate")),
      knob("batchSize", t("playground.knob.batch_size"), t("playground.about.batch_size")),
      knob("epochs", t("playground.knob.epochs"), t("playground.about.epochs")),
    ],
  },
  {
    title: t("playground.group.data"),
    knobs: [
      knob("holdout", t("playground.knob.holdout"), t("playground.about.holdout")),
      knob("seed", t("playground.knob.seed"), t("playground.about.seed"), "number"),
    ],
  },
];
const KNOBS = new Map(GROUPS.flatMap(({ knobs }) => knobs.map((entry) => [entry.name, entry])));

const CHOICE_NAMES = {
  ...{ adam: t("playground.choice.adam"), sgd: t("playground.choice.sgd") },
  ...{ dot: t("playground.choice.dot"), cosine: t("playground.choice.cosine") },
  ...{ softmax: t("playground.choice.softmax"), sampled: t("playground.choice.sampled"), bpr: t("playground.choice.bpr") },
};
const REASONS = {
  ...{ drawn: t("playground.idle.drawn"), masked: t("playground.idle.masked"), genres: t("playground.idle.genres") },
  ...{ noStart: t("playground.idle.no_start"), start: t("playground.idle.start"), items: t("playground.idle.items") },
  ...{ length: t("playground.idle.length"), scale: t("playground.idle.scale") },
};

// The value of a setting as people write it.
export function formatSetting(name, value) {
  if (typeof value === "boolean") return value ? t("playground.on") : t("playground.off");
  if (typeof value === "string") return CHOICE_NAMES[value];
  if (name === "holdout") return formatPercent(value);
  return Number.isInteger(value) ? String(value) : formatFixed(value, String(value).split(".")[1].length);
}

// A setting and its value in a few words: "masked off".
export const describeSetting = (name, value) => t("playground.setting", { name: KNOBS.get(name).label, shown: formatSetting(name, value) });

// `onChange` is called with { [name]: value } when the visitor changes a setting.
export function createKnobs(box, onChange) {
  const rows = new Map();
  const groups = GROUPS.map(({ title, knobs }, n) => {
    const summary = element("span", { class: "knob-values" });
    const body = knobs.map((entry) => {
      const row = createKnob(entry, onChange);
      rows.set(entry.name, row);
      return row.row;
    });
    const head = element("summary", {}, element("span", {}, title), " ", summary);
    // Groups of one name close each other.
    const group = element("details", { class: "knob-group", name: "knobs" }, head, ...body);
    group.open = n === 0 && matchMedia(WIDE).matches;
    return { group, summary, knobs };
  });
  box.append(...groups.map(({ group }) => group));

  return {
    show(settings, log) {
      const idle = idleSettings(settings, log);
      for (const [name, row] of rows) row.show(settings[name], REASONS[idle.get(name)] ?? "");
      for (const { summary, knobs } of groups) {
        const changed = knobs.filter(({ name }) => settings[name] !== DEFAULTS[name] && !idle.has(name));
        summary.textContent = changed.map(({ name }) => describeSetting(name, settings[name])).join(" · ");
      }
    },

    // Unfold the group of a knob and bring it into view; whether there is such a knob.
    reveal(name) {
      const row = rows.get(name)?.row;
      if (!row) return false;
      row.parentElement.open = true;
      row.scrollIntoView({ block: "nearest" });
      return true;
    },

    rowOf: (name) => rows.get(name)?.row ?? null,
  };
}

function createKnob({ name, label, about, kind }, onChange) {
  const id = `knob-${name}`;
  const reason = element("b");
  const note = element("p", { class: "knob-about", id: `${id}-about` }, about, " ", reason);
  const { control, output, show } = CONTROLS[kind](name, (value) => onChange({ [name]: value }));
  for (const [key, value] of Object.entries({ id, "aria-describedby": note.id, autocomplete: "off" })) control.setAttribute(key, value);
  const labelElement = element("label", { for: id }, label);
  const row = element("div", { class: `knob knob-${kind}`, "data-knob": name }, labelElement, control, ...(output ? [output] : []), note);
  return {
    row,
    show(value, whyIdle) {
      show(value);
      control.disabled = whyIdle !== "";
      row.toggleAttribute("data-idle", whyIdle !== "");
      reason.textContent = whyIdle;
    },
  };
}

// A control of each kind: the element, another that shows its value where it does not, and how to show a value.
const CONTROLS = {
  slider(name, onValue) {
    const choices = CHOICES[name];
    const control = element("input", { type: "range", min: 0, max: choices.length - 1, step: 1 });
    const output = element("output", { for: `knob-${name}` });
    const shown = () => choices[Number(control.value)];
    const write = () => {
      output.textContent = formatSetting(name, shown());
      control.setAttribute("aria-valuetext", output.textContent);
    };
    control.addEventListener("input", write);
    control.addEventListener("change", () => onValue(shown()));
    const show = (value) => {
      control.value = choices.indexOf(value);
      write();
    };
    return { control, output, show };
  },

  menu(name, onValue) {
    const options = CHOICES[name].map((value) => element("option", { value }, CHOICE_NAMES[value]));
    const control = element("select", {}, ...options);
    control.addEventListener("change", () => onValue(control.value));
    const show = (value) => {
      control.value = value;
    };
    return { control, show };
  },

  box(_name, onValue) {
    const control = element("input", { type: "checkbox" });
    control.addEventListener("change", () => onValue(control.checked));
    const show = (value) => {
      control.checked = value;
    };
    return { control, show };
  },

  number(name, onValue) {
    const control = element("input", { type: "number", min: 0, max: 999999, step: 1, inputmode: "numeric" });
    let shown = DEFAULTS[name];
    control.addEventListener("change", () => {
      if (control.value !== "" && control.checkValidity()) onValue(Number(control.value));
      else control.value = shown;
    });
    const show = (value) => {
      shown = value;
      control.value = value;
    };
    return { control, show };
  },
};
