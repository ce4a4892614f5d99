// A delimited text as a table: which columns it has, its first rows, and all rows of some columns. The same as
// recsys/data/readers/text.py and delimited.py, which explain it.
import { readRow, splitLines } from "../../shared/csv.js";
import { t } from "../../shared/strings.js";
import { createCells, createIntegers } from "./cells.js";
import { declaredSeparator, dialectOf, findDialect, isComment, isFilled, readRows } from "./dialect.js";
import { isHeader, nameColumns } from "./names.js";
import { isWhole } from "./numbers.js";
import { createControlFilter } from "./rules.js";
import { BLOCK_BYTES, refuseFile } from "./text.js";

const N_SAMPLED = 1000;
const N_START_BLOCKS = (1 << 20) / BLOCK_BYTES; // that are looked at for separator and header
const MIN_REGULAR = 0.5; // share of the first rows that have one number of fields in anything that is a table
const MAX_RECORD = 1 << 20; // characters over which a quoted text may go on; then its quote was never closed
const MAX_LINE = 1 << 22; // characters
const MAX_SHOWN_NAMES = 300; // characters
const HEADING = /^\d+:$/;

// The row with the names of the columns: the first, or the first after captions; null where there is none.
function findHeader(rows, nFields, columnNames) {
  for (const [position, row] of rows.slice(0, 10).entries()) {
    const nFilled = row.values.filter(Boolean).length;
    const others = rows.slice(position + 1).map(({ values }) => values);
    if ((nFilled > 1 || nFields === 1) && isHeader(row.values, others, columnNames)) return row;
    const isCaption = nFilled === 1 && nFields > 1 && [1, nFields].includes(row.values.length);
    if (!isCaption || /^\p{Nd}/u.test(row.values[0])) return null;
  }
  return null;
}

