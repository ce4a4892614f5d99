// The settings of an experiment: one object in which every key is always there.

export const DEFAULTS = {
  ...{ dim: 32, epochs: 20, batchSize: 4096, learningRate: 0.01, optimiser: "adam", initialScale: 0.1, l2: 0.1 },
  ...{ temperature: 1, similarity: "dot", loss: "softmax", logQ: true, masked: true, mlp: true, genres: true },
  ...{ closedForm: false, distillation: 1, holdout: 0.2, seed: 0 },
};
