// Optimisers: a step moves parameters against their gradients, then sets these to zero.
import { inBlocks } from "./matrix.js";

// Plain gradient descent: value -= rate gradient.
class SGD {
  constructor(parameters) {
    this.parameters = parameters;
  }

  *step(rate) {
    for (const { value, gradient } of this.parameters) {
      const [values, slopes] = [value.values, gradient.values];
      yield* inBlocks(values.length, 2, (start, end) => {
        for (let n = start; n < end; n++) values[n] -= rate * slopes[n];
      });
      slopes.fill(0);
    }
  }
}

// Adam (Kingma and Ba 2015): every number moves by its own step, its gradient's running mean divided by the root of its
// running square.
//
//     m = beta1 m + (1 - beta1) g      v = beta2 v + (1 - beta2) g^2
//     value -= rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)
//
// The factors of t correct that m and v start at zero; epsilon is added before that, as at the end of the paper's
// section 2.
class Adam {
  constructor(parameters, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8) {
    Object.assign(this, { parameters, beta1, beta2, epsilon, nSteps: 0 });
    this.moments = parameters.map(({ value }) => [0, 1].map(() => new Float64Array(value.values.length)));
  }

  *step(rate) {
    const { beta1, beta2, epsilon } = this;
    this.nSteps += 1;
    const corrected = (rate * Math.sqrt(1 - beta2 ** this.nSteps)) / (1 - beta1 ** this.nSteps);
    for (const [position, { value, gradient }] of this.parameters.entries()) {
      const [values, slopes] = [value.values, gradient.values];
      const [m, v] = this.moments[position];
      yield* inBlocks(values.length, 12, (start, end) => {
        for (let n = start; n < end; n++) {
          const slope = slopes[n];
          m[n] = beta1 * m[n] + (1 - beta1) * slope;
          v[n] = beta2 * v[n] + (1 - beta2) * slope * slope;
          values[n] -= (corrected * m[n]) / (Math.sqrt(v[n]) + epsilon);
        }
      });
      slopes.fill(0);
    }
  }
}

export const OPTIMISERS = { sgd: SGD, adam: Adam };

// Factor on the learning rate in epoch 0, 1, ...: from 1 down towards 0 along half a cosine.
export const cosineDecay = (epoch, epochs) => 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs));
