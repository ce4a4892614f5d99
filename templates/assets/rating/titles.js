// Whether ratings are of the items that this site has. Ids of two catalogues may be the same though the items are not: "50"
// is one item in one data set and another in the next. So titles are kept beside ids, and compared.
import { t } from "../shared/strings.js";
import { searchWords } from "../shared/text.js";

export const MAX_TITLE = 100; // characters that are stored, and compared
const UNKNOWN = "zz"; // the code of a title that is not known
const N_CODES = 36 ** 2 - 1; // "00" to "zy"

const titleWords = (title) => [...new Set(searchWords(title.slice(0, MAX_TITLE)))].sort();
const isNumber = (word) => /^\p{N}+$/u.test(word);

// Two spellings of one title have at least half of all their words in common, and all numbers: "Alien 3" is not "Alien".
export function isSameTitle(first, second) {
  const [words, otherWords] = [titleWords(first), titleWords(second)];
  if (!words.length || !otherWords.length) return first.slice(0, MAX_TITLE) === second.slice(0, MAX_TITLE);
  if (words.filter(isNumber).join() !== otherWords.filter(isNumber).join()) return false;
  const nShared = words.filter((word) => otherWords.includes(word)).length;
  return nShared * 2 >= words.length + otherWords.length - nShared; // Jaccard similarity of at least a half
}

// Two characters that are the same for all spellings of a title that differ in case, accents, articles or order: short
// enough for an address. Of two different titles one pair in 1295 has the same.
export function titleCode(title) {
  if (!title) return UNKNOWN;
  const text = titleWords(title).join(" ") || title.slice(0, MAX_TITLE);
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 0x01000193) >>> 0;
  return (hash % N_CODES).toString(36).padStart(2, "0");
}

// Of entries [id, title], those that can be compared, each as [id, title, whether it is the item of this site].
function compareTitles(entries, items) {
  const comparable = entries.filter(([id, title]) => title && items.row(id) !== undefined);
  return comparable.map(([id, title]) => [id, title, isSameTitle(title, items.title(items.row(id)))]);
}

// Whether entries are of another data set: fewer than half are the items of this site. One corrected title among several
// stays below that. A single one that was corrected beyond recognition cannot be told from another data set; then
// no rating is shown rather than one under a wrong title. It is stored, counted on the page, and back with its title.
const areOthers = (areSame) => areSame.filter(Boolean).length * 2 < areSame.length;

// Why ratings that were imported are not of this site's items; an empty text if they are.
export function findForeign({ ratings, unwanted, titles }, items) {
  const ids = [...ratings.keys(), ...unwanted];
  if (!ids.length) return "";
  if (ids.every((id) => items.row(id) === undefined)) {
    return t("rate.foreign.ids", { id: ids[0] });
  }
  const compared = compareTitles(ids.map((id) => [id, titles.get(id)]), items);
  if (!areOthers(compared.map(([, , isSame]) => isSame))) return "";
  const [id, title] = compared.find(([, , isSame]) => !isSame);
  return t("rate.foreign.titles", { id, there: title, here: items.title(items.row(id)) });
}

// Whether a link is of other items than this site's, by the codes of their titles: links of earlier versions have none.
export function isForeignLink({ codes }, items) {
  const comparable = [...codes].filter(([id, code]) => code !== UNKNOWN && items.row(id) !== undefined);
  return areOthers(comparable.map(([id, code]) => code === titleCode(items.title(items.row(id)))));
}

// Set an item's rating aside: it is of another data set, which was at this address.
export function setAside({ ratings, unwanted, titles, others }, id) {
  others.push([id, ratings.get(id) ?? 0, titles.get(id)]);
  ratings.delete(id);
  unwanted.delete(id);
  titles.delete(id);
}

// Set stored ratings aside that are of the items of another data set, which was at this address before, and take back those
// that are of this site's. Remembers the titles of this site. Changes the state; returns whether it did.
export function sortOut(state, items) {
  const { ratings, unwanted, titles, others } = state;
  const before = JSON.stringify([[...titles], others]);
  const entries = [...ratings.keys(), ...unwanted].map((id) => [id, titles.get(id)]);
  const compared = compareTitles(entries, items);
  if (areOthers(compared.map(([, , isSame]) => isSame))) {
    const sameIds = new Set(compared.filter(([, , isSame]) => isSame).map(([id]) => id));
    // Also those whose id is not here: when the other data set is back, all of its ratings come back together.
    for (const [id] of entries.filter(([id, title]) => title && !sameIds.has(id))) setAside(state, id);
  }
  const isHere = ([id, , title]) => compareTitles([[id, title]], items).some(([, , isSame]) => isSame);
  for (const [id, stars] of others.filter(isHere)) {
    if (ratings.has(id) || unwanted.has(id)) continue; // a later one
    if (stars) ratings.set(id, stars);
    else unwanted.add(id);
  }
  state.others = others.filter((entry) => !isHere(entry));
  for (const id of [...ratings.keys(), ...unwanted]) {
    if (items.row(id) !== undefined) titles.set(id, items.title(items.row(id)));
  }
  return JSON.stringify([[...titles], state.others]) !== before;
}
