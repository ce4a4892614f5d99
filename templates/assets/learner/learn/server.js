// Answers the page's messages. Work is done in slices, so that the page stays responsive and the next message is heard;
// the messages are described in recsys/site/pages/playground.py.
import { Session } from "./session.js";

const MS_BETWEEN_PROGRESS = 66;
const MAX_SHARE_OF_MAP = 0.2; // of the time, for positions on the map

// `post` sends an answer; `sliceMs` is how long work goes on before others have a turn.
export function createServer(post, sliceMs) {
  let log = null;
  let session = null;
  let run = 0;
  let jobs = []; // generators, one after the other
  let isTraining = false;
  let isScheduled = false;
  let watched = { map: "deep", user: null, item: null };
  let [msOfSteps, nSeen] = [0, 0]; // since the last reset
  let since = { losses: { base: 0, deep: 0 }, nSteps: 0 }; // the last progress message
  let [lastProgress, lastMap, msOfMap] = [0, 0, 0];

  const send = (message) => post({ ...message, run });
  const stateOf = () => (session.isFinished ? "finished" : isTraining ? "learning" : "paused");

  function* progress(ndcg, withMap) {
    const { losses, nSteps } = since;
    since = { losses: { base: 0, deep: 0 }, nSteps: 0 };
    let places = { points: null, explained: null };
    if (withMap) {
      const start = performance.now();
      places = yield* session.places(watched.map);
      [lastMap, msOfMap] = [performance.now(), performance.now() - start];
    }
    const isPair = watched.user !== null && watched.item !== null;
    send({
      type: "progress",
      step: session.nSteps,
      epoch: session.nSteps / session.stepsPerEpoch,
      seconds: msOfSteps / 1000,
      ratingsPerSecond: msOfSteps ? (1000 * nSeen) / msOfSteps : 0,
      loss: nSteps ? { base: losses.base / nSteps, deep: losses.deep / nSteps } : null,
      ndcg,
      map: watched.map,
      ...places,
      pair: isPair ? yield* session.pair(watched.user, watched.item) : null,
      state: stateOf(),
    });
    lastProgress = performance.now();
  }

  function* prepare() {
    let shown = 0;
    yield* session.prepare((share) => {
      if (performance.now() - shown < MS_BETWEEN_PROGRESS) return;
      shown = performance.now();
      send({ type: "starting", share });
    });
    send({ type: "ready", facts: session.facts });
    if (!session.users.length) send({ type: "problem", code: "noHeldOut" });
    yield* progress(yield* session.evaluate(), true);
  }

  function* step() {
    const before = performance.now();
    let idle = 0; // others' turns are not time of this step
    const work = session.step();
    let result = work.next();
    while (!result.done) {
      const left = performance.now();
      yield;
      idle += performance.now() - left;
      result = work.next();
    }
    const { losses, nRatings, isEpochEnd, diverged } = result.value;
    msOfSteps += performance.now() - before - idle;
    nSeen += nRatings;
    for (const name of Object.keys(losses)) since.losses[name] += losses[name];
    since.nSteps += 1;
    if (diverged) {
      isTraining = false;
      send({ type: "problem", code: "diverged", model: diverged, epoch: session.epoch });
      return; // numbers that are none are not shown
    }
    const now = performance.now();
    if (isEpochEnd) yield* progress(yield* session.evaluate(), true);
    else if (!isTraining) yield* progress(null, true);
    else if (now - lastProgress > MS_BETWEEN_PROGRESS) {
      yield* progress(null, now - lastMap > msOfMap / MAX_SHARE_OF_MAP);
    }
  }

  // The next piece of work; null where there is none.
  function nextJob() {
    if (jobs.length) return jobs.shift();
    if (session && isTraining && !session.isFinished) return step();
    return null;
  }

  let current = null;
  function work() {
    isScheduled = false;
    const end = performance.now() + sliceMs;
    while (performance.now() < end) {
      current ??= nextJob();
      if (!current) return;
      if (current.next().done) current = null;
    }
    schedule();
  }

  function schedule() {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(work);
  }

  function reset(settings) {
    session = new Session(log, settings);
    [current, jobs, isTraining] = [null, [prepare()], false];
    [msOfSteps, nSeen, lastProgress, lastMap, msOfMap] = [0, 0, 0, 0, 0];
    since = { losses: { base: 0, deep: 0 }, nSteps: 0 };
  }

  const ANSWERS = {
    load(message) {
      ({ log } = message);
      session = null;
      watched = { ...watched, user: null, item: null }; // those of the last log may not be in this one
      [current, jobs, isTraining] = [null, [], false];
    },
    reset(message) {
      ({ run } = message);
      reset(message.settings);
    },
    train() {
      isTraining = true;
    },
    pause() {
      if (!isTraining) return;
      isTraining = false;
      jobs.push(progress(null, true));
    },
    step() {
      isTraining = false;
      if (!session.isFinished) jobs.push(step());
    },
    watch({ map, user, item }) {
      watched = { map, user, item };
      if (!isTraining || session?.isFinished) jobs.push(progress(null, true));
    },
    *test({ user }) {
      send({ type: "lists", ...(yield* session.lists(user)) });
    },
  };

  return {
    post(message) {
      const started = ANSWERS[message.type](message);
      if (started) jobs.push(started);
      schedule();
    },
  };
}
