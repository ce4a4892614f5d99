// Tables with a row for each user and a column for each item, as polls and spreadsheets have them, read as tables with
// a row for each rating. The same as recsys/data/wide.py and readers/wide.py, which explain it.
import { createCells, createIntegers } from "./cells.js";
import { readAllRows } from "./table.js";

const MIN_ITEMS = 3;
const MIN_MANY = 5; // columns of ratings from which on the other columns may be any number
const MAX_OTHERS = 2; // other columns beside fewer columns of ratings
const MIN_ZEROS = 0.2; // share of the cells from which on a 0 below a scale that begins with 1 may stand for no rating
const ZEROS = new Set(["0", "0.0", "0,0"]);
const [MIN_UNIQUE_USERS, MIN_UNIQUE_OF_ALL] = [0.9, 0.5];
const MAX_RATINGS = 25; // different ones in all columns
const TOPS = [1, 5, 7, 10, 20, 100]; // highest values of the usual scales
const MAX_MARK = 3; // characters of a mark such as "x"
const NAMELESS = /^(?:column \d+( \(\d+\))?|Unnamed: \d+)$/;
const QUESTION = /^(.*?)\s*\[([^[\]]+)\]$/s; // "How do you rate these games? [Catan]"

// `sample` has the first cells of each column by name, `contents` what describes them; `columnNames` reads names.
// Returns { items, user, time, isZeroBlank }: a Map of what the columns of ratings are about; the columns of users and
// of times, undefined without; and whether a 0 stands for no rating. Null where it is another table.
export function findWide(sample, contents, columnNames, ratingParser) {
  const names = [...sample.keys()];
  const hasRole = (name, roles, limit) =>
    roles.some((role) => (columnNames.matchesOf(name).get(role) ?? Number.POSITIVE_INFINITY) < limit);

  const mayHoldOpinions = (name) => {
    const column = contents.get(name);
    if (NAMELESS.test(name)) return false;
    const isOther = hasRole(name, ["user", "timestamp", "year"], columnNames.weak) || columnNames.isIdName(name);
    if (!QUESTION.test(name) && isOther) return false;
    const isMark = column.nUnique === 1 && column.meanLength <= MAX_MARK && column.shareDate === 0;
    return column.nKnown > 0 && column.nUnique <= MAX_RATINGS && (column.isScale || isMark);
  };

  const numbersOf = (texts) => {
    const parsed = ratingParser.parse(texts);
    return parsed.ambiguous === undefined ? [...parsed.numbers].filter((number) => !Number.isNaN(number)) : [];
  };

  // The columns within the commonest range, which that of an age is not in.
  const onOneScale = (some) => {
    const ranges = new Map();
    for (const name of some) {
      const numbers = numbersOf([...new Set(sample.get(name))]);
      if (numbers.length) ranges.set(name, [Math.min(...numbers), Math.max(...numbers)]);
    }
    const counts = new Map();
    for (const [, high] of ranges.values()) counts.set(high, (counts.get(high) ?? 0) + 1);
    const [high = 0] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [];
    const lows = [...ranges.values()].filter(([, top]) => top === high).map(([low]) => low);
    const [low, top] = [lows.length ? Math.min(...lows) : 0, TOPS.find((end) => high <= end) ?? high];
    return [...ranges].filter(([, range]) => range[0] >= Math.min(low, 0) && range[1] <= top).map(([name]) => name);
  };

  // Whether all cells of ratings read as ratings together, and are few different ones.
  const haveOneForm = (some) => {
    const texts = some.flatMap((name) => sample.get(name));
    const unique = [...new Set(texts)];
    const parsed = ratingParser.parse(unique);
    if (parsed.ambiguous !== undefined) return false;
    if (parsed.form === "events") return parsed.events.length === 1;
    const bad = new Set(unique.filter((_, code) => parsed.isBad[code]));
    const n = new Set(parsed.numbers.filter((number) => !Number.isNaN(number))).size;
    return texts.filter((text) => bad.has(text)).length <= 0.05 * texts.length && n > 1 && n <= MAX_RATINGS;
  };

  const mostCommon = (texts) => {
    const counts = new Map();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
  };

  // Whether another column names items, so that the columns of ratings are features of these, or are criteria.
  const hasItems = (some) => {
    const isAny = (name, roles) => hasRole(name, roles, Number.POSITIVE_INFINITY);
    return some.some((name) => !isAny(name, ["user", "timestamp"]) && isAny(name, ["item", "title"]));
  };

  // Whether one or two of the columns are called ratings or items: then these are what the table is about.
  const isLog = (some) => {
    return ["item", "rating"].some((role) => {
      const n = some.filter((name) => hasRole(name, [role], columnNames.weak)).length;
      return n > 0 && n < MIN_ITEMS;
    });
  };

  const userColumn = (some) => {
    const rankOf = (name) => columnNames.matchesOf(name).get("user");
    const ranked = [
      ...some.filter((name) => rankOf(name) !== undefined).map((name) => [name, rankOf(name)]),
      ...some.filter(columnNames.isIdName).map((name) => [name, columnNames.weak]),
    ].sort(([, a], [, b]) => a - b);
    if (ranked.length) return ranked[0][0];
    return some.find((name) => {
      const column = contents.get(name);
      const isUnique = column.shareUnique === 1 && column.nKnown > 1 && column.nKnown === column.nRows;
      return isUnique && !column.isTime && (column.isId || !column.isNumeric);
    });
  };

  const timeColumn = (some) => {
    const rankOf = (name) => columnNames.matchesOf(name).get("timestamp");
    const named = some.filter((name) => rankOf(name) !== undefined && contents.get(name).mayBeTime);
    if (named.length) return named.sort((a, b) => rankOf(a) - rankOf(b))[0];
    return some.find((name) => contents.get(name).shareDate >= 0.95);
  };

  // Whether 0 stands for no rating: it is the commonest of all numbers, below a scale that begins with 1.
  const isZeroBlank = (some) => {
    const texts = some.flatMap((name) => sample.get(name));
    const unique = [...new Set(texts)];
    const { numbers, form } = ratingParser.parse(unique);
    const numberOf = new Map(unique.map((text, code) => [text, numbers[code]]));
    const counts = new Map();
    for (const number of texts.map((text) => numberOf.get(text))) {
      if (!Number.isNaN(number)) counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    const [lowest, second] = [...counts.keys()].sort((a, b) => a - b);
    if (form !== "numbers" || counts.size < 4 || lowest !== 0 || second < 0.5) return false;
    const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
    return counts.get(0) >= Math.max(...counts.values(), MIN_ZEROS * all);
  };

  const scales = names.filter(mayHoldOpinions);
  const opinions = scales.filter((name) => contents.get(name).isScale);
  const likely = opinions.length >= MIN_ITEMS ? opinions : scales;
  const matches = likely.map((name) => [name, ...(QUESTION.exec(name)?.slice(1) ?? [])]);
  const questions = matches.filter((match) => match.length > 1);
  const isForm = questions.length >= MIN_ITEMS;
  const common = isForm ? mostCommon(questions.map(([, before]) => before)) : "";
  const items = isForm ? questions.filter(([, before]) => before === common).map(([name]) => name) : onOneScale(likely);
  const labels = isForm ? questions.filter(([, before]) => before === common).map(([, , item]) => item.trim()) : items;
  const others = names.filter((name) => !items.includes(name));
  const isEnough = items.length >= MIN_MANY || (items.length >= MIN_ITEMS && others.length <= MAX_OTHERS);
  if (new Set(labels).size < labels.length || !isEnough || !haveOneForm(items)) return null;
  if (!isForm && (hasItems(others) || isLog(items))) return null;
  const user = userColumn(others);
  const time = timeColumn(others.filter((name) => name !== user));
  const isAll = others.every((name) => name === user || name === time); // nothing else may be the item
  const minUnique = isAll ? MIN_UNIQUE_OF_ALL : MIN_UNIQUE_USERS;
  if (user === undefined ? items.length < MIN_MANY : contents.get(user).shareUnique < minUnique) return null;
  return { items: new Map(items.map((name, n) => [name, labels[n]])), user, time, isZeroBlank: isZeroBlank(items) };
}

// A generator: the ratings in the cells of such a table, as readColumns of table.js has them; columns are called as
// what they hold. Users without a name are called by the numbers of their rows.
export function* readWide(form, blocks, { items, user, time, isZeroBlank }, isBlank) {
  const roles = ["user", "item", "rating", ...(time === undefined ? [] : ["timestamp"])];
  const cells = new Map(roles.map((role) => [role, createCells()]));
  const lines = createIntegers();
  const labels = [...items].map(([name, label]) => [form.names.indexOf(name), label]);
  const [userPosition, timePosition] = [user, time].map((name) => form.names.indexOf(name));
  let nRows = 0;
  yield* readAllRows(form, blocks, (values, line) => {
    nRows++;
    for (const [position, label] of labels) {
      const cell = values[position];
      if (isBlank(cell) || (isZeroBlank && ZEROS.has(cell))) continue;
      cells.get("user").add(user === undefined ? String(nRows) : values[userPosition]);
      cells.get("item").add(label);
      cells.get("rating").add(cell);
      if (time !== undefined) cells.get("timestamp").add(values[timePosition]);
      lines.add(line);
    }
  });
  return { cells: new Map(roles.map((role) => [role, cells.get(role).finish()])), lines: lines.finish() };
}
