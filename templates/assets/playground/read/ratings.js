// The rows of a table that are ratings, as columns of users, items, ratings and times. The same as
// recsys/data/cleaning.py, which explains it. Refuses, in a sentence, a row that cannot be read.
import { t } from "../../shared/strings.js";
import { countCells, keepRows, mapCells, positionsOf, takeAt } from "./cells.js";
import { isCanonical, isDigits } from "./numbers.js";
import { createControlFilter, wholePattern } from "./rules.js";
import { computeInSlices } from "./slices.js";
import { refuseFile } from "./text.js";
import { createTimeReader } from "./times.js";

const MAX_SHOWN = 60; // characters of a cell in a sentence
const MAX_FLOAT32 = 3.4028235e38;

const shortened = (text) => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

// `rules` are all words and patterns. The returned generator function takes a table as read.js has it, and returns {
// user, item, rating, time, rows, isCounted, notes }: cells; numbers of the rows that are kept, null where the table
// has none; which rows are; and whether a rating is how many rows its user and item have.
export function createRatingsReader(rules, ratingParser) {
  const [isWholeFloat, blankIds] = [wholePattern(rules.cells.whole_float), new Set(rules.cells.blank_ids)];
  const readTimes = createTimeReader(rules.dates);
  const withoutControls = createControlFilter(rules.cells.controls);

  // Ids without control characters, and without the ".0" that programs write behind numbers beside blanks.
  const cleanIds = (cells) => {
    const known = cells.values.filter((text) => text.trim());
    if (!known.length || known.every(isCanonical)) return cells;
    if (known.every((text) => isWholeFloat.test(text))) return mapCells(cells, (text) => text.split(".")[0]);
    return cells.values.every((text) => withoutControls(text) === text) ? cells : mapCells(cells, withoutControls);
  };

  const readIds = (table, name, what) => {
    const cells = cleanIds(table.cells.get(name));
    const others = cells.values.filter((text) => !ratingParser.isBlank(text));
    const areNumbers = others.length > 0 && others.every(isDigits); // elsewhere "none" may be a name
    const isMissing = (text) => (areNumbers ? ratingParser.isBlank(text) : blankIds.has(text.toLowerCase()));
    const missing = new Set(cells.values.flatMap((text, code) => (isMissing(text) ? [code] : [])));
    if (missing.size) refuseAt(table, cells, (code) => missing.has(code), (line) => what({ file: table.file, line }));
    return cells;
  };

  // Refuse the first row whose cell is wrong.
  const refuseAt = (table, cells, isWrong, sentence) => {
    const row = cells.codes.findIndex(isWrong);
    refuseFile(sentence(table.lines[row], shortened(cells.values[cells.codes[row]])));
  };

  const readRatings = (table, name) => {
    const { file } = table;
    const cells = table.cells.get(name);
    const parsed = ratingParser.parse(cells.values);
    if (parsed.ambiguous !== undefined) refuseFile(t("playground.file.ambiguous", { file, cell: parsed.ambiguous }));
    if (parsed.isBad.some(Boolean)) {
      const isBad = (code) => parsed.isBad[code];
      refuseAt(table, cells, isBad, (line, cell) => t("playground.file.rating", { file, line, cell }));
    }
    const isLarge = (code) => Math.abs(parsed.numbers[code]) > MAX_FLOAT32;
    if (cells.values.some((_, code) => isLarge(code))) {
      refuseAt(table, cells, isLarge, (line, cell) => t("playground.file.largeRating", { file, line, cell }));
    }
    return { ...parsed, cells };
  };

  // A generator: times of all rows; those of rows without one are the oldest.
  const readTimesOf = function* (table, name, notes) {
    const cells = table.cells.get(name);
    const isBlank = yield* computeInSlices(cells.values.length, (code) => ratingParser.isBlank(cells.values[code]));
    const isKnown = new Uint8Array(isBlank.length);
    for (let code = 0; code < isKnown.length; code++) isKnown[code] = isBlank[code] ? 0 : 1;
    const known = positionsOf(isKnown);
    if (!known.length) {
      notes.push(t("playground.file.blankTimes", { column: name }));
      return null;
    }
    const { times, problem } = yield* readTimes(
      known.length === cells.values.length ? cells.values : Array.from(known, (code) => cells.values[code]),
    );
    yield 0.8;
    if (problem) refuseFile(`${table.file}: ${problem}`);
    const ofCode = new Float64Array(cells.values.length).fill(Number.NaN);
    known.forEach((code, n) => {
      ofCode[code] = times[n];
    });
    const isBad = (code) => Number.isNaN(ofCode[code]) && !isBlank[code];
    if (times.some(Number.isNaN)) {
      refuseAt(table, cells, isBad, (line, cell) => t("playground.file.time", { file: table.file, line, cell }));
    }
    yield 0.85;
    const oldest = times.reduce((min, time) => Math.min(min, time), Number.POSITIVE_INFINITY) - 1;
    const counts = countCells(cells);
    let nMissing = 0;
    for (let code = 0; code < ofCode.length; code++) {
      if (!isBlank[code]) continue;
      ofCode[code] = oldest;
      nMissing += counts[code];
    }
    if (nMissing) notes.push(t("playground.file.noTime", { n: nMissing }));
    return takeAt(ofCode, cells.codes);
  };

  // The rows without a rating, which are left out, and those with a number that seems to mean so.
  const markUnrated = ({ cells, numbers, form }, isKept, notes) => {
    const counts = countCells(cells);
    const nOfNumber = new Map();
    counts.forEach((n, code) => {
      if (n && !Number.isNaN(numbers[code])) nOfNumber.set(numbers[code], (nOfNumber.get(numbers[code]) ?? 0) + n);
    });
    const value = form === "words" || form === "events" ? null : ratingParser.unratedValue(nOfNumber);
    const nBlank = counts.reduce((sum, n, code) => sum + (Number.isNaN(numbers[code]) ? n : 0), 0);
    if (nBlank) notes.push(t("playground.file.noRating", { n: nBlank }));
    if (value !== null) notes.push(t("playground.file.unrated", { n: nOfNumber.get(value), cell: String(value) }));
    const isUnrated = Array.from(numbers, (number) => Number.isNaN(number) || number === value);
    for (let row = 0; row < isKept.length; row++) if (isUnrated[cells.codes[row]]) isKept[row] = 0;
  };

  return function* (table) {
    const notes = [];
    const { roles } = table;
    const nameOf = (role) => roles.get(role)?.name;
    const user = readIds(table, nameOf("user"), (place) => t("playground.file.noUser", place));
    const item = readIds(table, nameOf("item"), (place) => t("playground.file.noItem", place));
    yield 0.1;
    const isKept = new Uint8Array(table.lines.length).fill(1);
    let rating = null;
    let events = [];
    if (nameOf("rating") !== undefined) {
      const parsed = readRatings(table, nameOf("rating"));
      if (parsed.numbers.every(Number.isNaN)) {
        notes.push(t("playground.file.blankRatings", { column: nameOf("rating") }));
      } else {
        markUnrated(parsed, isKept, notes);
        ({ events } = parsed);
        rating = takeAt(parsed.numbers, parsed.cells.codes);
      }
    }
    if (events.length) notes.push(t("playground.file.events", { column: nameOf("rating"), events: events.join(", ") }));
    const times = nameOf("timestamp") === undefined ? null : yield* readTimesOf(table, nameOf("timestamp"), notes);
    yield 0.9;
    const rows = positionsOf(isKept);
    return {
      ...{ user: keepRows(user, rows), item: keepRows(item, rows), rows, notes },
      rating: rating && takeAt(rating, rows),
      time: times && takeAt(times, rows),
      isCounted: rating === null || events.length > 0,
    };
  };
}
