// The history that a visitor chose or dropped: from a file to entries (see formats.js). Throws an Error with a sentence for
// the visitor where the file holds none.
import { parseCsv } from "../../shared/csv.js";
import { decodeText } from "../../shared/encoding.js";
import { t } from "../../shared/strings.js";
import { createColumns, createDateParser } from "./fields.js";
import { FORMATS, KNOWN_FORMATS } from "./formats.js";
import { listZip, readZipEntry } from "./zip.js";

const MAX_BYTES = 30_000_000;
const MAX_ROWS = 200_000; // of one table; matching takes some 20 microseconds a row
const MAX_HEADER_ROW = 5; // some exports begin with a line or two about themselves
const NOT_SEEN_FOLDERS = /(^|\/)(deleted|orphaned|likes|lists|__MACOSX)\//i;
const ZIP_MARK = [0x50, 0x4b];

function refuse(sentence) {
  throw new Error(sentence);
}

// The format of a table and the position of its header; undefined if none is recognised.
function recognise(rows, formats) {
  for (const [position, header] of rows.slice(0, MAX_HEADER_ROW).entries()) {
    const columns = createColumns(header);
    const format = formats.find(({ recognises }) => recognises(columns, header));
    if (format) return { format, columns, position };
  }
  return undefined;
}

// A table as { label, entries, nNotSeen }, entries with `time`, ms or null; null if no format is recognised.
function readTable(text, fileName, formats) {
  const rows = parseCsv(text);
  if (rows.length > MAX_ROWS) refuse(t("rate.imports.tooManyRows", { file: fileName, limit: MAX_ROWS }));
  const table = recognise(rows, formats);
  if (!table) return null;
  const { format, columns, position } = table;
  if (format.isNotSeen?.(fileName)) return { label: format.label, entries: [], nNotSeen: rows.length - position - 1 };
  const read = format.read(rows.slice(position + 1), columns);
  const entries = read.filter((entry) => entry && (entry.title || entry.id || entry.imdbId || entry.isbns?.some(Boolean)));
  const parseDate = createDateParser(entries.map(({ date }) => date));
  return {
    label: format.label,
    entries: entries.map((entry) => ({ ...entry, time: entry.date ? parseDate(entry.date) : null })),
    nNotSeen: read.filter((entry) => entry === null).length,
  };
}

const joinHistories = (histories) => ({
  label: histories[0].label,
  entries: histories.flatMap(({ entries }) => entries),
  nNotSeen: Math.max(...histories.map(({ nNotSeen }) => nNotSeen)),
});

async function readZip(file) {
  const listed = (await listZip(file).catch(() => null)) ?? refuse(t("rate.imports.zipUnreadable", { file: file.name }));
  if (listed.some(({ name }) => name === "xl/workbook.xml" || name === "mimetype")) refuse(t("rate.imports.spreadsheet", { file: file.name }));
  const tables = listed.filter(({ name }) => /\.csv$/i.test(name) && !NOT_SEEN_FOLDERS.test(name));
  const formats = tables.length === 1 ? FORMATS : KNOWN_FORMATS; // of many, one without a known layout may be anything
  const histories = [];
  let n = 0;
  for (const entry of tables) {
    const bytes = await readZipEntry(file, entry, MAX_BYTES - n);
    if (!bytes) refuse(t("rate.imports.zipUnreadable", { file: file.name }));
    n += bytes.length;
    const history = readTable(decodeText(bytes), entry.name, formats);
    if (history?.entries.length) histories.push(history);
  }
  if (!histories.length) refuse(t("rate.imports.zipEmpty", { file: file.name }));
  return joinHistories(histories.filter(({ label }) => label === histories[0].label));
}

// Whether a text is that of a file of this site.
const isJson = (text) => /^\s*[{[]/.test(text.slice(0, 1_000));

// Of one file: { label, entries, nNotSeen }, or { text } of a file of JSON.
async function readHistory(file) {
  if (!file.size) refuse(t("rate.imports.empty", { file: file.name }));
  const mark = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (mark[0] === ZIP_MARK[0] && mark[1] === ZIP_MARK[1]) return readZip(file);
  if (file.size > MAX_BYTES) refuse(t("rate.imports.tooLarge", { file: file.name, limit: MAX_BYTES / 1e6 }));
  const text = decodeText(new Uint8Array(await file.arrayBuffer()));
  if (isJson(text)) return { text };
  if (text.includes("\0")) refuse(t("rate.imports.notText", { file: file.name }));
  const history = readTable(text, file.name, FORMATS) ?? refuse(t("rate.imports.notRecognised", { file: file.name }));
  if (!history.entries.length) refuse(t(history.nNotSeen ? "rate.imports.nothingSeen" : "rate.imports.noRows", { file: file.name }));
  return history;
}

// The histories of several files of one export as one; `label` names whose export it is, "" if that is not known. A file of
// JSON is read by itself.
export async function readHistories(files) {
  const histories = [];
  for (const file of files) histories.push(await readHistory(file));
  const ownFile = histories.find(({ text }) => text !== undefined);
  if (ownFile && files.length > 1) refuse(t("rate.imports.oneAtATime"));
  return ownFile ?? joinHistories(histories);
}
