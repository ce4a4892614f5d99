// The script of the playground. It holds the experiment: the data, the settings, and the run that is learning. Parts of the
// page change it by `change`, and each shows the messages of the learner that concern it.
import { marquee } from "../shared/marquee.js";
import { formatFixed } from "../shared/format.js";
import { t } from "../shared/strings.js";
import { connectLearner } from "./connection.js";
import { createLesson } from "./lesson.js";
import { createFileInput } from "./read/drop.js";
import { decodeSample } from "./sample.js";
import { DEFAULTS } from "./settings.js";
import { createFacts } from "./view/facts.js";
import { createLists } from "./view/lists.js";
import { createMap } from "./view/map.js";
import { createPair } from "./view/pair.js";

const playground = document.querySelector("[data-playground]");
const part = (name) => playground.querySelector(`[data-${name}]`);
const failure = document.querySelector("[data-failed]");

let data = null; // { log, titles, itemIds, userIds, name, notes, facts }
let settings = { ...DEFAULTS };
let run = 0;
let state = "paused";
let watched = { map: "base", user: 0, item: 0 };
let views = [];

const learner = connectLearner(onMessage, () => {
  failure.hidden = false;
});

function onMessage(message) {
  if (message.run !== run) return;
  if (message.type === "progress") {
    state = message.state;
    part("train").textContent = state === "learning" ? t("playground.pause") : t("playground.train");
    if (message.loss) {
      const [base, deep] = [message.loss.base, message.loss.deep].map((loss) => formatFixed(loss, 3));
      document.getElementById("playground-loss").textContent = t("playground.shown.losses", { base, deep });
    }
    if (message.ndcg) {
      const [base, deep] = [message.ndcg.base, message.ndcg.deep].map((ndcg) => formatFixed(ndcg, 3));
      document.getElementById("playground-ndcg").textContent = t("playground.shown.losses", { base, deep });
    }
    views.map.show(message);
    views.pair.show(message);
  }
  views.lists.show(message);
  views.lesson.show(message);
}

function watch(changes) {
  watched = { ...watched, ...changes };
  learner.post({ type: "watch", ...watched });
}

const testUser = (user) => learner.post({ type: "test", user });
const testRandomUser = () => testUser(Math.floor(Math.random() * data.log.nUsers));

function reset() {
  run++;
  learner.post({ type: "reset", settings, run });
  watch({});
}

function change(changes) {
  settings = { ...settings, ...changes };
  reset();
}

const train = () => learner.post({ type: "train" });
const pause = () => learner.post({ type: "pause" });
const step = () => learner.post({ type: "step" });

function load(loaded) {
  data = { ...loaded, facts: createFacts(loaded) };
  for (const name of ["map", "pair", "lists"]) part(name).replaceChildren();
  views = {
    ...views,
    map: createMap(part("map"), data, (item) => watch({ item }), (map) => watch({ map })),
    pair: createPair(part("pair"), data, watch),
    lists: createLists(part("lists"), data, testUser),
  };
  watched = { ...watched, ...data.facts.firstPair };
  learner.post({ type: "load", log: data.log });
  reset();
  testRandomUser();
}

views.lesson = createLesson(part("lesson"), {
  ...{ set: change, train, pause, step, reset, test: testRandomUser, settings: () => settings },
  highlight(_name) {},
});
createFileInput(part("file"), load);
part("train").addEventListener("click", () => (state === "learning" ? pause() : train()));
part("step").addEventListener("click", step);
part("reset").addEventListener("click", reset);
part("test").addEventListener("click", testRandomUser);
load(decodeSample(marquee.data));
