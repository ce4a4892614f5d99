// What the cells of an exported table say: columns by name, ratings, years and dates as people and programs write them.
import { normalizeText } from "../../shared/text.js";

const MAX_CELL = 500; // characters that are looked at
const FULL_STAR = /[★⭐]/gu;

// Columns by their names, in any case and spelling: "Your Rating", "your_rating". `value` is that of the first of several
// names that the row has a value for, else "".
export function createColumns(header) {
  const positions = new Map();
  header.forEach((name, position) => {
    const key = normalizeText(name.slice(0, MAX_CELL));
    if (!positions.has(key)) positions.set(key, position);
  });
  const cell = (row, name) => (positions.has(name) ? (row[positions.get(name)] ?? "").trim().slice(0, MAX_CELL) : "");
  return {
    has: (...names) => names.every((name) => positions.has(name)),
    hasAny: (...names) => names.some((name) => positions.has(name)),
    value: (row, ...names) => names.map((name) => cell(row, name)).find(Boolean) ?? "",
  };
}

// A rating as [value, of how many]: "4,5", "8/10", "★★★½"; the second is null where the text does not say. Null where there
// is no rating.
export function parseRatingCell(text) {
  const fullStars = text.match(FULL_STAR)?.length ?? 0;
  if (fullStars || text === "½") return [fullStars + (text.includes("½") ? 0.5 : 0), 5];
  const match = /^([+-]?\d+(?:[.,]\d+)?)(?:\s*\/\s*(\d+))?(?:\s*stars?)?$/i.exec(text);
  if (!match) return null;
  return [Number(match[1].replace(",", ".")), match[2] ? Number(match[2]) : null];
}

// A whole year; null if there is none.
export function parseYearCell(text) {
  const year = Number(/^(-?\d{1,4})(?:\.0)?$/.exec(text)?.[1] ?? /^(\d{4})[-/]/.exec(text)?.[1] ?? Number.NaN);
  return Number.isNaN(year) ? null : year;
}

const SHORT_DATE = /^(\d{1,2})([./-])(\d{1,2})\2(\d{2}|\d{4})(?:\D|$)/;

// Returns a function that gives the time of a date, ms, or null. Which of day and month comes first follows from all the
// dates of a table: a number above 12 is a day. Where none is, dots mean day first, slashes month first.
export function createDateParser(texts) {
  const matches = texts.map((text) => SHORT_DATE.exec(text)).filter(Boolean);
  const isDayFirst =
    matches.some(([, first]) => Number(first) > 12) ||
    (matches.some(([, , separator]) => separator === ".") && !matches.some(([, , , second]) => Number(second) > 12));
  return (text) => {
    const match = SHORT_DATE.exec(text);
    if (match) {
      const [first, second, year] = [match[1], match[3], match[4]].map(Number);
      const [day, month] = isDayFirst ? [first, second] : [second, first];
      return Date.UTC(year < 100 ? 2000 + year : year, month - 1, day);
    }
    const time = Date.parse(text.replaceAll("/", "-").replace(" UTC", "").replace(/^(\d{4}-\d\d-\d\d) /, "$1T"));
    return Number.isNaN(time) ? null : time;
  };
}
