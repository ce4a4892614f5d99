// The settings of an experiment: one object in which every key is always there. In an address they are written as
// `#dim=2&loss=bpr`, what differs from the defaults alone.
import { MAX_CLOSED_FORM_ITEMS } from "../learner/learn/limits.js";

export const DEFAULTS = {
  ...{ dim: 32, epochs: 20, batchSize: 4096, learningRate: 0.01, optimiser: "adam", initialScale: 0.1, l2: 0.05 },
  ...{ temperature: 1, similarity: "dot", loss: "softmax", logQ: true, masked: true, mlp: true, genres: true },
  ...{ closedForm: false, distillation: 1, holdout: 0.2, seed: 0 },
};

const MAX_SEED = 999_999;

// The values that a setting may have; a seed is any whole number up to MAX_SEED.
export const CHOICES = {
  dim: [2, 4, 8, 16, 32, 64],
  epochs: [1, 2, 3, 5, 10, 15, 20, 30, 40, 60, 100],
  batchSize: [128, 256, 512, 1024, 2048, 4096, 8192, 16384],
  learningRate: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  initialScale: [0.01, 0.03, 0.1, 0.3, 1],
  l2: [0, 0.003, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
  temperature: [0.05, 0.1, 0.2, 0.5, 1, 2],
  distillation: [0, 0.1, 0.3, 1, 3, 10],
  holdout: [0.1, 0.2, 0.3, 0.4, 0.5],
  optimiser: ["adam", "sgd"],
  similarity: ["dot", "cosine"],
  loss: ["softmax", "sampled", "bpr"],
};
for (const [name, choices] of Object.entries(CHOICES)) {
  if (!choices.includes(DEFAULTS[name])) choices.push(DEFAULTS[name]);
  if (typeof choices[0] === "number") choices.sort((a, b) => a - b);
}
const SETTING_NAMES = Object.keys(DEFAULTS);

// The setting that a text in an address says; its default where it may not be that.
function parseSetting(name, text) {
  const fallback = DEFAULTS[name];
  if (text === null) return fallback;
  if (name === "seed") return /^\d{1,6}$/.test(text) ? Math.min(Number(text), MAX_SEED) : fallback;
  if (typeof fallback === "boolean") return text === "true" || (text === "false" ? false : fallback);
  return CHOICES[name].find((choice) => String(choice) === text) ?? fallback;
}

const parametersOf = (hash) => new URLSearchParams(hash.slice(1));

export function readSettings(hash) {
  const parameters = parametersOf(hash);
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, parseSetting(name, parameters.get(name))]));
}

// Whether a hash says which settings to show: "#content", and "#lesson=3" by itself, leave them as they are.
export function isSettingsHash(hash) {
  const parameters = parametersOf(hash);
  return !hash.slice(1) || SETTING_NAMES.some((name) => parameters.has(name));
}

// The hash of these settings, with the step of the lesson that `hash` has.
export function writeSettings(settings, hash) {
  const parts = hash.slice(1).split("&").filter((part) => /^lesson(=\d{0,2})?$/.test(part));
  for (const name of differingSettings(settings, DEFAULTS)) parts.push(`${name}=${settings[name]}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

export const differingSettings = (settings, others) => SETTING_NAMES.filter((name) => settings[name] !== others[name]);

export const isSameExperiment = (settings, others) => differingSettings(settings, others).length === 0;

// Settings that do nothing, each with the reason, which knobs.js puts into words.
export function idleSettings({ loss, closedForm, similarity }, { nItems, genres }) {
  const isTooLarge = nItems > MAX_CLOSED_FORM_ITEMS;
  const hasStart = closedForm && !isTooLarge;
  const idle = new Map();
  if (loss !== "softmax") idle.set("logQ", "drawn").set("masked", "masked");
  if (!genres) idle.set("genres", "genres");
  if (isTooLarge) idle.set("closedForm", "items");
  if (hasStart) idle.set("initialScale", "start");
  if (!hasStart) idle.set("distillation", "noStart");
  else if (similarity === "cosine") idle.set("distillation", "scale");
  if (similarity === "cosine") idle.set("l2", "length");
  return idle;
}

// The settings as they take effect on a log: two experiments that differ in idle settings alone are the same.
export function effectiveSettings(settings, log) {
  const effective = { ...settings };
  for (const name of idleSettings(settings, log).keys()) {
    effective[name] = name === "closedForm" || name === "genres" ? false : DEFAULTS[name];
  }
  return effective;
}
