// Find entries by words as people type them. The beginning of a word is enough, words may be joined or split, and if
// nothing begins with what is typed, typing errors are forgiven.
import { splitWords, withoutArticles } from "./text.js";

const MAX_WORDS = 8; // of a query, and at the beginning of a label, that may be joined
const MAX_LENGTH = 32; // of a word, in characters that are compared

// What a word of the query costs in an entry: nothing at the beginning of a word.
const CONTAINED = 1; // elsewhere in a word
const TYPING_ERROR = 16; // each: more than if all words are only contained
const NO_MATCH = 255;

const CONTAINED_RANK = 4; // of entries in which some word is only contained

const INITIALS = /(^|[^\p{L}\p{N}])(\p{L}(?:[.*]\p{L})+)(?![\p{L}\p{N}])/gu;
const joinInitials = (text) => text.replace(INITIALS, (match) => match.replace(/(?!^)[.*]/g, "")); // "E.T." is "ET."

// Errors that are forgiven in a word. A short word would become another one, and so would a number.
const maxErrors = (word) => (word.length < 4 || /\p{N}/u.test(word) ? 0 : word.length < 8 ? 1 : 2);

// A bit for each letter of a word; several letters may share one.
function letterBits(word) {
  let bits = 0;
  for (let n = 0; n < word.length; n++) bits |= 1 << (word.charCodeAt(n) & 31);
  return bits;
}

// Whether at most `max`, 0 to 2, of the bits are set: clearing the lowest that often leaves none.
function hasFewBits(bits, max) {
  let rest = bits;
  for (let n = 0; n < max; n++) rest &= rest - 1;
  return rest === 0;
}

const TABLE = [0, 1, 2].map(() => new Uint8Array(MAX_LENGTH + 4)); // of distances: the last three rows, again and again

// The least number of letters to insert, delete, replace or swap with the next one that turn `word` into the beginning
// of `key` (optimal string alignment); max + 1 if it is more than `max`. Row n, column k of the table is the distance
// between the first n letters of one and the first k of the other; only columns n - max to n + max can matter.
function prefixDistance(word, key, max) {
  if (key.length < word.length - max) return max + 1;
  const end = Math.min(key.length, word.length + max);
  for (let k = 0; k <= end; k++) TABLE[0][k] = k;
  let least = 0;
  for (let n = 1; n <= word.length; n++) {
    const [row, lastRow, rowBefore] = [TABLE[n % 3], TABLE[(n + 2) % 3], TABLE[(n + 1) % 3]];
    const letter = word.charCodeAt(n - 1);
    const first = Math.max(n - max, 1);
    const last = Math.min(n + max, end);
    row[first - 1] = first === 1 ? n : max + 1;
    least = row[first - 1];
    for (let k = first; k <= last; k++) {
      const other = key.charCodeAt(k - 1);
      let distance = Math.min(lastRow[k - 1] + (letter === other ? 0 : 1), lastRow[k] + 1, row[k - 1] + 1);
      if (n > 1 && k > 1 && letter === key.charCodeAt(k - 2) && word.charCodeAt(n - 2) === other) {
        distance = Math.min(distance, rowBefore[k - 2] + 1);
      }
      row[k] = distance;
      least = Math.min(least, distance);
    }
    row[last + 1] = max + 1;
    if (least > max) return max + 1;
  }
  return least;
}

// Words, each with the numbers of the entries that have it.
function createVocabulary() {
  const positions = new Map();
  const words = [];
  const letters = [];
  const entriesOf = [];

  const add = (word, entry) => {
    let position = positions.get(word);
    if (position === undefined) {
      position = words.push(word) - 1;
      positions.set(word, position);
      letters.push(letterBits(word));
      entriesOf.push([]);
    }
    entriesOf[position].push(entry);
  };

  // Lowers the costs of entries, by number, to `costOf(word, its letters)`.
  const lower = (costs, costOf) => {
    for (let n = 0; n < words.length; n++) {
      const cost = costOf(words[n], letters[n]);
      if (cost === NO_MATCH) continue;
      for (const entry of entriesOf[n]) if (cost < costs[entry]) costs[entry] = cost;
    }
  };

  return { add, lower };
}

const beginning = (typed) => (word) => (word.startsWith(typed) ? 0 : NO_MATCH);

const beginningOrContained = (typed) => (word) =>
  word.startsWith(typed) ? 0 : word.includes(typed) ? CONTAINED : NO_MATCH;

function withErrors(typed) {
  const max = maxErrors(typed);
  const typedLetters = letterBits(typed);
  return (word, letters) => {
    if (!hasFewBits(typedLetters & ~letters, max)) return NO_MATCH; // each error brings in at most one letter
    const distance = prefixDistance(typed, word, max);
    return distance > max ? NO_MATCH : distance * TYPING_ERROR;
  };
}

