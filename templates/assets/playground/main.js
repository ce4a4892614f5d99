// The script of the playground. It holds the experiment: the data, the settings and the run that learns. Parts of the page
// change it by the functions below, and every part shows the messages of the learner that concern it.
import { button, element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";
import { connectLearner } from "./connection.js";
import { createCurves } from "./curves.js";
import { createKnobs } from "./knobs.js";
import { createLesson } from "./lesson.js";
import { createNumbers } from "./numbers.js";
import { createPresent } from "./present.js";
import { createPresets } from "./presets.js";
import { createFileInput } from "./read/drop.js";
import { createNotes } from "./read/notes.js";
import { createRuns } from "./runs.js";
import { decodeSample } from "./sample.js";
import { DEFAULTS, effectiveSettings, isSameExperiment, isSettingsHash, readSettings, writeSettings } from "./settings.js";
import { createFacts } from "./view/facts.js";
import { createLists } from "./view/lists.js";
import { createMap } from "./view/map.js";
import { createPair } from "./view/pair.js";

const playground = document.querySelector("[data-playground]");
const part = (name) => playground.querySelector(`[data-${name}]`);
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

let data = null; // { log, titles, itemIds, userIds, name, notes, facts }
let settings = readSettings(location.hash);
let run = 0; // number of the run that learns; answers to earlier ones are late
let state = "paused"; // "learning", "paused" or "finished"
let watched = { map: "base", user: null, item: null };
let testedUser = 0;
let drawnEpoch = -1; // with reduced motion, curves move once an epoch
let views = null; // the parts that are made anew for other data

const trainButton = part("train");
const present = createPresent({
  ...{ clock: part("clock"), facts: part("facts"), problem: part("problem"), status: part("status") },
  ...{ loss: document.getElementById("playground-loss"), ndcg: document.getElementById("playground-ndcg") },
});
const knobs = createKnobs(part("knobs"), (changes) => change({ ...settings, ...changes }));
const presets = createPresets(part("presets"), change);
const runs = createRuns(part("runs"), showCurves);
const lossLabel = t("playground.curve.loss");
const ndcgLabel = t("playground.curve.ndcg");
const curves = [
  createCurves(part("loss"), { measure: "loss", label: lossLabel, fromZero: false }, showEpoch),
  createCurves(part("ndcg"), { measure: "ndcg", label: ndcgLabel, fromZero: true }, showEpoch),
];
const numbers = createNumbers(part("numbers"));
const learner = connectLearner(receive, showFailure);

function showFailure() {
  document.querySelector("[data-failed]").hidden = false;
}

function showEpoch(epoch) {
  for (const curve of curves) curve.showEpoch(epoch);
}

function showCurves() {
  const shown = runs.list();
  const nEpochs = Math.max(settings.epochs, ...shown.map((other) => other.settings.epochs));
  for (const curve of curves) curve.show(shown, runs.current(), nEpochs);
  numbers.show(shown);
}

function showState(newState) {
  state = newState;
  playground.dataset.state = state;
  trainButton.textContent = { learning: t("playground.pause"), paused: t("playground.train"), finished: t("playground.again") }[state];
  part("step").disabled = state === "finished";
}

const RECEIVERS = {
  ready: (message) => present.ready(message),
  starting: (message) => present.starting(message),

  progress(message) {
    runs.add(message);
    present.progress(message, runs.current());
    const hasStopped = state === "learning" && message.state !== "learning";
    showState(message.state);
    if (!reducedMotion.matches || message.state !== "learning" || Math.floor(message.epoch) !== drawnEpoch) showCurves();
    drawnEpoch = Math.floor(message.epoch);
    views.map.show(message);
    views.pair.show(message);
    if (hasStopped) testUser(testedUser);
  },

  problem(message) {
    present.problem(message);
    showState("finished");
  },
};

function receive(message) {
  if (message.run !== run) return;
  RECEIVERS[message.type]?.(message);
  views.lists.show(message);
}

// New towers, by the present settings.
function reset() {
  run++;
  const effective = effectiveSettings(settings, data.log);
  present.begin(effective);
  runs.begin(settings, data.log);
  showState("paused");
  showCurves();
  learner.post({ type: "reset", settings: effective, run });
  learner.post({ type: "watch", ...watched });
  testUser(testedUser);
}

function showSettings() {
  knobs.show(settings, data.log);
  presets.show(settings);
}

// Every change of a setting makes new towers, and an entry of the history. Returns whether anything changed.
function change(newSettings) {
  if (isSameExperiment(settings, newSettings)) return false;
  settings = newSettings;
  history.pushState(null, "", writeSettings(settings, location.hash) || location.pathname + location.search);
  showSettings();
  reset();
  return true;
}

function watch(changes) {
  watched = { ...watched, ...changes };
  learner.post({ type: "watch", ...watched });
}

function testUser(user) {
  testedUser = user;
  learner.post({ type: "test", user });
}

function testRandomUser() {
  testUser(Math.floor(Math.random() * data.log.nUsers));
  part("lists").scrollIntoView({ block: "nearest", behavior: reducedMotion.matches ? "instant" : "smooth" });
}

function train() {
  if (state === "finished") reset();
  showState("learning");
  learner.post({ type: "train" });
}

function pause() {
  learner.post({ type: "pause" });
}

function step() {
  learner.post({ type: "step" });
}

function load(loaded) {
  data = { ...loaded, facts: createFacts(loaded) };
  testedUser = 0;
  watched = { ...watched, ...data.facts.firstPair };
  for (const name of ["map", "pair", "lists"]) part(name).replaceChildren();
  const { nUsers, nItems, user } = data.log;
  const counts = t("playground.data", { name: data.name, users: nUsers, n_items: nItems, n: user.length });
  part("data").replaceChildren(element("p", {}, counts), ...createNotes(data.notes));
  views = {
    map: createMap(part("map"), data, (item) => watch({ item }), (map) => watch({ map })),
    pair: createPair(part("pair"), data, watch),
    lists: createLists(part("lists"), data, testUser),
  };
  sampleButton.hidden = loaded === sample;
  runs.clear();
  learner.post({ type: "load", log: data.log });
  showSettings();
  reset();
}

// Point at a knob or a part of the page by its name; null: at none.
function highlight(name) {
  for (const other of playground.querySelectorAll(".is-highlighted")) other.classList.remove("is-highlighted");
  if (name === null) return;
  if (!knobs.reveal(name)) part(name)?.scrollIntoView({ block: "nearest" });
  (knobs.rowOf(name) ?? part(name))?.classList.add("is-highlighted");
}

let sample = null; // until it is loaded
const fileInput = createFileInput(part("file"), load);
const loadSample = () => {
  fileInput.clear();
  load(sample);
};
const sampleButton = button({ class: "quiet", hidden: "" }, loadSample, t("playground.sample"));
part("file").append(sampleButton);

// What needs data waits for the sample.
function start(encoded) {
  sample = decodeSample(encoded);
  load(sample);
  createLesson(part("lesson"), {
    // New towers by the defaults with these changes.
    set(changes) {
      if (!change({ ...DEFAULTS, ...changes })) reset();
    },
    ...{ train, pause, step, reset, highlight, test: testRandomUser, settings: () => settings },
  });

  trainButton.addEventListener("click", () => (state === "learning" ? pause() : train()));
  part("step").addEventListener("click", step);
  part("reset").addEventListener("click", reset);
  part("test").addEventListener("click", testRandomUser);
  addEventListener("hashchange", () => {
    if (!isSettingsHash(location.hash)) return;
    const newSettings = readSettings(location.hash);
    if (isSameExperiment(settings, newSettings)) return;
    settings = newSettings;
    showSettings();
    reset();
  });
}

marquee.load("sample-log").then(start, showFailure);
