// What the name of a column says about its contents, in any case and spelling: the same as recsys/data/column_names.py,
// which explains it, and by the same words.
import { isDigits, isPlainNumber } from "./numbers.js";
import { memoized } from "./rules.js";

export const EXACT = -1; // the rank of the package's own name for a role
const TYPE = /:(?:token|float)(?:_seq)?$/;

// `rules` are the words. The returned functions take the name of a column.
export function createColumnNames(rules) {
  const lists = Object.entries(rules).filter(([, words]) => Array.isArray(words));
  const sets = new Map(lists.map(([name, words]) => [name, new Set(words)]));
  const isIn = (list, word) => sets.get(list).has(word);
  const hasAny = (list, words) => words.some((word) => isIn(list, word));
  const rolesOfWord = new Map(); // by word: role and rank, the lower the better
  for (const [role, groups] of Object.entries(rules.words)) {
    groups.forEach((group, rank) => {
      for (const word of group) rolesOfWord.set(word, [...(rolesOfWord.get(word) ?? []), [role, rank]]);
    });
  }

  // Parts that are written together: "visitorid" is (visitor, id).
  const splitWord = (word) => {
    if (rolesOfWord.has(word) || isIn("ids", word)) return [word];
    for (const suffix of rules.suffixes) {
      const stem = word.endsWith(suffix) ? word.slice(0, -suffix.length) : word;
      if (stem !== word && (rolesOfWord.has(stem) || isIn("not_items", stem))) return [stem, suffix];
    }
    return [word];
  };

  const wordsOf = memoized((name) => {
    const folded = name.replace(TYPE, "").replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "");
    const spaced = folded.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ").toLowerCase();
    return (spaced.match(/[\p{L}\p{Nl}\p{No}]+|\p{Nd}+/gu) ?? []).flatMap(splitWord);
  });

  const isIdName = (name) => {
    const words = wordsOf(name);
    const isEnd = words.length > 0 && hasAny("id_ends", [words[0], words.at(-1)]);
    return isEnd || name.toLowerCase().endsWith("id");
  };

  const saysSomething = (name) => {
    const words = wordsOf(name).filter((word) => !isDigits(word));
    return words.some((word) => !isIn("empty", word));
  };

  const hasRole = (word, ...roles) => (rolesOfWord.get(word) ?? []).some(([role]) => roles.includes(role));

  const isOfOthers = (word) => rules.not_plays.some((start) => word.startsWith(start));
  const isCountOfPlays = (words) => ["count", "counts"].includes(words.at(-1)) && !words.some(isOfOthers);

  // How well words name a time at which something was rated; null where they do not.
  const rankOfTime = (words) => {
    const isDeed = isIn("times_at", words[0]) || isIn("times_of_rating", words[0]);
    if (words.length === 2 && isDeed && isIn("after_deed", words[1])) return 2;
    const isDuration = words.length > 1 && words.at(-1) === "time" && isIn("durations", words.at(-2));
    if (hasAny("other_times", words) || isDuration) return null;
    for (const word of [words.at(-1), words[0]]) {
      for (const [role, rank] of rolesOfWord.get(word) ?? []) {
        if (role === "timestamp") return 2 * rank + (words.length === 1 || hasAny("times_of_rating", words) ? 0 : 1);
      }
    }
    const isTimeStamp = words.every((word) => word === "time" || word === "stamp");
    return isTimeStamp && words.includes("time") && words.includes("stamp") ? 3 : null;
  };

  // What a word names where no better name is there: roles and ranks.
  const lastResortsOf = (word, nWords) =>
    Object.entries(rules.last_resorts).flatMap(([role, words]) =>
      words.includes(word) ? [[role, rules.weak + words.indexOf(word) + nWords]] : [],
    );

  // Roles and ranks, a role possibly several times.
  const candidatesOf = (words) => {
    const timeRank = rankOfTime(words);
    if (timeRank !== null) return [["timestamp", timeRank]];
    if (hasAny("other_times", words) && hasAny("dates", words)) {
      return hasAny("times_of_people", words) ? [] : [["year", 5]];
    }
    if (words.length > 1 && isIn("lengths", words.at(-1)) && isIn("durations", words.at(-2))) return [["rating", 12]];
    const candidates = [];
    const hasName = isIn("names", words.at(-1)) && words.slice(0, -1).some((word) => !isIn("fillers", word));
    const hasId = !hasName && words.length > 1 && (isIn("ids", words[0]) || isIn("ids", words.at(-1)));
    let heads = words.filter((word) => !isIn("ids", word) && !isIn("fillers", word) && !isDigits(word));
    if (hasName) {
      heads = heads.slice(0, -1);
      const isOther = hasAny("not_items", heads) || (heads.length > 0 && hasRole(heads.at(-1), "user"));
      if (!isOther) candidates.push(["title", 2 + heads.length]);
    }
    if (!heads.length) return candidates;
    const extra = heads.length - 1 + (hasName ? 4 : 0);
    const isAggregate = hasAny("aggregates", words) && words.some((word) => !isIn("aggregates", word));
    for (const [position, word] of [heads.at(-1), heads[0]].entries()) {
      const roles = rolesOfWord.get(word) ?? rolesOfWord.get(word.endsWith("s") ? word.slice(0, -1) : word) ?? [];
      for (const [role, rank] of roles) {
        if (role === "rating" && (hasId || (isAggregate && !isCountOfPlays(words)))) continue;
        if (["year", "title", "genres"].includes(role) && hasId) continue;
        candidates.push([role, 2 * rank + extra + (["user", "item"].includes(role) && !hasId ? 1 : 0)]);
      }
      if (roles.length || (position === 0 && !(heads.length > 1 && hasRole(heads[0], "rating", "timestamp")))) break;
    }
    if (isIn("events", heads[0]) && words.at(-1) === "type") candidates.push(["rating", 10]);
    return hasName ? candidates : [...candidates, ...lastResortsOf(heads.at(-1), heads.length)];
  };

  // All that a name may mean: the rank by role.
  const matchesOf = memoized((name) => {
    // A title may stand for the item where no better column does.
    if (Object.hasOwn(rules.words, name)) return new Map([[name, EXACT], ...lastResortsOf(name, 1)]);
    const best = new Map();
    const words = wordsOf(name);
    for (const [role, rank] of words.length ? candidatesOf(words) : []) {
      best.set(role, Math.min(rank, best.get(role) ?? rank));
    }
    return best;
  });

  return {
    weak: rules.weak,
    wordsOf,
    isIdName,
    saysSomething,
    matchesOf,
    // Whether a name leaves it open what the column holds, so that its contents may tell.
    mayNameAnything(name) {
      const words = wordsOf(name);
      const isOther = ["not_items", "not_titles", "measures"].some((list) => hasAny(list, words));
      return !matchesOf(name).size && !isIdName(name) && !isOther;
    },
    isGenericId: (name) => isIdName(name) && !hasAny("not_items", wordsOf(name)),
  };
}

