// What the contents of a column say about it: ids, ratings, times. The same as recsys/data/column_contents.py, which
// explains it, and by the same patterns.
import { wholePattern } from "./rules.js";

const MAX_LENGTH_OF_ID = 80;
const LIST_MARK = /[|]|;|, |^\[.*\]$/;

// Returns a function that describes a column, the texts of its first rows. `rules` are the patterns.
export function createContents(rules, ratingParser) {
  const [datePattern, numberPattern, wholeNumber, itemId, userId] = [
    ...[rules.date, rules.number, rules.whole, rules.item_id, rules.user_id].map(wholePattern),
  ];

  // The form of ratings, and the share of texts that are such; none where any words, or any letters, could be.
  const findRatings = (texts) => {
    const counts = new Map();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    const parsed = ratingParser.parse([...counts.keys()]);
    if (parsed.ambiguous !== undefined) return { form: "numbers", share: 1 }; // numbers whose commas can be read in two ways
    if (parsed.form === "events" || parsed.form === "grades") return { form: parsed.form, share: 0 };
    const nBad = [...counts.values()].reduce((sum, n, code) => sum + (parsed.isBad[code] ? n : 0), 0);
    return { form: parsed.form, share: 1 - nBad / texts.length };
  };

  // The share of the numbers that may be times since 1970, in the one unit in which most may be.
  const shareOfEpoch = (numbers) => {
    const shares = [1, 1e3, 1e6, 1e9].map((unit) => {
      const [low, high] = [rules.min_epoch * unit, rules.max_epoch * unit];
      return numbers.filter((number) => number >= low && number <= high).length / numbers.length;
    });
    return Math.max(...shares);
  };

  return (column) => {
    const texts = column.filter((text) => text.trim());
    const [nRows, nKnown] = [column.length, texts.length];
    const share = (pattern) => (nKnown ? texts.filter((text) => pattern.test(text)).length / nKnown : 0);
    const mean = (measure) => (nKnown ? texts.reduce((sum, text) => sum + measure(text), 0) / nKnown : 0);
    const numbers = texts.map((text) => (numberPattern.test(text) ? Number(text.replaceAll(",", ".")) : Number.NaN));
    const finite = numbers.filter((number) => !Number.isNaN(number));
    const low = finite.reduce((min, number) => Math.min(min, number), finite[0] ?? Number.NaN);
    const high = finite.reduce((max, number) => Math.max(max, number), finite[0] ?? Number.NaN);
    const nUnique = new Set(texts).size;
    const [shareWhole, shareNumber, shareDate] = [wholeNumber, numberPattern, datePattern].map(share);
    const { form, share: shareRating } = nKnown ? findRatings(texts) : { form: null, share: 0 };
    const shareEpoch = nKnown && shareWhole === 1 ? shareOfEpoch(numbers) : 0;
    const [meanLength, meanWords] = [mean((text) => text.length), mean((text) => text.match(/\S+/g).length)];
    const isNext = (number, n) => n === 0 || number - numbers[n - 1] === 1;
    const isCounter = shareWhole === 1 && nKnown > 2 && numbers.every(isNext);

    const isAll = nKnown > 0 && shareWhole === 1;
    const isNumeric = nKnown > 0 && shareNumber >= 0.95;
    const isList = share(LIST_MARK) >= 0.2;
    const isDate = shareDate >= 0.5 && !isNumeric;
    const isEvent =
      nKnown > 0 && !isNumeric && shareDate < 0.5 && meanWords <= 3 &&
      nUnique <= Math.min(ratingParser.maxEvents, Math.max(1, Math.floor(nKnown / 2)));
    const isRatingText = nKnown > 0 && shareRating >= 0.95 && !isNumeric;
    const isScale = isRatingText ? !isDate : isNumeric && nUnique <= rules.max_scale && low >= -10 && high <= 100;
    return {
      ...{ nRows, nKnown, nUnique, high, meanLength, meanWords, shareDate },
      ...{ isCounter, isNumeric, isList, isEvent, isScale },
      isPureEvent: isEvent && shareRating === 0,
      shareUnique: nKnown ? nUnique / nKnown : 0,
      shareItemId: share(itemId),
      shareUserId: share(userId),
      isWhole: isAll,
      isTime: nKnown > 0 && (shareDate >= 0.95 || (shareEpoch >= 0.95 && !isCounter)),
      mayBeTime: nKnown === 0 || shareDate >= 0.5 || shareNumber >= 0.5,
      mayBeRating: nKnown === 0 || (shareRating >= 0.5 && !isDate) || isEvent || form === "grades",
      mayBeYear: nKnown === 0 || shareNumber >= 0.5 || shareDate >= 0.5,
      isOpinion: isScale && nUnique > 1 && ((nUnique > 2 && high <= rules.max_tight) || !isNumeric),
      isTight: isScale && !(high > rules.max_tight),
      isFewWords: isEvent && nUnique < rules.min_ids && rules.min_ids <= nKnown / 20,
      isId:
        nKnown > 0 && !isList && !(shareDate >= 0.95 && !isAll) &&
        (isAll || (!isNumeric && meanLength <= MAX_LENGTH_OF_ID)),
      isShortList: isList && meanLength <= MAX_LENGTH_OF_ID,
    };
  };
}

