// Ratings as people and programs write them, as numbers: "4,5", "4/5", "80%", "★★★★½", "like", "B+". The
// same as recsys/data/rating_values.py, which explains it, and by the same words and patterns.
import { wholePattern } from "./rules.js";

const IN_STARS = /[★⭐*½☆]/;
const FILLED_STAR = /[★⭐*]/g;
const HALF_STAR = /½|1\/2/;

// `parse(texts)` gives, of different texts without spaces around them, { numbers, isBad, form, events }: the number of
// each, NaN where there is none; whether there should be one, and is not; the form of most; the words, where they are
// events. { ambiguous } has a text where a comma may separate thousands as well as decimals.
export function createRatingParser(rules) {
  const [blank, negativeEvents] = [new Set(rules.blank), new Set(rules.negative_events)];
  const opinions = new Map(Object.entries(rules.opinions));
  const ofNumbers = [rules.number, rules.comma_not_thousands, rules.grouped_by_commas];
  const [isNumber, isCommaDecimal, isGrouped] = ofNumbers.map(wholePattern);
  const ofOthers = [rules.fraction, rules.percent, rules.stars, rules.leading, rules.grade];
  const [fraction, percent, stars, leading, grade] = ofOthers.map(wholePattern);

  const isBlank = (text) => blank.has(text.toLowerCase());

  // The decimal mark of a column and its mark of thousands, "" for none.
  const marksOf = (numeric) => {
    const both = numeric.find((text) => text.includes(",") && text.includes("."));
    if (both !== undefined) return both.lastIndexOf(",") > both.lastIndexOf(".") ? [",", "."] : [".", ","];
    for (const [mark, other] of [[",", "."], [".", ","]]) {
      if (numeric.some((text) => text.split(mark).length > 2)) return [other, mark];
    }
    const commas = numeric.filter((text) => text.includes(","));
    if (!commas.length) return [".", ""];
    if (numeric.some((text) => text.includes("."))) return [".", ","];
    if (commas.some((text) => isCommaDecimal.test(text))) return [",", ""];
    const plain = numeric.filter((text) => !text.includes(","));
    if (plain.some((text) => Math.abs(Number(text)) >= 1000)) return [",", ""]; // thousands are written without a mark
    if (commas.every((text) => isGrouped.test(text)) && plain.length >= numeric.length / 2) return [".", ","];
    return { ambiguous: commas[0] };
  };

  // By text, the numbers of those that are numbers; { ambiguous } as above.
  const readNumbers = (texts) => {
    const numeric = texts.filter((text) => isNumber.test(text));
    const marks = marksOf(numeric);
    if (marks.ambiguous !== undefined) return marks;
    const [decimal, thousands] = marks;
    const numbers = new Map();
    for (const text of numeric) {
      const number = Number((thousands ? text.replaceAll(thousands, "") : text).replaceAll(decimal, "."));
      if (!Number.isNaN(number)) numbers.set(text, number);
    }
    return numbers;
  };

  // Those of texts that match a pattern, whose first group is the number; `convert(number, match)`.
  const readMatches = (texts, pattern, convert = (number) => number) => {
    const matches = texts.map((text) => [text, pattern.exec(text)]).filter(([, match]) => match);
    const numbers = readNumbers([...new Set(matches.map(([, match]) => match[1]))].sort());
    if (!(numbers instanceof Map)) return numbers;
    const converted = matches.map(([text, match]) => [text, convert(numbers.get(match[1]), match)]);
    return new Map(converted.filter(([, number]) => number !== undefined && Number.isFinite(number)));
  };

  const readFractions = (texts) => {
    const top = texts.reduce((max, text) => Math.max(max, Number(fraction.exec(text)?.[2] ?? 0)), 0);
    return readMatches(texts, fraction, (number, match) => (number * top) / Number(match[2]));
  };

  const readStars = (texts) =>
    new Map(
      texts
        .filter((text) => stars.test(text) && IN_STARS.test(text))
        .map((text) => [text, (text.match(FILLED_STAR)?.length ?? 0) + (HALF_STAR.test(text) ? 0.5 : 0)]),
    );

  const readWords = (texts) => {
    const words = texts.map((text) => text.toLowerCase().replace(/[\s_-]+/g, " ").replace(/\ufe0f+$/, ""));
    return new Map(texts.map((text, n) => [text, opinions.get(words[n])]).filter(([, value]) => value !== undefined));
  };

  // Letter grades where all texts are; other words that are single letters are events.
  const readGrades = (texts) => {
    const matches = texts.map((text) => grade.exec(text));
    if (!matches.every(Boolean)) return new Map();
    const stepOf = (sign) => (sign === "" ? 0 : sign === "+" ? rules.grade_step : -rules.grade_step);
    const toNumber = ([, letter, sign]) => 1 + rules.letters.indexOf(letter.toUpperCase()) + stepOf(sign);
    return new Map(texts.map((text, n) => [text, toNumber(matches[n])]));
  };

  // Whether texts are a few words: numbers among them, or a long text, say that something is wrong instead.
  const areEvents = (texts, nRead) =>
    new Set(texts.map((text) => text.toLowerCase())).size <= rules.max_events &&
    !texts.some((text) => /\d/.test(text)) &&
    texts.every((text) => text.length <= 40 && text.split(/\s+/).length <= 4) &&
    (nRead === 0 || nRead < texts.length / 2 || texts.every((text) => opinions.has(text.toLowerCase())));

  return {
    isBlank,
    maxEvents: rules.max_events,
    parse(texts) {
      const known = texts.filter((text) => !isBlank(text));
      let best = { numbers: new Map(), form: "numbers" };
      const readings = [
        ["numbers", readNumbers], ["fractions", readFractions], ["percent", (some) => readMatches(some, percent)],
        ["stars", readStars], ["words", readWords], ["grades", readGrades], ["numbers", (some) => readMatches(some, leading)],
      ];
      for (const [form, read] of readings) {
        const numbers = read(known);
        if (numbers.ambiguous !== undefined) return numbers;
        if (numbers.size > best.numbers.size) best = { numbers, form };
      }
      let [{ numbers, form }, events] = [best, []];
      if (numbers.size < known.length && areEvents(known, numbers.size)) {
        events = [...new Set(known.map((text) => text.toLowerCase()))].sort();
        form = "events";
        numbers = new Map(known.filter((text) => !negativeEvents.has(text.toLowerCase())).map((text) => [text, 1]));
      }
      const isEmpty = (text) => isBlank(text) || (form === "events" && negativeEvents.has(text.toLowerCase()));
      return {
        numbers: Float64Array.from(texts, (text) => numbers.get(text) ?? Number.NaN),
        isBad: texts.map((text) => !numbers.has(text) && !isEmpty(text)),
        form,
        events,
      };
    },

    // The number that stands for "not rated" in a scale, 0 or -1; null where none does. `counts` has the rows by
    // number.
    unratedValue(counts) {
      const values = [...counts.keys()].sort((a, b) => a - b);
      const nRows = [...counts.values()].reduce((sum, n) => sum + n, 0);
      const [lowest, second] = values;
      if ((lowest !== 0 && lowest !== -1) || values.at(-1) > rules.max_scale) return null;
      if (values.length < 4 || values.length > rules.max_scale_values || second < 0.5) return null;
      const n = counts.get(lowest);
      const isFrequent = n > rules.min_unrated * nRows && n > 3 * Math.max(counts.get(second), counts.get(values[2]));
      return isFrequent || (lowest === -1 && second >= 1) ? lowest : null;
    },
  };
}