// How the lines of a file are built: { file, dialect, names, nLeading, hasHeader }, the names of the columns and the
// number of lines before the first row.
export function findForm(lines, file, columnNames, rules) {
  const nBlank = lines.findIndex((line) => line.trim());
  const known = Object.hasOwn(rules.files, file) ? rules.files[file] : null;
  if (known) return { file, dialect: dialectOf(known.separator), names: known.columns, nLeading: 0, hasHeader: false };
  if (HEADING.test(lines[nBlank].trim())) {
    refuseFile(t("playground.file.headings", { file, line: nBlank + 1, cell: lines[nBlank].trim() }));
  }
  const { dialect, nFields, share } = findDialect(lines, columnNames);
  if (share < MIN_REGULAR) refuseFile(t("playground.file.irregular", { file }));
  const nDeclared = declaredSeparator(lines[0]) === undefined ? 0 : 1;
  let rows = readRows(lines.slice(nDeclared), dialect, 2 * N_SAMPLED).filter(isFilled).slice(0, N_SAMPLED + 1);
  rows = rows.map((row) => ({ ...row, line: row.line + nDeclared }));
  let nLeading = 0;
  while (rows.length && isComment(lines[rows[0].line].trimStart()) && rows[0].values.length !== nFields) {
    nLeading = rows[0].line + rows[0].nLines;
    rows = rows.slice(1);
  }
  const header = findHeader(rows, nFields, columnNames);
  if (header) {
    rows = rows.slice(rows.indexOf(header) + 1);
    nLeading = header.line + header.nLines;
  }
  const named = header ? [...header.values] : [];
  if (named.length && isComment(named[0])) named[0] = named[0].replace(/^[#% ]+/, "");
  const withoutControls = createControlFilter(rules.cells.controls);
  const names = nameColumns(named, rows.map(({ values }) => values), nFields, withoutControls);
  return { file, dialect, names, nLeading: Math.max(nLeading, nDeclared), hasHeader: header !== null };
}

export function shownNames(form) {
  const text = form.names.join(form.dialect.separator === "\t" ? " " : form.dialect.separator);
  return text.length > MAX_SHOWN_NAMES ? `${text.slice(0, MAX_SHOWN_NAMES)}…` : text;
}

// Whether a row of several lines has swallowed rows: then a quote in it was never closed.
function hasSwallowed(lines, { separator }, nFields) {
  if (!isWhole(lines[0].split(separator)[0].replace(/[ "]/g, ""))) return false;
  return lines.slice(1).some((line) => {
    const values = line.includes('"') ? [] : line.split(separator);
    return values.length === nFields && isWhole(values[0].trim());
  });
}

// Rows of lines: `next(lines, isLast)` calls `onRow(values, line)` for each and keeps what its last row needs more
// lines for. `onProblem(sentence)` is called for a row that cannot be read, whose first line is then skipped.
function createRowReader({ file, dialect, names, nLeading }, onRow, onProblem) {
  const nFields = names.length;
  const expected = shownNames({ names, dialect });
  let [pending, line, nSkipped] = [[], 1, nLeading];

  const problemOf = (row, lines, n) => {
    if (row.problem) return t("playground.file.quote", { file, line });
    const taken = lines.slice(n, n + row.nLines);
    if (row.nLines > 1 && hasSwallowed(taken, dialect, nFields)) return t("playground.file.quote", { file, line });
    if (taken.some((text) => text.includes("\0"))) return t("playground.file.nul", { file, line });
    const isTrailing = row.values.length > nFields && !row.values.slice(nFields).some(Boolean);
    if (row.values.length === nFields || isTrailing || !row.values.some(Boolean)) return "";
    return t("playground.file.nFields", { file, line, n: row.values.length, expectedN: nFields, expected });
  };

  return (newLines, isLast) => {
    const lines = pending.length ? [...pending, ...newLines] : newLines;
    pending = [];
    let n = Math.min(nSkipped, lines.length);
    nSkipped -= n;
    line += n;
    while (n < lines.length) {
      const row = readRow(lines, n, dialect);
      if (row.problem === "open" && !isLast) {
        const rest = lines.slice(n);
        if (rest.reduce((sum, text) => sum + text.length, 0) <= MAX_RECORD) {
          pending = rest;
          return;
        }
      }
      if (row.values) {
        for (let k = 0; k < row.values.length; k++) row.values[k] = row.values[k].trim();
        if (dialect.separator === " ") row.values = row.values.filter(Boolean);
      }
      const problem = problemOf(row, lines, n);
      if (problem) onProblem(problem);
      else if (row.values.some(Boolean)) onRow(row.values, line);
      const nLines = problem ? 1 : row.nLines;
      n += nLines;
      line += nLines;
    }
  };
}

// Whole lines of blocks of text, a block at a time: what is behind the last line end goes to the next.
function* linesOf(blocks, file) {
  let rest = "";
  for (const [n, block] of blocks.entries()) {
    if (rest.length > MAX_LINE) refuseFile(t("playground.file.irregular", { file }));
    const text = rest + block;
    const isLast = n === blocks.length - 1;
    const end = isLast ? text.length : Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r", text.length - 2)) + 1;
    rest = text.slice(end);
    if (end) yield splitLines(text.slice(0, end));
  }
}

// The lines at the beginning of a file.
export const firstLines = (blocks) => splitLines(blocks.slice(0, N_START_BLOCKS).join(""));

// The first rows that can be read: the cells of each column by name.
export function sampleRows(form, blocks) {
  const rows = [];
  const take = createRowReader(form, (values) => rows.push(values), () => {});
  for (const lines of linesOf(blocks.slice(0, N_START_BLOCKS), form.file)) {
    take(lines, false);
    if (rows.length >= N_SAMPLED) break;
  }
  if (rows.length < N_SAMPLED) take([], true);
  return new Map(form.names.map((name, n) => [name, rows.slice(0, N_SAMPLED).map((values) => values[n])]));
}

// A generator: calls `onRow(values, line)` for all rows, and yields the share that is done.
export function* readAllRows(form, blocks, onRow) {
  const take = createRowReader(form, onRow, refuseFile);
  let n = 0;
  for (const lines of linesOf(blocks, form.file)) {
    take(lines, false);
    yield ++n / blocks.length;
  }
  take([], true);
}

// A generator: all rows of some columns, { cells, lines } of which `cells` has each by name and `lines` the line on
// which each row begins.
export function* readColumns(form, blocks, names) {
  const columns = names.map((name) => [createCells(), form.names.indexOf(name)]);
  const lines = createIntegers();
  yield* readAllRows(form, blocks, (values, line) => {
    for (const [cells, position] of columns) cells.add(values[position]);
    lines.add(line);
  });
  return { cells: new Map(names.map((name, k) => [name, columns[k][0].finish()])), lines: lines.finish() };
}
