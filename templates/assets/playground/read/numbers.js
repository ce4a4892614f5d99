// Numbers as they are written in cells; see recsys/data/readers/cells.py and recsys/data/ids.py.

const PLAIN_NUMBER = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const SIGNED_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const CANONICAL = /^(?:0|-?[1-9]\d*)$/;
const WHOLE_NUMBER = /^[+-]?\d+$/;
const [MIN_INT64, MAX_INT64] = [-(2n ** 63n), 2n ** 63n - 1n];

// Whether a text is the decimal form of a whole number of 64 bits: "7" and "-7" are, "007" and "+7" are not.
export function isCanonical(text) {
  if (!CANONICAL.test(text)) return false;
  if (text.length < 19) return true;
  return text.length <= 20 && BigInt(text) >= MIN_INT64 && BigInt(text) <= MAX_INT64;
}

export const isWhole = (text) => WHOLE_NUMBER.test(text);

// Whether a text is a finite number as one usually writes it: no "nan", "007" or "+7".
export function isPlainNumber(text) {
  if (!PLAIN_NUMBER.test(text) || !Number.isFinite(Number(text))) return false;
  return !WHOLE_NUMBER.test(text) || isCanonical(text);
}

// The number that a text says, also with a plus sign or zeros before it; NaN where it says none.
export const toNumber = (text) => (SIGNED_NUMBER.test(text) ? Number(text) : Number.NaN);

export const isDigits = (text) => /^\p{Nd}+$/u.test(text);
