// Which item of the site an entry of an export is: by its id where the site's ids are of the same kind, else by title and
// year. Nothing is guessed: where two items fit, neither is taken.
import { normalizeText } from "../../shared/text.js";
import { isSameTitle } from "../../rating/titles.js";

const YEAR = /\s*[([](\d{4})[)\]]\s*$/;
const MAX_TITLE_LENGTH = 300;
const MIN_SHARE = 0.9; // of the ids of a site that look like IMDb's for them to be taken for those
const TITLE_ARTICLES = [
  ...["the", "a", "an", "le", "la", "les", "un", "une", "der", "die", "das", "ein", "eine", "el", "los", "las", "una"],
  ...["il", "lo", "gli", "os", "um", "uma", "het", "een", "den", "det"], // not "I", as in "I, Robot"
];
const TRAILING_ARTICLE = new RegExp(`^(.+), (${TITLE_ARTICLES.join("|")}|l['’])$`, "iu");
const LEADING_ARTICLES = new Set(TITLE_ARTICLES);
const ELIDED_ARTICLE = /^l['’]\s*/iu;

// Letters and digits without accents, case, punctuation, spaces or article: "Spider-Man" and "Spiderman" are the same, and
// so are "L'Avventura" and "Avventura, L'".
function compactTitle(title) {
  const ordered = title.trim().replace(TRAILING_ARTICLE, "$2 $1").replace(ELIDED_ARTICLE, "").replaceAll("&", " and ");
  const words = normalizeText(ordered).split(" ");
  const significant = words.length > 1 && LEADING_ARTICLES.has(words[0]) ? words.slice(1) : words;
  return significant.join("") || ordered.toLowerCase().replace(/\s+/g, "");
}

// The ways in which a title may be written, the full ones first: "City of Lost Children, The (Cité des enfants perdus, La)"
// is also the part before the brackets, and what stands in them.
function spellings(title) {
  const text = title.slice(0, MAX_TITLE_LENGTH).replace(YEAR, "");
  const outside = text.replace(/\([^()]*\)|\[[^[\]]*\]/g, " ");
  const inside = [...text.matchAll(/\(([^()]*)\)/g)].map(([, part]) => part.replace(/^a\.?k\.?a\.?:?\s+/i, ""));
  const beforeColon = text.includes(":") ? [text.slice(0, text.indexOf(":"))] : [];
  const compact = (parts) => [...new Set(parts.map(compactTitle))].filter(Boolean);
  return { full: compact([text, outside]), bracketed: compact(inside), short: compact(beforeColon) };
}

const yearInTitle = (title) => Number(YEAR.exec(title)?.[1] ?? Number.NaN);

// A whole number of an IMDb id without "tt" and zeros; "" for any other text.
const imdbNumber = (id) => /^(?:tt)?0*([1-9]\d{0,8})$/.exec(id)?.[1] ?? "";
const looksLikeImdb = (id) => /^tt\d{5,9}$|^0\d{5,7}$|^\d{7,8}$/.test(id);

// An ISBN of 10 or 13 digits as its 13 digits; "" for what is none, by its length or its check digit.
export function toIsbn13(text) {
  const digits = text.toUpperCase().replace(/[^0-9X]/g, "");
  const checkDigit13 = (first12) => (10 - ([...first12].reduce((sum, d, n) => sum + d * (n % 2 ? 3 : 1), 0) % 10)) % 10;
  if (/^97[89]\d{10}$/.test(digits)) return checkDigit13(digits.slice(0, 12)) === Number(digits[12]) ? digits : "";
  if (!/^\d{9}[\dX]$/.test(digits)) return "";
  const sum = [...digits].reduce((total, d, n) => total + (d === "X" ? 10 : Number(d)) * (10 - n), 0);
  return sum % 11 === 0 ? `978${digits.slice(0, 9)}${checkDigit13(`978${digits.slice(0, 9)}`)}` : "";
}

function addTo(index, key, row) {
  if (!index.has(key)) index.set(key, []);
  if (!index.get(key).includes(row)) index.get(key).push(row);
}

// `items` are those of the page. Returns match(entry) -> { row } or { candidates }, the rows that all fit, none or several.
export function createMatcher(items) {
  const indexes = { full: new Map(), bracketed: new Map(), short: new Map() };
  const [imdbRows, isbnRows] = [new Map(), new Map()];
  const rows = Array.from({ length: items.n }, (_, row) => row);
  const haveImdbIds = rows.filter((row) => looksLikeImdb(items.id(row))).length >= MIN_SHARE * items.n;
  for (const row of rows) {
    const [id, title] = [items.id(row), items.title(row)];
    if (imdbNumber(id)) imdbRows.set(imdbNumber(id), row);
    if (toIsbn13(id)) addTo(isbnRows, toIsbn13(id), row);
    for (const [name, keys] of Object.entries(spellings(title))) for (const key of keys) addTo(indexes[name], key, row);
  }
  const yearOf = (row) => Number(items.year(row) === "" ? yearInTitle(items.title(row)) : items.year(row)); // or NaN
  const hasTitle = (row) => items.title(row) !== items.id(row);

  // Rows of one item under several ids are one candidate.
  const distinct = (candidates) => {
    const first = new Map();
    for (const row of candidates) if (!first.has(items.firstTwin(row))) first.set(items.firstTwin(row), row);
    return [...first.values()];
  };

  const titlesOf = ({ title, otherTitles = [] }) => [title, ...otherTitles].filter(Boolean);
  const agree = (row, entry) => {
    const keys = new Set(Object.values(spellings(items.title(row))).flat());
    const isSame = (title) => spellings(title).full.some((key) => keys.has(key)) || isSameTitle(title, items.title(row));
    return titlesOf(entry).some(isSame);
  };

  // By an id. A number alone says little: catalogues count from 1 too, so the titles have to agree as well, unless all ids
  // of the site look like IMDb's.
  const rowById = (entry) => {
    const sameId = entry.id ? items.row(entry.id) : undefined;
    if (sameId !== undefined && (!entry.title || !hasTitle(sameId) || agree(sameId, entry))) return sameId;
    const imdbRow = entry.imdbId ? imdbRows.get(imdbNumber(entry.imdbId)) : undefined;
    if (imdbRow !== undefined && (haveImdbIds || (hasTitle(imdbRow) && agree(imdbRow, entry)))) return imdbRow;
    const isbns = (entry.isbns ?? []).map(toIsbn13).filter(Boolean);
    return distinct(isbns.flatMap((isbn) => isbnRows.get(isbn) ?? []))[0];
  };

  // Of rows of one title, those of the year: the same, else unknown or one off, as between a festival and a release.
  const ofYear = (candidates, year, isEdition) => {
    if (year === null || Number.isNaN(year) || !candidates.length) return candidates;
    const exact = candidates.filter((row) => yearOf(row) === year);
    if (exact.length) return exact;
    if (isEdition) return candidates;
    return candidates.filter((row) => Number.isNaN(yearOf(row)) || Math.abs(yearOf(row) - year) <= 1);
  };

  const candidatesByTitle = (entry) => {
    const year = entry.year ?? yearInTitle(entry.title);
    const levels = [...["full", "bracketed"].map((name) => [name, "full"]), ["full", "bracketed"]];
    if (entry.isEdition) levels.push(["short", "full"], ["full", "short"]); // a subtitle on one side
    for (const title of titlesOf(entry)) {
      const keys = spellings(title);
      for (const [ofSite, ofEntry] of levels) {
        const equal = keys[ofEntry].flatMap((key) => indexes[ofSite].get(key) ?? []);
        const candidates = ofYear(distinct(equal), year, entry.isEdition);
        if (candidates.length) return candidates;
      }
    }
    return [];
  };

  return (entry) => {
    const row = rowById(entry);
    if (row !== undefined) return { row };
    const candidates = entry.title && !entry.isPart ? candidatesByTitle(entry) : [];
    return candidates.length === 1 ? { row: candidates[0] } : { candidates };
  };
}