const mayHaveRole = (column) => column.nUnique > 1 || column.nRows <= 2 || !column.isNumeric; // a constant has none

// The column of ratings, by the best evidence that there is; of equal evidence the last column.
function guessRating(free, nIds, maySpare) {
  const names = [...free.keys()];
  const candidates = names.filter(maySpare);
  const last = names.at(-1);
  const isOnlyOne = candidates.includes(last) && names.length === nIds + 1;
  const numeric = names.filter((name) => free.get(name).isNumeric);
  const groups = [
    candidates.filter((name) => free.get(name).isNumeric && !free.get(name).isWhole),
    candidates.filter((name) => free.get(name).isTight),
    isOnlyOne && (free.get(last).isNumeric || free.get(last).isPureEvent) ? [last] : [],
    candidates.filter((name) => free.get(name).isScale),
    numeric.length === 1 && candidates.includes(numeric[0]) && !free.get(numeric[0]).isCounter ? numeric : [],
    candidates.filter((name) => free.get(name).isPureEvent),
  ];
  return groups.find((group) => group.length)?.at(-1);
}

// Whether of two columns of ids the first is the items', against the usual order.
function isItemFirst(first, second) {
  if (first.shareItemId > 0.8 && second.shareItemId < 0.8) return true;
  if (second.shareUserId > 0.8 && first.shareUserId < 0.8) return true;
  if (second.shareItemId > 0.8 || first.shareUserId > 0.8 || first.isWhole) return false;
  return first.meanWords > 1.5 * second.meanWords && first.meanLength > 1.5 * second.meanLength;
}

// Whether ids may be those of a log: one of them repeats, or there are few rows to tell.
function mayBeLog(ids, hasMore) {
  const nRows = Math.min(...ids.map((column) => column.nRows));
  return nRows < 20 && hasMore ? nRows > 1 : ids.some((column) => column.shareUnique < 0.9);
}

// Roles for columns whose names say nothing: a Map of names by role. `contents` are described columns by name, `known`
// roles that other columns have.
export function guessRoles(contents, known) {
  const free = new Map([...contents].filter(([, column]) => column.nKnown && mayHaveRole(column)));
  const missing = ["user", "item"].filter((role) => !known.has(role));
  const nIds = missing.length;
  const roles = new Map();
  const maySpare = (name) => [...free].filter(([other, column]) => other !== name && column.isId).length >= nIds;
  if (!known.has("timestamp")) {
    const time = [...free.keys()].filter((name) => free.get(name).isTime).at(-1);
    if (time !== undefined && free.size > nIds && maySpare(time)) {
      roles.set("timestamp", time);
      free.delete(time);
    }
  }
  if (!known.has("rating") && free.size > nIds) {
    const rating = guessRating(free, nIds, maySpare);
    if (rating !== undefined) {
      roles.set("rating", rating);
      free.delete(rating);
    }
  }
  const namesWhere = (test) => [...free.keys()].filter((name) => test(free.get(name)));
  let ids = namesWhere((column) => column.isId);
  const isRowNumber = ids.length > nIds && free.get(ids[0]).isCounter && free.get(ids[0]).shareUnique === 1;
  if (isRowNumber) ids = ids.slice(1);
  if (ids.filter((name) => !free.get(name).isFewWords).length < nIds) {
    ids = namesWhere((column) => column.isId || column.isShortList); // titles with commas look like lists
  }
  for (const isLikely of [(column) => column.nKnown === column.nRows, (column) => !column.isFewWords]) {
    const likely = ids.filter((name) => isLikely(free.get(name)));
    if (likely.length >= nIds) ids = likely;
  }
  if (ids.length < nIds) return new Map();
  const chosen = ids.slice(0, nIds);
  if (nIds === 2 && isItemFirst(free.get(chosen[0]), free.get(chosen[1]))) chosen.reverse();
  const hasMore = roles.size > 0 || known.has("rating") || known.has("timestamp");
  if (!mayBeLog(chosen.map((name) => free.get(name)), hasMore)) return new Map();
  const guessed = new Map(missing.map((role, n) => [role, chosen[n]]));
  const item = free.get(guessed.get("item"));
  if (item && item.nUnique === 1 && item.nRows > 1) return new Map();
  return new Map([...roles, ...guessed]);
}
