// Whole experiments of the playground, for tests: `globalThis.experiments`.
import { createServer } from "../../../templates/assets/learner/learn/server.js";

const SLICE_MS = 1e9; // nobody waits for a turn
const N_TESTED = 150; // users whose lists are looked at

let log = null;
let popularity = null; // ratings of each item

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

const runs = new Map(); // the server of each experiment that has ended, and who waits for its lists

// What happens to both towers: nDCG at the start and after each epoch, and the last loss.
function experiment(settings) {
  const measured = { ndcg: { base: [], deep: [] }, loss: null };
  return new Promise((resolve) => {
    const run = { server: null, onLists: null };
    run.server = createServer((message) => {
      if (message.type === "ready") measured.facts = message.facts;
      if (message.type === "progress") {
        if (message.ndcg) for (const tower of ["base", "deep"]) measured.ndcg[tower].push(message.ndcg[tower]);
        measured.loss = message.loss ?? measured.loss;
        if (message.state === "finished") resolve(measured);
      }
      if (message.type === "lists") run.onLists(message);
    }, SLICE_MS);
    runs.set(JSON.stringify(settings), run);
    run.server.post({ type: "load", log });
    run.server.post({ type: "reset", settings, run: 1 });
    run.server.post({ type: "train" });
  });
}

// The mean number of ratings of the items in the lists of both towers, after an experiment.
function recommended(settings) {
  const counts = { base: [], deep: [] };
  return new Promise((resolve) => {
    const run = runs.get(JSON.stringify(settings));
    let nAwaited = N_TESTED;
    run.onLists = (message) => {
      for (const tower of ["base", "deep"]) counts[tower].push(...message[tower].map(({ item }) => popularity[item]));
      nAwaited--;
      if (nAwaited === 0) resolve({ base: mean(counts.base), deep: mean(counts.deep) });
    };
    for (let n = 0; n < N_TESTED; n++) run.server.post({ type: "test", user: n });
  });
}

globalThis.experiments = {
  load(plain) {
    const typed = { user: Int32Array.from(plain.user), item: Int32Array.from(plain.item) };
    log = { ...plain, ...typed, rating: Float64Array.from(plain.rating), time: Float64Array.from(plain.time) };
    log.years = Float64Array.from(plain.years, (year) => year ?? Number.NaN);
    popularity = new Float64Array(log.nItems);
    for (const item of log.item) popularity[item]++;
  },
  experiment,
  recommended,
};
