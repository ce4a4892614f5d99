// Random numbers from a seed: the same seed gives the same numbers in every browser.

// The next of a sequence of 32-bit integers (splitmix32 by Steele et al. 2014); it fills the state of the generator.
function createSplitMix(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

const rotateLeft = (value, bits) => (value << bits) | (value >>> (32 - bits));

// xoshiro128** (Blackman and Vigna 2018). `stream` tells apart the generators of one seed, each for one purpose, so
// that a change in one does not move the numbers of another.
export function createRandom(seed, stream = 0) {
  const next = createSplitMix((seed ^ Math.imul(stream, 0x85ebca6b)) >>> 0);
  const state = Uint32Array.from({ length: 4 }, next);
  let spare = null; // normal numbers come in pairs

  function integer() {
    const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotateLeft(state[3], 11);
    return result;
  }

  // From 0 to below 1, with 32 random bits.
  const uniform = () => integer() / 2 ** 32;

  // From the normal distribution of mean 0 and standard deviation 1, by the polar method of Marsaglia (1964).
  function normal() {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    let [x, y, square] = [0, 0, 0];
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    spare = y * factor;
    return x * factor;
  }

  // An integer from 0 to n - 1.
  const below = (n) => Math.floor(uniform() * n);

  // `values` in random order, in place (Fisher and Yates).
  function shuffle(values) {
    for (let n = values.length - 1; n > 0; n--) {
      const other = below(n + 1);
      [values[n], values[other]] = [values[other], values[n]];
    }
    return values;
  }

  return { uniform, normal, below, shuffle };
}
