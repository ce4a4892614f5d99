// How a text separates and quotes its fields, by its first lines. The same as recsys/data/readers/dialect.py, which
// explains it.
import { readRow } from "../../shared/csv.js";
import { isHeader } from "./names.js";
import { isPlainNumber } from "./numbers.js";

const FIELD_SEPARATORS = ["\t", "::", ";", "|", ","]; // the rarer in text, the earlier
const QUOTED_BY_DEFAULT = [",", ";"];
const NEVER_IN_TEXT = ["\t", "::"];
const N_LINES = 500;
const MIN_HEADER_SHARE = 0.5;
const NEAR = 0.95; // share of the best regularity with which another separator is as good

export const isComment = (line) => /^[#%]/.test(line);
export const dialectOf = (separator) => ({ separator, quotes: QUOTED_BY_DEFAULT.includes(separator) });

// The separator that a spreadsheet declares in the first line, as in "sep=;"; undefined without.
export const declaredSeparator = (line) => /^sep=(.)\s*$/i.exec(line)?.[1];

const splitAtSpaces = (line) => line.split(/\s+/).filter(Boolean);

// The rows of some lines, each { line, nLines, values }; a line that cannot be read is left out.
export function readRows(lines, dialect, maxRows = Number.POSITIVE_INFINITY) {
  const rows = [];
  for (let line = 0; line < lines.length && rows.length < maxRows; ) {
    const { values, nLines = 1 } = readRow(lines, line, dialect);
    if (values) rows.push({ line, nLines, values: values.map((value) => value.trim()) });
    line += nLines;
  }
  return rows;
}

export const isFilled = ({ values }) => values.some(Boolean);

// How well a dialect fits.
function measure(lines, dialect, columnNames) {
  const rows = readRows(lines, dialect).filter(isFilled);
  if (!rows.length) return { dialect, nFields: 1, share: 0, isSound: true, hasHeader: false };
  const counts = new Map();
  for (const { values } of rows) counts.set(values.length, (counts.get(values.length) ?? 0) + 1);
  const [nFields, nRegular] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  const nLines = rows.reduce((sum, row) => sum + row.nLines, 0);
  const nUnread = lines.length - nLines;
  const nSwallowed = nLines - rows.length; // lines that a quoted text goes on in; many, if a quote is not closed
  const nNamed = rows[0].values.length;
  const isRegular = nNamed > 1 && nNamed >= nFields - 1 && nNamed <= nFields;
  const others = rows.slice(1).map(({ values }) => values);
  return {
    ...{ dialect, nFields, isSound: nUnread === 0 },
    share: nRegular / (rows.length + nUnread + nSwallowed / 100),
    hasHeader: isRegular && isHeader(rows[0].values, others, columnNames),
  };
}

// The better of the dialects with a separator.
function fitSeparator(lines, separator, columnNames) {
  const plain = measure(lines, { separator, quotes: false }, columnNames);
  const starts = [`${separator}"`, `${separator} "`];
  const hasQuotes = lines.some((line) => line.startsWith('"') || starts.some((start) => line.includes(start)));
  if (!hasQuotes) return { ...plain, dialect: dialectOf(separator) };
  const fits = [measure(lines, { separator, quotes: true }, columnNames)];
  if (lines.some((line) => line.includes('\\"'))) {
    fits.push(measure(lines, { separator, quotes: true, backslashes: true }, columnNames));
  }
  const quoted = fits.reduce((best, fit) => (fit.share > best.share ? fit : best));
  const isCertain = QUOTED_BY_DEFAULT.includes(separator) || quoted.isSound; // elsewhere a quote may be an inch
  return quoted.share >= (isCertain ? 0.5 : 1) * plain.share ? quoted : plain;
}

// Whether all lines are as many words, one of them at least a number: prose is not.
function isSpaced(lines) {
  const [first, ...rest] = lines.map(splitAtSpaces);
  const others = rest.length ? rest : [first];
  const nWords = others[0].length;
  const isRegular = others.every((row) => row.length === nWords) && [nWords, nWords - 1].includes(first.length);
  return isRegular && nWords > 1 && others.every((row) => row.some(isPlainNumber));
}

// { dialect, nFields, share } of some lines: how most of them are written, and how many fields they have.
export function findDialect(allLines, columnNames) {
  const declared = declaredSeparator(allLines[0] ?? "");
  const filled = allLines.slice(declared === undefined ? 0 : 1).filter((line) => line.trim() && !isComment(line));
  const lines = filled.slice(0, N_LINES);
  if (!lines.length) return { dialect: { separator: declared ?? ",", quotes: true }, nFields: 1, share: 1 };
  const separators = declared === undefined ? FIELD_SEPARATORS : [declared];
  let fits = separators.map((separator) => fitSeparator(lines, separator, columnNames));
  const several = fits.filter(({ nFields }) => nFields > 1);
  fits = several.length ? several : fits.slice(-1);
  // A separator that a list in a cell has, such as "1,Alien,Horror|Space", is not in the header.
  const headed = fits.filter(({ hasHeader, share }) => hasHeader && share >= MIN_HEADER_SHARE);
  if (headed.length) fits = headed;
  const best = Math.max(...fits.map(({ share }) => share));
  const near = fits.filter(({ share }) => share >= NEAR * best);
  const isRare = ({ dialect }) => NEVER_IN_TEXT.includes(dialect.separator);
  const isBetter = (a, b) => (isRare(a) === isRare(b) ? a.nFields > b.nFields : isRare(a));
  const fit = near.reduce((better, other) => (isBetter(other, better) ? other : better));
  if ((fit.nFields < 2 || fit.share < NEAR) && isSpaced(lines)) {
    return { dialect: { separator: " ", quotes: false }, nFields: splitAtSpaces(lines.at(-1)).length, share: 1 };
  }
  return fit;
}
