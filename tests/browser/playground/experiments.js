// Whole experiments of the playground, for tests: `globalThis.experiments`.
import { createServer } from "../../../templates/assets/learner/learn/server.js";

const SLICE_MS = 1e9; // nobody waits for a turn
const N_TESTED = 150; // users whose lists are looked at

let log = null;
let popularity = null; // ratings of each item

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// What happens to both towers: nDCG at the start and after each epoch, the last loss, the mean number of ratings of the
// items in their lists.
function experiment(settings) {
  const measured = { ndcg: { base: [], deep: [] }, loss: null, recommended: { base: [], deep: [] } };
  return new Promise((resolve) => {
    let nAwaited = N_TESTED;
    const server = createServer((message) => {
      if (message.type === "ready") measured.facts = message.facts;
      if (message.type === "progress") {
        if (message.ndcg) for (const tower of ["base", "deep"]) measured.ndcg[tower].push(message.ndcg[tower]);
        measured.loss = message.loss ?? measured.loss;
        if (message.state === "finished") for (let n = 0; n < N_TESTED; n++) server.post({ type: "test", user: n });
      }
      if (message.type === "lists") {
        for (const tower of ["base", "deep"]) {
          measured.recommended[tower].push(...message[tower].map(({ item }) => popularity[item]));
        }
        nAwaited--;
        if (nAwaited > 0) return;
        const { base, deep } = measured.recommended;
        resolve({ ...measured, recommended: { base: mean(base), deep: mean(deep) } });
      }
    }, SLICE_MS);
    server.post({ type: "load", log });
    server.post({ type: "reset", settings, run: 1 });
    server.post({ type: "train" });
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
};
