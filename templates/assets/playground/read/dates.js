// Dates as people and programs write them, as seconds since 1970: "31.12.2019", "Jan 3, 2020", "03/31/2019 14:05". The
// same as recsys/data/dates.py and times.py, which explain it, and by the same names of months and patterns.
import { t } from "../../shared/strings.js";
import { anyPattern, wholePattern } from "./rules.js";
import { computeInSlices } from "./slices.js";

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;
const HOUR = 3600;

// Seconds since 1970 of a day of the calendar and seconds of it; NaN where the calendar has no such day.
function toSeconds(year, month, day, seconds) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // unlike Date.UTC, which takes years below 100 for those of our time
  const isDay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDay && year > 0 ? date.getTime() / 1000 + seconds : Number.NaN;
}

function offsetOf(text) {
  const digits = text.replace(/\D/g, "");
  const hours = text.includes(":") ? Number(text.slice(1).split(":")[0]) : Number(digits.slice(0, 2));
  const minutes = text.includes(":") ? Number(text.split(":")[1]) : Number(digits.slice(2));
  return (text[0] === "-" ? -1 : 1) * (hours * HOUR + minutes * 60);
}

// The times of texts of which all are ISO's, else null: { seconds }, or { problem }, a sentence.
export function* parseIsoDates(texts) {
  const matches = yield* computeInSlices(texts.length, (n) => ISO.exec(texts[n]) ?? undefined);
  if (!matches) return null;
  const zoned = texts.findIndex((_, n) => matches[n][8] && matches[n][4]);
  const unzoned = texts.findIndex((_, n) => !matches[n][8] || !matches[n][4]);
  if (zoned >= 0 && unzoned >= 0) {
    return { problem: t("playground.file.zones", { first: texts[zoned], second: texts[unzoned] }) };
  }
  const toTime = ([, year, month, day, hour = "", minute = "0", second = "0", fraction = "", zone = ""]) => {
    if ((zone && !hour) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
    const ofDay = Number(hour) * HOUR + Number(minute) * 60 + Number(`${second}.${fraction || 0}`);
    const offset = zone && zone !== "Z" ? offsetOf(zone) : 0;
    return toSeconds(Number(year), Number(month), Number(day), ofDay - offset);
  };
  return { seconds: yield* computeInSlices(texts.length, (n) => toTime(matches[n])) };
}

// Returns a generator function that reads different texts as dates: { seconds }, NaN where one is no date; or { problem
// }, a sentence.
export function createDateReader(rules) {
  const [months, zones] = [rules.months, rules.zones].map((names) => new Map(Object.entries(names)));
  const fillers = new Set(rules.fillers);
  const somewhere = [rules.time, rules.half_day, rules.offset, rules.after_time, rules.compact, rules.logged];
  const [timePattern, halfDay, offsetPattern, afterTime, compact, logged] = somewhere.map(anyPattern);
  const whole = [rules.weekday, rules.numeric, rules.month_only, rules.ordered];
  const [weekday, numericPattern, monthOnly, ordered] = whole.map(wholePattern);

  const zoneOffset = (text) => {
    const zone = text.toLowerCase();
    if (zones.has(zone)) return zones.get(zone) * HOUR;
    const offset = zone.replace(/^utc/, "").replace(/^gmt/, "").replace(/^z/, "");
    return offset ? offsetOf(offset) : 0;
  };

  // Seconds of the day and the zone's offset, null without a zone; null where it is no time.
  const readClock = ({ hour, minute = "0", second = "0", fraction = "", half = "", zone }) => {
    const isHalf = half !== "";
    if (isHalf && (Number(hour) < 1 || Number(hour) > 12)) return null;
    const isAfternoon = half.replaceAll(".", "").toLowerCase() === "pm";
    const hours = isHalf ? (Number(hour) % 12) + (isAfternoon ? 12 : 0) : Number(hour);
    if (hours > 24 || Number(minute) > 59 || Number(second) > 60) return null;
    const seconds = hours * HOUR + Number(minute) * 60 + Number(second) + Number(`0.${(fraction || "0").slice(0, 6)}`);
    return [seconds, zone === undefined ? null : zoneOffset(zone)];
  };

  // A year of two digits is one from 1970 to 2069.
  const fullYear = (digits) => Number(digits) + (digits.length > 2 ? 0 : Number(digits) < 70 ? 2000 : 1900);

  // Year, month and day where the text says which is which; null where it does not, or is no date.
  const readOrdered = (text) => {
    const month = monthOnly.exec(text);
    if (month) return [Number(month[1]), Number(month[2]), 1];
    const numbers = ordered.exec(text)?.slice(1).filter((group) => group !== undefined).map(Number);
    if (numbers) return numbers;
    let words = text.match(/[a-z]+|\d+/g) ?? [];
    const isNamed = words.slice(1).some((word) => months.has(word));
    if (isNamed && weekday.test(words[0])) words = words.slice(1); // "mar" is Tuesday in French, and March
    words = words.filter((word) => !fillers.has(word));
    const named = words.filter((word) => months.has(word));
    const digits = words.filter((word) => /^\d+$/.test(word));
    if (named.length !== 1 || words.length - digits.length !== 1 || digits.length < 1 || digits.length > 2) return null;
    const ofYear = months.get(named[0]);
    if (digits.length === 1) return digits[0].length === 4 ? [Number(digits[0]), ofYear, 1] : null; // "January 2020"
    const [year, day] = digits[0].length === 4 ? digits : [digits[1], digits[0]];
    return [fullYear(year), ofYear, Number(day)];
  };

  // { numbers, mark, seconds, zone }: year, month and day, or with a mark three numbers as they stand; null for no
  // date.
  const takeApart = (text) => {
    let rest = text.trim().toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
    rest = rest.replace(compact, "$1 $2:$3:$4").replace(logged, "$1 ");
    let [seconds, zone] = [0, null];
    const match = timePattern.exec(rest) ?? halfDay.exec(rest);
    if (match) {
      const clock = readClock(match.groups);
      if (!clock) return null;
      [seconds, zone] = clock;
      const before = rest.slice(0, match.index).replace(/[ t,]+$/, "");
      const after = rest.slice(match.index + match[0].length);
      rest = `${before} ${after}`.replace(/^[ ,]+|[ ,]+$/g, "");
      const offset = offsetPattern.exec(rest);
      if (offset && zone === null) {
        zone = zoneOffset(offset[1]);
        rest = `${rest.slice(0, offset.index).trimEnd()} ${rest.slice(offset.index + offset[0].length)}`.trim();
      }
      rest = rest.replace(afterTime, "");
    }
    rest = rest.trim();
    const numbers = readOrdered(rest);
    if (numbers) return { numbers, mark: "", seconds, zone };
    const groups = numericPattern.exec(rest)?.groups;
    if (!groups) return null;
    const inOrder = [Number(groups.a), Number(groups.b), fullYear(groups.c)];
    return { numbers: inOrder, mark: groups.mark.trim() || " ", seconds, zone };
  };

  // Whether of numbers such as 3/4/2019 the first is the day, by all dates: { isDayFirst }, or { problem }.
  const findOrder = (texts, parts) => {
    const numeric = parts.map((part, n) => ({ ...part, text: texts[n] })).filter(({ mark }) => mark);
    const day = numeric.find(({ numbers }) => numbers[0] > 12);
    const month = numeric.find(({ numbers }) => numbers[1] > 12);
    if (day && month) return { problem: t("playground.file.dateOrders", { first: day.text, second: month.text }) };
    if (day || month) return { isDayFirst: Boolean(day) };
    const hasPoints = numeric.every(({ mark }) => mark === "."); // the day comes first wherever dates are written so
    if (hasPoints || numeric.every(({ numbers }) => numbers[0] === numbers[1])) return { isDayFirst: true };
    if (numeric.every(({ mark }) => mark === " " || mark === ",")) return { isDayFirst: false };
    const example = numeric.find(({ numbers }) => numbers[0] !== numbers[1]);
    return { problem: t("playground.file.dateOrder", { cell: example.text }) };
  };

  return function* (texts) {
    const parts = yield* computeInSlices(texts.length, (n) => takeApart(texts[n]));
    const { problem, isDayFirst } = findOrder(texts, parts);
    if (problem) return { problem };
    const seconds = parts.map((part) => {
      if (!part) return Number.NaN;
      const [first, second, third] = part.numbers;
      const inOrder = isDayFirst ? [third, second, first] : [third, first, second];
      const [year, month, day] = part.mark ? inOrder : part.numbers;
      return toSeconds(year, month, day, part.seconds - (part.zone ?? 0));
    });
    return { seconds };
  };
}
