// A column of a table: each different text once, and which of them each row has.

export function createCells() {
  const values = [];
  const codeOf = new Map();
  let codes = new Int32Array(4096);
  let n = 0;
  return {
    add(text) {
      let code = codeOf.get(text);
      if (code === undefined) {
        code = values.length;
        codeOf.set(text, code);
        values.push(text);
      }
      if (n === codes.length) {
        const larger = new Int32Array(2 * n);
        larger.set(codes);
        codes = larger;
      }
      codes[n++] = code;
    },
    // { codes, values }: row n has the text values[codes[n]].
    finish: () => ({ codes: codes.slice(0, n), values }),
  };
}

// The same column without the rows where `isKept`, a Uint8Array, is 0. Texts that are left in no row stay in `values`.
export const keepRows = ({ codes, values }, isKept) => ({ codes: codes.filter((_, row) => isKept[row]), values });

// How many rows have each text of a column.
export function countCells({ codes, values }) {
  const counts = new Int32Array(values.length);
  for (const code of codes) counts[code]++;
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