// The words of a query, and the same with two neighbours or all of them joined: "god father" is also "godfather".
function joinedForms(words, whole) {
  if (words.length < 2) return [words];
  const pairs = words.slice(1).map((word, n) => [...words.slice(0, n), words[n] + word, ...words.slice(n + 2)]);
  return [words, ...pairs, [whole]];
}

// A function that returns what `compute(word, given)` does for each of some words, by word. It remembers that of the last
// words, for most of a query stays the same while it is typed.
function rememberLast(compute) {
  let byWord = new Map();
  return (words, given) => {
    byWord = new Map(words.map((word) => [word, byWord.get(word) ?? compute(word, given)]));
    return byWord;
  };
}

const cutWord = (word) => word.slice(0, MAX_LENGTH);

// Whether one of the words ends after so many letters.
function endsWord(words, nLetters) {
  let rest = nLetters;
  for (let n = 0; rest > 0 && n < words.length; n++) rest -= words[n].length;
  return rest === 0;
}

// A function that returns the entries that match a query, best first: those of that very id or label, those whose label
// begins with the query, whole words before parts of them, those in which every word begins a word, those that contain
// every word; of equals the most popular. If no entry has words that begin like that, those with the fewest typing errors
// follow. An entry has a `label` and perhaps `keywords`, which are searched too, an `id` and a `popularity`.
export function createSearchIndex(unsorted) {
  const entries = [...unsorted].sort((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0));
  const words = createVocabulary();
  const runs = createVocabulary(); // of words without the spaces, from each word of a label on
  const names = entries.map(({ label, keywords = "" }, n) => {
    const labelWords = splitWords(joinInitials(label));
    for (const word of [...labelWords, ...splitWords(`${keywords}`)]) words.add(cutWord(word), n);
    const joinable = labelWords.slice(0, MAX_WORDS);
    for (let k = 0; k < joinable.length - 1; k++) runs.add(cutWord(joinable.slice(k).join("")), n);
    return withoutArticles(labelWords);
  });
  const joinedNames = names.map((parts) => parts.join(""));

  const noCosts = () => new Uint8Array(entries.length).fill(NO_MATCH);
  const exactCosts = rememberLast((word) => {
    const costs = noCosts();
    words.lower(costs, beginningOrContained(word));
    runs.lower(costs, beginning(word));
    return costs;
  });
  const forgivingCosts = rememberLast((word, exact) => {
    const costs = exact.get(word).slice();
    for (const vocabulary of [words, runs]) vocabulary.lower(costs, withErrors(word));
    return costs;
  });

  // The costs of each entry for all words of a form together, in the form that costs least.
  const leastCosts = (forms, costsByWord) => {
    const least = noCosts();
    for (const form of forms) {
      const costs = form.map((word) => costsByWord.get(word));
      for (let n = 0; n < entries.length; n++) {
        let sum = 0;
        for (let k = 0; k < costs.length && sum < least[n]; k++) sum += costs[k][n];
        if (sum < least[n]) least[n] = sum;
      }
    }
    return least;
  };

  // Groups of entries by rank, the best first; in each they keep their order.
  const groupByRank = (rankOf) => {
    const groups = [];
    for (const [n, entry] of entries.entries()) {
      const rank = rankOf(n);
      if (rank === null) continue;
      groups[rank] ??= [];
      groups[rank].push(entry);
    }
    return groups;
  };

  return (query) => {
    const id = query.trim();
    const allTyped = splitWords(joinInitials(query));
    const typed = withoutArticles(allTyped).slice(0, MAX_WORDS).map(cutWord);
    if (!typed.length) return entries.filter((entry) => entry.id === id);
    const phrases = [typed, allTyped].map((parts) => parts.join("")); // with articles too: "m a s h"
    const forms = joinedForms(typed, cutWord(phrases[1]));
    const exact = exactCosts([...new Set(forms.flat())]);
    const costs = leastCosts(forms, exact);
    const groups = groupByRank((n) => {
      if (entries[n].id === id || phrases.includes(joinedNames[n])) return 0;
      const beginnings = phrases.filter((phrase) => joinedNames[n].startsWith(phrase));
      if (beginnings.length) return beginnings.some((phrase) => endsWord(names[n], phrase.length)) ? 1 : 2;
      if (costs[n] === NO_MATCH) return null;
      return costs[n] === 0 ? 3 : CONTAINED_RANK;
    });
    const results = groups.flat();
    if (groups.length > 0 && groups.findIndex(Boolean) < CONTAINED_RANK) return results;
    const forgiving = leastCosts([typed], forgivingCosts(typed, exact));
    const byErrors = groupByRank((n) =>
      costs[n] !== NO_MATCH || forgiving[n] === NO_MATCH ? null : Math.floor(forgiving[n] / TYPING_ERROR),
    );
    return [...results, ...(byErrors.find(Boolean) ?? [])];
  };
}
