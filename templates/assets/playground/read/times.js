// A column of times as numbers that grow with time: numbers as they are, dates as seconds since 1970.
import { t } from "../../shared/strings.js";
import { createDateReader, parseIsoDates } from "./dates.js";
import { isWhole, toNumber } from "./numbers.js";
import { computeInSlices } from "./slices.js";

const MAX_TIME = 2 ** 63;

// Whole numbers that are too large to be exact, by their rank, which keeps their order and which of them are equal.
function rankTimes(texts) {
  const exact = texts.map(BigInt);
  const unique = [...new Set(exact)].sort((a, b) => (a < b ? -1 : 1));
  const rank = new Map(unique.map((value, n) => [value, n]));
  return exact.map((value) => rank.get(value));
}

// Returns a generator function that reads different texts: { times }, NaN where one is no time; or { problem }, a
// sentence.
export function createTimeReader(rules) {
  const readDates = createDateReader(rules);
  return function* (texts) {
    const iso = yield* parseIsoDates(texts);
    if (iso) return { times: iso.seconds, problem: iso.problem };
    const numbers = yield* computeInSlices(texts.length, (n) => toNumber(texts[n]));
    if (numbers.some(Number.isNaN)) {
      const { seconds, problem } = yield* readDates(texts);
      return { times: seconds, problem };
    }
    const largest = texts.findIndex((_, n) => !(Math.abs(numbers[n]) < MAX_TIME));
    if (largest >= 0) return { problem: t("playground.file.largeTime", { cell: texts[largest] }) };
    const isExact = numbers.every((number) => Math.abs(number) <= Number.MAX_SAFE_INTEGER) || !texts.every(isWhole);
    return { times: isExact ? numbers : rankTimes(texts) };
  };
}
