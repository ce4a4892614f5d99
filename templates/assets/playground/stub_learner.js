// A stand-in for the learner while that is being written: the same messages with invented numbers.

export function createStubLearner(post) {
  let log = null;
  let settings = null;
  let run = 0;
  let step = 0;
  let timer = 0;
  let watched = { map: "base", user: null, item: null };
  let stepsPerEpoch = 1;
  const isDone = () => step >= stepsPerEpoch * settings.epochs;
  const wave = (item, n) => Math.sin(item * (n + 1) * 12.9898) * (1 - Math.exp(-step / 40)) * (1 + (item % 7) / 7);
  const vector = (seed) => Array.from({ length: settings.dim }, (_, n) => wave(seed + 1, n) / 3);

  const pairOf = (shift) => {
    const [user, item] = [vector(watched.user + shift), vector(watched.item + shift)];
    const dot = user.reduce((sum, value, n) => sum + value * item[n], 0);
    return { user, item, bias: 0.1, temperature: settings.temperature, score: dot / settings.temperature + 0.1 };
  };

  const progress = (state) => {
    const epoch = step / stepsPerEpoch;
    const fall = Math.exp(-epoch / 4);
    const isMeasured = step % stepsPerEpoch === 0 || isDone();
    const points = new Float32Array(2 * log.nItems);
    for (let item = 0; item < log.nItems; item++) {
      points[2 * item] = wave(item, 1);
      points[2 * item + 1] = wave(item, 2);
    }
    const { user, item } = watched;
    const pair = user === null || item === null ? null : { user, item, rated: true, heldOut: false, base: pairOf(0), deep: pairOf(5) };
    post({
      ...{ type: "progress", run, step, epoch, seconds: step / 90, ratingsPerSecond: step ? 250000 : 0, state, pair, points },
      loss: step ? { base: 5 + 1.2 * fall, deep: 4.8 + 1.4 * fall } : null,
      ndcg: isMeasured ? { base: 0.02 + 0.2 * (1 - fall), deep: 0.02 + 0.24 * (1 - fall) } : null,
      ...{ trainNdcg: null, explained: [0.2, 0.1] },
    });
  };

  const tick = () => {
    step++;
    progress(isDone() ? "finished" : "learning");
    if (!isDone()) timer = setTimeout(tick, 70);
  };

  const listOf = (shift) =>
    Array.from({ length: 10 }, (_, n) => ({ item: (shift * 17 + n * 31) % log.nItems, score: 3 - n / 5, isHit: n % 4 === shift % 4 }));

  const HANDLERS = {
    load(message) {
      log = message.log;
    },
    reset(message) {
      clearTimeout(timer);
      ({ settings, run } = message);
      step = 0;
      const nTrain = Math.round(log.user.length * (1 - settings.holdout));
      stepsPerEpoch = Math.ceil(nTrain / settings.batchSize);
      const parameters = { base: (log.nUsers + log.nItems) * settings.dim, deep: 2 * (log.nUsers + log.nItems) * settings.dim };
      const facts = { nUsers: log.nUsers, nItems: log.nItems, nRatings: log.user.length, nTrain, nHeldOut: log.user.length - nTrain };
      const nSteps = stepsPerEpoch * settings.epochs;
      post({ type: "ready", run, facts: { ...facts, nEvaluated: log.nUsers, nSteps, stepsPerEpoch, parameters, isTemporal: true } });
      progress("paused");
    },
    train() {
      clearTimeout(timer);
      if (!isDone()) timer = setTimeout(tick, 0);
    },
    pause() {
      clearTimeout(timer);
      progress("paused");
    },
    step() {
      clearTimeout(timer);
      step++;
      progress(isDone() ? "finished" : "paused");
    },
    watch({ map, user, item }) {
      watched = { map, user, item };
      progress("paused");
    },
    test({ user }) {
      const rated = listOf(user + 2).map(({ item }, n) => ({ item, rating: n < 5 ? 5 : 4 }));
      const heldOut = listOf(user).map(({ item }) => item);
      post({ type: "lists", run, user, nTrain: 30, nHeldOut: 10, rated, heldOut, base: listOf(user), deep: listOf(user + 1) });
    },
  };
  return { post: (message) => HANDLERS[message.type](message) };
}