const MAX_NAME_WORDS = 4; // a name of more words is a text
const MAX_HEADING = 200;
const MIN_NUMBERS = 5; // names of columns that are numbers, from which on they are names
const MOST_CELLS = 0.9;

// Whether nearly all cells of a column occur again in it, other than its name.
function isRepeating(name, cells) {
  if (!name || cells.length < 5) return false;
  const counts = new Map();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return cells.filter((cell) => counts.get(cell) > 1).length >= MOST_CELLS * cells.length;
}

const hasDigit = (cell) => /\p{Nd}/u.test(cell);

// Whether the first row names the columns of the others; see recsys/data/readers/header.py.
export function isHeader(first, rows, names) {
  const isKnown = (name) =>
    names.saysSomething(name) && names.wordsOf(name).length <= MAX_NAME_WORDS && name.length <= MAX_HEADING &&
    [...names.matchesOf(name).values()].some((rank) => rank < names.weak);
  if (!first.some(Boolean)) return false;
  const numbers = first.slice(1).filter(isPlainNumber);
  const isAllNumbers = new Set(numbers).size === first.length - 1 && !isPlainNumber(first[0]);
  if (numbers.length >= MIN_NUMBERS && isAllNumbers) return !first[0] || isKnown(first[0]);
  if (first.some(isPlainNumber)) return false;
  const columns = first.map((_, n) => rows.map((row) => row[n]).filter(Boolean));
  const nKnown = first.filter((name, n) => isKnown(name) && !columns[n].includes(name)).length;
  if (nKnown >= 2 || nKnown === first.filter(Boolean).length) return true;
  if (first.some((name, n) => name && columns[n].includes(name))) return false; // a value of the column
  let votes = 0; // of columns whose cells have digits, and whose first cell has none
  first.forEach((name, n) => {
    const cells = columns[n];
    if (!cells.length || cells.filter(hasDigit).length < MOST_CELLS * cells.length) return;
    votes += hasDigit(name) ? -1 : name ? 1 : 0;
  });
  if (votes) return votes > 0;
  return nKnown > 0 || first.some((name, n) => isRepeating(name, columns[n]));
}

// Names for the columns, each once: those of the header, "column 3" where it has none.
export function nameColumns(header, rows, nFields, withoutControls) {
  let names = header.length ? [...header] : Array(nFields).fill("");
  if (header.length && names.length === nFields - 1) {
    const isTrailing = !rows.some((row) => row.length === nFields && row[nFields - 1]);
    names = isTrailing ? [...names, ""] : ["", ...names]; // R does not name the column of its row numbers
  }
  while (header.length && names.length > nFields && !names.at(-1)) names.pop();
  const unique = [];
  names.forEach((name, position) => {
    const base = withoutControls(name).split(/\s+/).filter(Boolean).join(" ").slice(0, MAX_HEADING) || `column ${position + 1}`;
    let label = base;
    for (let n = 2; unique.includes(label); n++) label = `${base} (${n})`;
    unique.push(label);
  });
  return unique;
}
