// A column of a table: each different text once, and which of them each row has.

// A list of whole numbers that grows.
export function createIntegers() {
  let [numbers, n] = [new Int32Array(4096), 0];
  return {
    add(number) {
      if (n === numbers.length) {
        const larger = new Int32Array(2 * n);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[n++] = number;
    },
    finish: () => numbers.slice(0, n),
  };
}

export function createCells() {
  const values = [];
  const codeOf = new Map();
  const codes = createIntegers();
  return {
    add(text) {
      let code = codeOf.get(text);
      if (code === undefined) {
        code = values.length;
        codeOf.set(text, code);
        values.push(text);
      }
      codes.add(code);
    },
    // { codes, values }: row n has the text values[codes[n]].
    finish: () => ({ codes: codes.finish(), values }),
  };
}

// The positions where `is`, a Uint8Array, is 1. Loops like this one are many times faster than filter and from with a
// function.
export function positionsOf(is) {
  const positions = new Int32Array(is.length);
  let n = 0;
  for (let position = 0; position < is.length; position++) if (is[position]) positions[n++] = position;
  return positions.subarray(0, n);
}

// The numbers of a typed array at some positions, in a new one.
export function takeAt(numbers, positions) {
  const taken = new numbers.constructor(positions.length);
  for (let n = 0; n < positions.length; n++) taken[n] = numbers[positions[n]];
  return taken;
}

// The same column at some rows alone. Texts that are left in no row stay in `values`.
export const keepRows = ({ codes, values }, rows) => ({ codes: takeAt(codes, rows), values });

// How many rows have each text of a column.
export function countCells({ codes, values }) {
  const counts = new Int32Array(values.length);
  for (let row = 0; row < codes.length; row++) counts[codes[row]]++;
  return counts;
}

// The same column with other texts; those that become equal become one.
export function mapCells({ codes, values }, change) {
  const changed = values.map(change);
  const unique = [...new Set(changed)];
  const position = new Map(unique.map((text, code) => [text, code]));
  const codeOf = changed.map((text) => position.get(text));
  return { codes: codes.map((code) => codeOf[code]), values: unique };
}
