// One experiment: a split, two models, and their training, batch by batch. Both models see the same batches. Everything
// that takes long is a generator.
import { drawHidden, drawnForPairs, drawnNegatives, inBatchNegatives } from "./batches.js";
import { makeBatch, usersOfBatches, withHidden } from "./batches.js";
import { createComponents, firstTwo } from "./components.js";
import { evaluatedUsers, K, meanNdcg, topK, unseenScores } from "./evaluation.js";
import { itemFeatures } from "./features.js";
import { servedHistories } from "./histories.js";
import { unchanged, unitLength } from "./layers.js";
import { bpr, maskedSoftmax, multinomialSoftmax } from "./losses.js";
import { Matrix } from "./matrix.js";
import { addGradients } from "./objective.js";
import { cosineDecay, OPTIMISERS } from "./optimisers.js";
import { createRandom } from "./random.js";
import { itemsOf, logShares, splitLog, userWeights } from "./ratings.js";
import { createStarts } from "./starts.js";
import { createTeacher } from "./teacher.js";
import { BaseTowers, DeepTowers } from "./towers.js";

const STREAMS = { split: 1, base: 2, deep: 3, batches: 4, start: 5, sample: 6, map: 7, mlp: 8 };
const SIMILARITIES = { dot: unchanged, cosine: unitLength };
const N_RATED = 10; // items shown of what a user rated
const DIVERGED = 50; // times the first loss

const SOFTMAX = { true: maskedSoftmax, false: multinomialSoftmax }; // by whether what a user rated is masked

// What a loss is: its function, and how its negatives come about.
export function lossOf({ loss, masked }) {
  if (loss === "bpr") return { loss: bpr, negatives: () => new Map(), drawn: drawnForPairs };
  return { loss: SOFTMAX[masked], negatives: loss === "sampled" ? drawnNegatives : inBatchNegatives, drawn: () => null };
}

export class Session {
  constructor(log, settings) {
    const random = (name) => createRandom(settings.seed, STREAMS[name]);
    Object.assign(this, { log, settings, random, nSteps: 0, epoch: 0, waiting: [], batchRandom: random("batches") });
    this.definition = lossOf(settings);
  }

  // The split and new towers; `onShare` is called with the share of the closed-form start that is done.
  *prepare(onShare) {
    const { settings, random } = this;
    this.split = yield* splitLog(this.log, settings.holdout, random("split"));
    const { train, isTemporal } = this.split;
    this.users = evaluatedUsers(this.split, random("sample"));
    this.served = yield* servedHistories(train, isTemporal);
    this.stepsPerEpoch = usersOfBatches(train, settings.batchSize, random("batches")).length;
    const usesLogQ = settings.logQ && settings.loss === "softmax";
    this.logQ = usesLogQ ? logShares(train) : new Float64Array(train.nItems);
    yield* this.createModels(onShare);
  }

  *createModels(onShare) {
    const { settings, split, random } = this;
    const { train, isTemporal } = split;
    const start = yield* createStarts(train, isTemporal, settings, random, onShare);
    const features = settings.genres ? itemFeatures(this.log) : new Matrix(train.nItems, 0);
    const deep = new DeepTowers(start.deep, features, settings.mlp ? random("mlp") : null);
    const { temperature, l2, distillation } = settings;
    const [loss, similarity] = [this.definition.loss, SIMILARITIES[settings.similarity]];
    const objective = { loss, similarity, temperature, l2, distillation, userWeights: userWeights(train) };
    const teacher = start.linear && distillation > 0 ? createTeacher(start.linear) : null;
    const model = (towers, teacher) => {
      const optimiser = new OPTIMISERS[settings.optimiser](Object.values(towers.parameters));
      const project = settings.dim > 2 ? createComponents(settings.dim, random("map")) : null;
      return { towers, teacher, objective, optimiser, project, firstLoss: null };
    };
    this.models = { base: model(new BaseTowers(start.base), null), deep: model(deep, teacher) };
  }

  get facts() {
    const { train, heldOut, isTemporal } = this.split;
    const nParameters = ({ towers }) =>
      Object.values(towers.parameters).reduce((sum, { value }) => sum + value.values.length, 0);
    return {
      nUsers: train.nUsers,
      nItems: train.nItems,
      nRatings: train.nRatings + heldOut.nRatings,
      nTrain: train.nRatings,
      nHeldOut: heldOut.nRatings,
      nEvaluated: this.users.length,
      nSteps: this.stepsPerEpoch * this.settings.epochs,
      stepsPerEpoch: this.stepsPerEpoch,
      parameters: Object.fromEntries(Object.entries(this.models).map(([name, model]) => [name, nParameters(model)])),
      isTemporal,
    };
  }

  get isFinished() {
    return this.epoch >= this.settings.epochs && !this.waiting.length;
  }

