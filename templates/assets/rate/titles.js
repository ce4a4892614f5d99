// Whether ratings are of the items that this site has. Ids of two catalogues may be the same though the items are not: "50"
// is one film in one data set and another in the next. So titles are kept beside ids, and compared.
import { searchWords } from "../shared/text.js";

const MIN_COMPARED = 3; // fewer titles may have been corrected, each

// A corrected title still has a word in common with the one before.
function mayBeSame(first, second) {
  const words = new Set(searchWords(first));
  return first === second || !words.size || searchWords(second).some((word) => words.has(word));
}

// Of entries [id, title], those that can be compared, each as [id, title, whether it may be the item of this site].
function compareTitles(entries, items) {
  const comparable = entries.filter(([id, title]) => title && items.row(id) !== undefined);
  return comparable.map(([id, title]) => [id, title, mayBeSame(title, items.title(items.row(id)))]);
}

const areMostOthers = (compared) => compared.filter(([, , isSame]) => isSame).length * 2 < compared.length;

// Why ratings that were imported are not of this site's items; an empty text if they are.
export function findForeign({ ratings, unwanted, titles }, items) {
  const ids = [...ratings.keys(), ...unwanted];
  if (!ids.length) return "";
  if (ids.every((id) => items.row(id) === undefined)) {
    return `None of the films in this file is on this site: it has no film with the id “${ids[0]}”.`;
  }
  const compared = compareTitles(ids.map((id) => [id, titles.get(id)]), items);
  const other = compared.find(([, , isSame]) => !isSame);
  if (!other || (compared.some(([, , isSame]) => isSame) && !(compared.length >= MIN_COMPARED && areMostOthers(compared)))) {
    return "";
  }
  const [id, title] = other;
  return `The films in this file are not those of this site: “${id}” is “${title}” there, and “${items.title(items.row(id))}” here.`;
}

// Set stored ratings aside that are of the items of another data set, which was at this address before, and take back those
// that are of this site's. Remembers the titles of this site. Changes the state; returns whether it did.
export function sortOut(state, items) {
  const { ratings, unwanted, titles, others } = state;
  const before = JSON.stringify([[...titles], others]);
  const ids = [...ratings.keys(), ...unwanted];
  const compared = compareTitles(ids.map((id) => [id, titles.get(id)]), items);
  if (compared.length >= MIN_COMPARED && areMostOthers(compared)) {
    for (const [id, title] of compared.filter(([, , isSame]) => !isSame)) {
      others.push([id, ratings.get(id) ?? 0, title]);
      ratings.delete(id);
      unwanted.delete(id);
      titles.delete(id);
    }
  }
  const isBack = ([id, , title]) =>
    compareTitles([[id, title]], items).some(([, , isSame]) => isSame) && !ratings.has(id) && !unwanted.has(id);
  for (const [id, stars] of others.filter(isBack)) {
    if (stars) ratings.set(id, stars);
    else unwanted.add(id);
  }
  state.others = others.filter(([id, , title]) => !compareTitles([[id, title]], items).some(([, , isSame]) => isSame));
  for (const id of [...ratings.keys(), ...unwanted]) {
    if (items.row(id) !== undefined) titles.set(id, items.title(items.row(id)));
  }
  return JSON.stringify([[...titles], state.others]) !== before;
}
