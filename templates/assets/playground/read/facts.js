// Titles, years and genres of items, from what the rows of ratings say of them. The same as recsys/data/row_facts.py,
// titles.py and categories.py, which explain it.
import { mapCells } from "./cells.js";
import { isCanonical, isPlainNumber } from "./numbers.js";
import { anyPattern, createControlFilter, memoized, wholePattern } from "./rules.js";
import { computeInSlices } from "./slices.js";

const MIN_CONSISTENT = 0.9; // share of the items that have one value in all of their rows
const MAX_YEAR = 9999;
const MAX_GENRES = 200;
const ENTITY = /&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]\w*);?/g;
const LITERAL = /^\s*(?:\[.*\]|[({]\s*['"].*[)}]|\(\)|set\(\))?\s*$/s;
const OBJECT = /^\s*\{\s*(?:'[^']*'|"[^"]*")\s*:/;
const OBJECTS = /^\s*\[\s*\{/;
const NAME_IN_OBJECT = /["']name["']\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/gs;
const LITERAL_PART = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,[\](){}'"]+)/gs;

// Whether a reference is to a control character, which Python leaves out.
const isControl = (code) => code < 9 || code === 11 || (code > 13 && code < 32) || (code > 126 && code < 160);
const decodeEntity = memoized((entity) => {
  const text = new DOMParser().parseFromString(entity, "text/html").body.textContent;
  return text.length === 1 && isControl(text.charCodeAt(0)) ? "" : text;
});
const decodeEntities = (text) => (text.includes("&") ? text.replace(ENTITY, decodeEntity) : text);

// A column of nothing but numbers as Python reads it: 7.0 is 7.
function withoutFractions(cells) {
  const areNumbers = cells.values.every(isPlainNumber) && !cells.values.every(isCanonical);
  return areNumbers ? mapCells(cells, (text) => String(Number(text))) : cells;
}

// By item, the commonest of its cells, null where it has none but blank ones; null for all where the cells of too many
// items differ. `item` and `column` are cells.
function* commonestOfItem(item, column, blank) {
  const isBlank = column.values.map((text) => blank.has(text.trim()));
  const nValues = column.values.length;
  const nOfPair = new Map();
  yield* computeInSlices(item.codes.length, (row) => {
    const pair = item.codes[row] * nValues + column.codes[row];
    if (!isBlank[column.codes[row]]) nOfPair.set(pair, (nOfPair.get(pair) ?? 0) + 1);
    return 0;
  });
  const best = new Map(); // by item: the commonest text, how many rows have it, how many texts there are
  for (const [pair, n] of nOfPair) {
    const [code, text] = [Math.floor(pair / nValues), column.values[pair % nValues]];
    const entry = best.get(code);
    const isBetter = !entry || n > entry.n || (n === entry.n && text < entry.text);
    best.set(code, { ...(isBetter ? { text, n } : entry), nTexts: (entry?.nTexts ?? 0) + 1 });
  }
  const nSame = [...best.values()].filter(({ nTexts }) => nTexts === 1).length;
  if (nSame < MIN_CONSISTENT * best.size || !best.size) return null;
  return item.values.map((_, code) => best.get(code)?.text ?? null);
}

// What separates the names in the cells of a column; null where nothing does.
function separatorOfLists(texts) {
  if (texts.some((text) => text.includes("|"))) return "|";
  for (const separator of [";", ","]) {
    const joined = texts.filter((text) => text.includes(separator));
    const partsOf = (text) => [...new Set(text.split(separator).map((part) => part.trim()))].filter(Boolean);
    const counts = new Map();
    for (const part of texts.flatMap(partsOf)) counts.set(part, (counts.get(part) ?? 0) + 1);
    const isName = joined.every((text) => text.includes("&") || /\band\b/.test(text));
    const recurs = joined.some((text) => partsOf(text).some((part) => counts.get(part) > 1));
    if (joined.length && (recurs || !isName)) return separator;
  }
  return null;
}

// { names, ofItem } of a text of genres for each item, null for none: the commonest, in the order of their names. Null
// where the cells are objects.
function splitGenres(texts) {
  const unique = [...new Set(texts.filter((text) => text !== null))];
  const isLiteral = unique.length > 0 && unique.every((text) => LITERAL.test(text));
  if (isLiteral && unique.some((text) => OBJECT.test(text))) return null;
  const separator = isLiteral ? null : separatorOfLists(unique);
  const unescaped = (text) => text.replace(/\\(.)/gs, "$1");
  const literalParts = (text) =>
    Array.from(text.matchAll(OBJECTS.test(text) ? NAME_IN_OBJECT : LITERAL_PART), ([, single, double, bare]) => unescaped(single ?? double ?? bare));
  const partsOf = (text) => (isLiteral ? literalParts(text) : separator ? text.split(separator) : [text]);
  const namesIn = (text) => [...new Set(partsOf(text).map((part) => part.trim()))].filter(Boolean);
  const lists = texts.map((text) => (text === null ? [] : namesIn(text)));
  const counts = new Map();
  for (const name of lists.flat()) counts.set(name, (counts.get(name) ?? 0) + 1);
  const isMore = (a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1);
  const all = [...counts.keys()];
  const commonest = () => all.sort(isMore).slice(0, MAX_GENRES).filter((name) => counts.get(name) > 1);
  const names = (all.length > MAX_GENRES ? commonest() : all).sort();
  const position = new Map(names.map((name, n) => [name, n]));
  const ofItem = lists.map((list) => list.flatMap((name) => position.get(name) ?? []).sort((a, b) => a - b));
  return names.length ? { names, ofItem } : null;
}

// `rules` are all words and patterns. The returned generator function takes the cells of items, cells of title, year
// and genres by role, and returns { titles, years, genres, leftOut } by item: titles with null where there is none,
// years or null, genres or null, and the roles whose columns differ between the rows of an item.
export function createFactsReader(rules) {
  const [blankFacts, blankTitles] = [new Set(rules.cells.blank_facts), new Set(rules.cells.blank_titles)];
  const withoutControls = createControlFilter(rules.cells.controls);
  const yearPattern = wholePattern(rules.titles.year);
  const [movedArticle, parenthesis] = [wholePattern(rules.titles.moved_article), anyPattern(rules.titles.parenthesis)];
  const everyParenthesis = new RegExp(parenthesis.source, `${parenthesis.flags}g`);

  // A cell without HTML entities and control characters; null where there is none, or it is a text for nothing.
  const decodeCell = (cell, blank) => {
    const text = cell === null ? "" : withoutControls(decodeEntities(cell));
    return cell === null || blank.has(text.trim()) ? null : text;
  };

  const articleFirst = (title) => {
    const groups = movedArticle.exec(title)?.groups;
    if (!groups) return title;
    const gap = /['’]$/.test(groups.article) ? "" : " ";
    return `${groups.lead ?? ""}${groups.article}${gap}${groups.rest}${groups.more}`;
  };
  const naturalOrder = (title) =>
    articleFirst(title.replace(everyParenthesis, (_, inside) => `(${articleFirst(inside)})`));
  const splitYear = (text) => {
    const groups = yearPattern.exec(text.trim())?.groups;
    return groups ? { title: groups.title, year: Number(groups.year) } : { title: text.trim(), year: Number.NaN };
  };

  // Titles without years at their end, in natural order, where most of them have one; and these years.
  const readTitles = (texts) => {
    const titles = texts.map((text) => decodeCell(text, blankTitles));
    const known = titles.filter((title) => title !== null);
    const split = titles.map((title) => (title === null ? { title, year: Number.NaN } : splitYear(title)));
    const nDated = split.filter(({ year }) => !Number.isNaN(year)).length;
    if (!known.length || nDated < rules.cells.min_dated * known.length) return { titles, years: null };
    return {
      titles: split.map(({ title }) => (title === null ? null : naturalOrder(title))),
      years: Float64Array.from(split, ({ year }) => year),
    };
  };

  const readYear = (text) => {
    if (text === null || blankFacts.has(text.trim())) return Number.NaN;
    const month = /^(\d{4})-\d\d(?:-\d\d.*)?$/.exec(text.trim());
    const isDecimal = /^[+-]?\d+(?:\.\d*)?$/.test(text.trim());
    const year = Number(month ? month[1] : isDecimal ? text : Number.NaN);
    return Number.isInteger(year) && Math.abs(year) <= MAX_YEAR && year !== 0 ? year : Number.NaN;
  };

  const readGenres = (texts) => splitGenres(texts.map((text) => decodeCell(text, blankFacts)));

  return function* (item, columns) {
    const blank = new Set(["", "\\N"]);
    const texts = new Map();
    for (const [role, cells] of columns) texts.set(role, yield* commonestOfItem(item, withoutFractions(cells), blank));
    const leftOut = [...texts].filter(([, ofItem]) => ofItem === null).map(([role]) => role);
    const [title, year, genres] = ["title", "year", "genres"].map((role) => texts.get(role));
    const { titles, years } = title ? readTitles(title) : { titles: item.values.map(() => null), years: null };
    return {
      ...{ titles, leftOut },
      years: year ? Float64Array.from(year, readYear) : years,
      genres: genres ? readGenres(genres) : null,
    };
  };
}
