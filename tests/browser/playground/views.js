// The views of the playground, for tests: `globalThis.views`. Logs come as plain lists.
import { createFacts } from "../../../templates/assets/playground/view/facts.js";
import { createLists } from "../../../templates/assets/playground/view/lists.js";
import { createMap } from "../../../templates/assets/playground/view/map.js";
import { createMotion, extentOfPoints } from "../../../templates/assets/playground/view/motion.js";
import { createPair } from "../../../templates/assets/playground/view/pair.js";

const dataOf = ({ titles, log }) => {
  const typed = { ...log, user: Int32Array.from(log.user), item: Int32Array.from(log.item) };
  const userIds = Array.from({ length: log.nUsers }, (_, user) => `u${user}`);
  return { log: typed, titles, userIds, facts: createFacts({ log: typed, titles }) };
};

const progressOf = (message) => ({
  ...{ type: "progress", step: 1, epoch: 0.5, state: "paused", explained: null, pair: null },
  ...message,
  points: message.points ? Float32Array.from(message.points) : null,
});

globalThis.views = {
  calls: [],
  factsOf(about) {
    const { facts } = dataOf(about);
    const rated = Array.from({ length: about.log.nUsers }, (_, user) => [...facts.ratedBy(user)]);
    return { ...facts, nRatings: [...facts.nRatings], genreOf: [...facts.genreOf], rated };
  },
  extentOf: (points) => extentOfPoints(Float32Array.from(points)),

  // Draws the view of this name into the page; what it asks for is in `calls`.
  create(name, about) {
    const box = document.body.appendChild(document.createElement("section"));
    const ask = (kind) => (value) => views.calls.push([kind, value]);
    const data = dataOf(about);
    if (name === "map") views.shown = createMap(box, data, ask("item"), ask("tower"));
    if (name === "pair") views.shown = createPair(box, data, ask("pair"));
    if (name === "lists") views.shown = createLists(box, data, ask("user"));
  },
  show(message) {
    views.shown.show(message.type === "lists" ? message : progressOf(message));
  },

  // The frames that are painted on the way between points, each as [first x, last value of the extent].
  async framesBetween(first, second, isLearning, isStill) {
    const frames = [];
    let isThere = null;
    const end = new Promise((resolve) => {
      isThere = resolve;
    });
    const top = extentOfPoints(Float32Array.from(second))[3]; // reached last: points are rounded to 32 bits
    const paint = ({ points, extent }) => {
      frames.push([points[0], extent[3]]);
      if (extent[3] === top) isThere();
    };
    const motion = createMotion(paint, () => isStill);
    motion.moveTo(Float32Array.from(first), isLearning);
    motion.moveTo(Float32Array.from(second), isLearning);
    await end;
    return frames;
  },
};