  // One batch through both models. Returns {losses: {base, deep}, nRatings, isEpochEnd, diverged: name or null}.
  *step() {
    const { settings, split, definition } = this;
    if (!this.waiting.length) {
      this.waiting = usersOfBatches(split.train, settings.batchSize, this.batchRandom);
      this.epoch += 1;
    }
    const users = this.waiting.shift();
    const times = definition.negatives(split.train, users, this.batchRandom);
    const drawn = definition.drawn(split.train, users, this.batchRandom);
    const batch = makeBatch(split.train, users, times, drawn, this.logQ);
    const halves = settings.similarity === "cosine" ? withHidden(batch, drawHidden(batch, this.batchRandom)) : batch;
    const rate = settings.learningRate * cosineDecay(this.epoch - 1, settings.epochs);
    const losses = {};
    let diverged = null;
    for (const [name, model] of Object.entries(this.models)) {
      const read = name === "deep" ? halves : batch;
      losses[name] = 0;
      if (!read.nPositives) continue; // of users with a single rating nothing can be hidden
      losses[name] = yield* addGradients(model.towers, model.teacher, read, model.objective);
      yield* model.optimiser.step(rate);
      model.firstLoss ??= losses[name];
      if (!(losses[name] <= DIVERGED * Math.max(model.firstLoss, 1))) diverged = name;
      yield;
    }
    this.nSteps += 1;
    return { losses, nRatings: batch.pairUser.length, isEpochEnd: !this.waiting.length, diverged };
  }

  // Vectors of items and their biases, as they are now: {items (nItems, d), bias}.
  *itemVectors(name) {
    const ids = Int32Array.from({ length: this.split.train.nItems }, (_, i) => i);
    const { towers, objective } = this.models[name];
    const [outputs, bias] = yield* towers.itemsForward(ids);
    return { items: objective.similarity.forward(outputs)[0], bias };
  }

  // Vectors of users as they are served: of whole histories, weighed by rating and age.
  *userVectors(name, users) {
    const { towers, objective } = this.models[name];
    const [outputs] = yield* towers.usersForward({ users, history: rowsOfHistory(this.served, users) });
    return objective.similarity.forward(outputs)[0];
  }

  // {users, items, bias} whose dot products and biases are scores, of `users` only.
  *vectors(name, users) {
    const { items, bias } = yield* this.itemVectors(name);
    const raw = yield* this.userVectors(name, users);
    const warm = new Matrix(raw.rows, raw.columns, raw.values.map((value) => value / this.settings.temperature));
    return { users: warm, items, bias };
  }

  // nDCG@10 of both models; null where nothing is held out.
  *evaluate() {
    const result = {};
    for (const name of Object.keys(this.models)) {
      result[name] = yield* meanNdcg(yield* this.vectors(name, this.users), this.users, this.split);
    }
    return result;
  }

  // Where the items of a model lie: {points, explained}, the latter null where vectors have two numbers only.
  *places(name) {
    const { items } = yield* this.itemVectors(name);
    const { project } = this.models[name];
    return project ? yield* project(items) : { points: firstTwo(items), explained: null };
  }

  // The vectors of a user and an item in both models, and their score.
  *pair(user, item) {
    const { train, heldOut } = this.split;
    const { temperature } = this.settings;
    const isIn = (ratings) => itemsOf(ratings, user).includes(item);
    const result = { user, item, rated: isIn(train), heldOut: isIn(heldOut) };
    for (const name of Object.keys(this.models)) {
      const users = yield* this.userVectors(name, Int32Array.of(user));
      const [outputs, bias] = yield* this.models[name].towers.itemsForward(Int32Array.of(item));
      const items = this.models[name].objective.similarity.forward(outputs)[0];
      const product = users.values.reduce((sum, value, k) => sum + value * items.values[k], 0);
      const score = product / temperature + bias[0];
      result[name] = { user: [...users.values], item: [...items.values], bias: bias[0], temperature, score };
    }
    return result;
  }

  // What one user rated, and what each model recommends to them.
  *lists(user) {
    const { train, heldOut } = this.split;
    const hits = new Set(itemsOf(heldOut, user));
    const rated = [];
    for (let n = train.starts[user]; n < train.starts[user + 1]; n++) {
      rated.push({ item: train.items[n], rating: train.ratings ? train.ratings[n] : null });
    }
    rated.sort((a, b) => b.rating - a.rating || a.item - b.item);
    const counts = { nTrain: rated.length, nHeldOut: hits.size };
    const result = { user, ...counts, rated: rated.slice(0, N_RATED), heldOut: [...hits] };
    for (const name of Object.keys(this.models)) {
      const only = Int32Array.of(user);
      const scores = yield* unseenScores(yield* this.vectors(name, only), only, train);
      result[name] = topK(scores.values, K).map(({ item, score }) => ({ item, score, isHit: hits.has(item) }));
    }
    return result;
  }
}

// Some rows of histories.
function rowsOfHistory(history, users) {
  const starts = Int32Array.from({ length: users.length + 1 });
  const [items, weights] = [[], []];
  users.forEach((u, row) => {
    for (let n = history.starts[u]; n < history.starts[u + 1]; n++) {
      items.push(history.items[n]);
      weights.push(history.weights[n]);
    }
    starts[row + 1] = items.length;
  });
  return { starts, items: Int32Array.from(items), weights: Float64Array.from(weights) };
}
