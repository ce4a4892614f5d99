// Train the page's towers along steps that were made in Python: `globalThis.replay(fixture)` gives the loss and the
// gradients of every step, and the parameters after the last. Fixtures are those of reference.py.
import { withHidden } from "../../../templates/assets/learner/learn/batches.js";
import { equalHistories } from "../../../templates/assets/learner/learn/histories.js";
import { unchanged, unitLength } from "../../../templates/assets/learner/learn/layers.js";
import { finish, Matrix } from "../../../templates/assets/learner/learn/matrix.js";
import { addGradients } from "../../../templates/assets/learner/learn/objective.js";
import { OPTIMISERS } from "../../../templates/assets/learner/learn/optimisers.js";
import { createRandom } from "../../../templates/assets/learner/learn/random.js";
import { splitLog } from "../../../templates/assets/learner/learn/ratings.js";
import { lossOf } from "../../../templates/assets/learner/learn/session.js";
import { createTeacher } from "../../../templates/assets/learner/learn/teacher.js";
import { BaseTowers, DeepTowers } from "../../../templates/assets/learner/learn/towers.js";

const asMatrix = (values, columns) => new Matrix(values.length / columns, columns, Float64Array.from(values));

function towersOf({ tower, settings, log, features, parameters }) {
  const { dim, mlp } = settings;
  const vectors = (name) => asMatrix(parameters[name], dim);
  const start = { items: vectors("item.table"), bias: Float64Array.from(parameters["bias.table"]) };
  if (tower === "base") return new BaseTowers({ ...start, users: vectors("user.table") });
  const itemFeatures = new Matrix(log.nItems, features.columns, Float64Array.from(features.values));
  return new DeepTowers({ ...start, pool: vectors("pool.table") }, itemFeatures, mlp ? createRandom(0) : null);
}

function batchOf(expected, ratings, logQ) {
  const users = Int32Array.from(expected.users);
  const history = equalHistories(ratings, users);
  const batch = {
    users,
    items: Int32Array.from(expected.items),
    counts: Float64Array.from(expected.counts),
    logQ: Float64Array.from(expected.items, (item) => logQ[item]),
    pairUser: Int32Array.from(expected.pairUser),
    pairItem: Int32Array.from(expected.pairItem),
    pairStarts: history.starts,
    negative: expected.negative && Int32Array.from(expected.negative),
    isPositive: new Uint8Array(expected.pairUser.length).fill(1),
    nPositives: expected.pairUser.length,
    history,
  };
  return expected.hidden ? withHidden(batch, Uint8Array.from(expected.hidden)) : batch;
}

globalThis.replay = (fixture) => {
  const { settings, log, teacher, userWeights, logQ } = fixture;
  const columns = { user: Int32Array.from(log.user), item: Int32Array.from(log.item), rating: null, time: null };
  const ratings = finish(splitLog({ ...log, ...columns }, 0, createRandom(0))).train;
  const towers = towersOf(fixture);
  const parameters = Object.entries(towers.parameters);
  for (const [name, { value }] of parameters) value.values.set(fixture.parameters[name]);
  const read = (part) => Object.fromEntries(parameters.map(([name, parameter]) => [name, [...parameter[part].values]]));
  const teacherVectors = (name) => asMatrix(teacher[name], settings.dim);
  const teacherTowers =
    teacher && createTeacher({ history: teacherVectors("history"), items: teacherVectors("items") });
  const objective = {
    ...settings,
    loss: lossOf(settings).loss,
    similarity: settings.similarity === "cosine" ? unitLength : unchanged,
    userWeights: Float64Array.from(userWeights),
  };
  const optimiser = new OPTIMISERS[settings.optimiser](parameters.map(([, parameter]) => parameter));
  const steps = fixture.steps.map(({ batch, learningRate }) => {
    const loss = finish(addGradients(towers, teacherTowers, batchOf(batch, ratings, logQ), objective));
    const gradients = read("gradient");
    finish(optimiser.step(learningRate));
    return { loss, gradients };
  });
  return { steps, final: read("value") };
};
