// Which columns of a table of ratings hold users, items, ratings, times and facts about items: by their names, else by
// what is in them. The same as recsys/data/rating_roles.py, which explains it.
import { guessRoles } from "./contents.js";
import { EXACT } from "./names.js";
import { isDigits } from "./numbers.js";

const RATING_ROLES = ["user", "item", "rating", "timestamp"];
const FACT_ROLES = ["title", "year", "genres"];
const MIN_ALIKE = 0.75; // share of values that two columns have in common where both answer questions of one kind
const MAX_UNIQUE = 0.9; // a column with more different values a row does not repeat
const [MIN_SEVERAL, MIN_SAME] = [10, 0.95];

function groupBy(keys, values) {
  const groups = new Map();
  keys.forEach((key, row) => {
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(values[row]);
  });
  return groups;
}

// `sample` has the first cells of each column by name, `contents` what describes them; `columnNames` reads names.
// Returns the columns by role, a Map of { name, isGuess }; null where it can be no table of ratings.
export function findRoles(sample, contents, columnNames) {
  const names = [...sample.keys()];
  let columns = new Map();
  const add = (role, name, isGuess) => columns.set(role, { name, isGuess });
  const isTaken = (name) => [...columns.values()].some((column) => column.name === name);
  const isUser = () => columns.has("user") && columns.has("item");

  const rankedByName = (role, some) =>
    some
      .filter((name) => columnNames.matchesOf(name).has(role))
      .map((name) => [name, columnNames.matchesOf(name).get(role)])
      .sort(([, a], [, b]) => a - b);

  const isWeak = (role) => {
    const { name, isGuess } = columns.get(role);
    const rank = columnNames.matchesOf(name).get(role);
    return !isGuess && (rank === undefined || rank >= columnNames.weak);
  };

  const assignByName = () => {
    const test = { rating: "mayBeRating", timestamp: "mayBeTime" };
    const pairs = RATING_ROLES.flatMap((role) =>
      rankedByName(role, names)
        .filter(([name, rank]) => !test[role] || rank === EXACT || contents.get(name)[test[role]])
        .map(([name, rank]) => ({ role, name, rank })),
    ).sort((a, b) => a.rank - b.rank);
    for (const { role, name } of pairs) if (!columns.has(role) && !isTaken(name)) add(role, name, false);
  };

  // Columns that are ids of something, where the name of users or of items is missing or a last resort.
  const addGenericIds = () => {
    const isStrong = (role) => columns.has(role) && !isWeak(role);
    const isStronglyTaken = (name) => [...columns].some(([role, column]) => column.name === name && isStrong(role));
    const isJustId = (name) => columnNames.wordsOf(name).join() === "id";
    const free = names.filter((name) => columnNames.isGenericId(name) && !isStronglyTaken(name) && !isJustId(name));
    const missing = ["user", "item"].filter((role) => !isStrong(role));
    const isGuess = !(missing.length === 1 && free.length === 1);
    missing.slice(0, free.length).forEach((role, n) => {
      add(role, free[n], isGuess);
    });
  };

  // Without names of last resort where users do not repeat: that is a list of items or of users, not a log.
  const dropWeakKeys = () => {
    const weak = ["user", "item"].filter((role) => columns.has(role) && isWeak(role));
    const isUnique = columns.has("user") && contents.get(columns.get("user").name).shareUnique > MAX_UNIQUE;
    if (weak.length && isUnique) columns = new Map([...columns].filter(([role]) => !weak.includes(role)));
  };

  // Whether a column by name has another id in each row, so that the table lists items or users.
  const isKey = (role) => {
    const column = columns.get(role);
    if (!column || column.isGuess) return false;
    return contents.get(column.name).shareUnique === 1 && contents.get(column.name).nRows > 2;
  };

  // Whether a column is the same in all rows of each item, or of each user, and differs between them.
  const isAboutOne = (name, guessed) => {
    const values = sample.get(name);
    return ["user", "item"].some((role) => {
      const key = columns.get(role)?.name ?? guessed.get(role);
      if (key === undefined) return false;
      const several = [...groupBy(sample.get(key), values).values()].filter((group) => group.length > 1);
      const nSame = several.filter((group) => group.every((value) => value === group[0])).length;
      return several.length >= MIN_SEVERAL && new Set(values).size > 2 && nSame / several.length >= MIN_SAME;
    });
  };

  const guessKeys = (unknown) => {
    let left = unknown;
    for (;;) {
      const guessed = guessRoles(new Map(left.map((name) => [name, contents.get(name)])), new Set(columns.keys()));
      const rating = guessed.get("rating");
      if (rating === undefined || !isAboutOne(rating, guessed)) return [guessed, left];
      left = left.filter((name) => name !== rating);
    }
  };

  // A row for each user and a column of ratings for each item, or the reverse, is no log.
  const hasScalesForEach = (key) => {
    const others = names.filter((name) => name !== key && contents.get(name).nKnown).map((name) => contents.get(name));
    return contents.get(key).shareUnique === 1 && others.length > 2 && others.every((column) => column.isScale);
  };
  const isMatrix = () =>
    !columns.has("rating") && !columns.has("timestamp") &&
    ["user", "item"].some((role) => hasScalesForEach(columns.get(role).name));

  // Whether users or items that were guessed are values that several other columns have: answers to questions.
  const isLikeOthers = () => {
    if (![...columns.values()].some(({ isGuess }) => isGuess)) return false;
    const values = new Map(names.map((name) => [name, new Set(sample.get(name).filter(Boolean))]));
    return ["user", "item"].some((role) => {
      const { name, isGuess } = columns.get(role);
      const ids = values.get(name);
      if (!isGuess || !ids.size) return false;
      const areNumbers = [...ids].every(isDigits); // ids and ratings may be the same small numbers
      const others = names
        .filter((other) => other !== name && !(areNumbers && isTaken(other)))
        .map((other) => values.get(other));
      const nShared = (other) => [...ids].filter((id) => other.has(id)).length;
      return others.filter((other) => nShared(other) >= MIN_ALIKE * Math.max(ids.size, other.size, 1)).length >= 2;
    });
  };

  // Times and ratings whose names say nothing, where one column alone looks like them.
  const guessRest = (free) => {
    const times = free.filter((name) => contents.get(name).shareDate >= 0.95 && !contents.get(name).isWhole);
    const scales = free.filter((name) => !times.includes(name) && contents.get(name).isOpinion);
    if (!columns.has("timestamp") && times.length === 1) add("timestamp", times[0], true);
    if (!columns.has("rating") && scales.length === 1) add("rating", scales[0], true);
  };

  // Of columns that may have titles, those named like the items first; none if the items are identified by titles.
  const titlesOf = (item, ranked) => {
    const words = columnNames.wordsOf(item);
    if (columnNames.matchesOf(item).get("title") < columnNames.weak) return [];
    const isOther = ([name]) => Number(!columnNames.wordsOf(name).some((word) => words.includes(word)));
    return ranked.sort((a, b) => isOther(a) - isOther(b));
  };

  // Columns that say in each row what the item is.
  const addFacts = () => {
    for (const role of FACT_ROLES) {
      const byName = rankedByName(role, names.filter((name) => !isTaken(name)));
      const ranked = (role === "title" ? titlesOf(columns.get("item").name, byName) : byName)
        .filter(([name, rank]) => rank < columnNames.weak && (role !== "year" || contents.get(name).mayBeYear));
      if (ranked.length) add(role, ranked[0][0], false);
    }
  };

  assignByName();
  addGenericIds();
  dropWeakKeys();
  let unknown = names.filter((name) => !isTaken(name) && columnNames.mayNameAnything(name));
  if (!isUser()) {
    if (isKey("item") || isKey("user")) return null;
    const [guessed, left] = guessKeys(unknown);
    unknown = left;
    for (const [role, name] of guessed) if (!columns.has(role)) add(role, name, true);
  }
  if (!isUser() || isMatrix() || isLikeOthers()) return null;
  guessRest(unknown.filter((name) => !isTaken(name)));
  addFacts();
  return columns;
}
