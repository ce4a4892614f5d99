// Rows of delimited text. Whatever comes from a file may be wrong or hostile: any text gives rows of texts, or a
// problem, and nothing in it is run or parsed as HTML.
//
// A dialect has
//   separator    of fields
//   quotes       a field may stand in double quotes, with separators and line ends in it, and its own quotes doubled
//   backslashes  a backslash stands before a quote in it instead
//   isStrict     a quote that is not closed, or has text behind it, is a problem; else it is text

const SEPARATORS = [",", ";", "\t", "|"];
const QUOTE = '"';
const BACKSLASH = "\\";

// The lines of a text, whatever ends them; an end after the last one begins no further line.
export function splitLines(text) {
  const lines = (text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

// Where a quoted field goes on after its opening quote at `position` of line `n`: { field, n, position } behind its
// closing quote; null where nothing closes it.
function readQuoted(lines, start, from, backslashes) {
  const pieces = [];
  let [n, position] = [start, from + 1];
  while (n < lines.length) {
    const line = lines[n];
    const quote = line.indexOf(QUOTE, position);
    const escaping = backslashes ? line.indexOf(BACKSLASH, position) : -1;
    if (escaping >= 0 && (quote < 0 || escaping < quote)) {
      pieces.push(line.slice(position, escaping), line[escaping + 1] ?? "");
      position = escaping + 2;
    } else if (quote >= 0 && line[quote + 1] === QUOTE) {
      pieces.push(line.slice(position, quote + 1));
      position = quote + 2;
    } else if (quote >= 0) {
      pieces.push(line.slice(position, quote));
      return { field: pieces.join(""), n, position: quote + 1 };
    } else {
      pieces.push(line.slice(position), "\n");
      [n, position] = [n + 1, 0];
    }
  }
  return null;
}

// A field without quotes: { field, position } at its end.
function readPlain(line, start, separator, backslashes) {
  if (!backslashes || !line.includes(BACKSLASH, start)) {
    const end = line.indexOf(separator, start);
    return { field: line.slice(start, end < 0 ? line.length : end), position: end < 0 ? line.length : end };
  }
  let [field, position] = ["", start];
  while (position < line.length && !line.startsWith(separator, position)) {
    if (line[position] === BACKSLASH) position++;
    field += line[position++] ?? "";
  }
  return { field, position };
}

// The row that begins on line `start`: { values, nLines }, or { problem } in strict dialects: "open" if a quote is not
// closed by the last line, "trailing" if text follows a closing one.
export function readRow(lines, start, { separator, quotes, backslashes = false, isStrict = true }) {
  let line = lines[start];
  if (!quotes || !(line.includes(QUOTE) || (backslashes && line.includes(BACKSLASH)))) {
    return { values: line.split(separator), nLines: 1 };
  }
  const values = [];
  let [n, position] = [start, 0];
  for (;;) {
    while (line[position] === " " && separator !== " ") position++;
    const quoted = line[position] === QUOTE ? readQuoted(lines, n, position, backslashes) : null;
    if (isStrict && quoted === null && line[position] === QUOTE) return { problem: "open" };
    if (quoted) {
      ({ n, position } = quoted);
      line = lines[n];
      if (isStrict && position < line.length && !line.startsWith(separator, position)) return { problem: "trailing" };
    }
    const rest = readPlain(line, position, separator, backslashes);
    values.push((quoted?.field ?? "") + rest.field);
    if (rest.position >= line.length) return { values, nLines: n - start + 1 };
    position = rest.position + separator.length;
  }
}

// The separator that is most often in the first line outside quotes.
function separatorOf(line) {
  const unquoted = line.slice(0, 10_000).replace(/"(?:[^"]|"")*"/g, "");
  const counts = SEPARATORS.map((separator) => unquoted.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))];
}

// The rows of any table, each a list of texts; lines without any text are left out.
export function parseCsv(text) {
  const lines = splitLines(text);
  const named = /^sep=(.)$/.exec(lines[0] ?? ""); // spreadsheets write and read this line
  const dialect = { separator: named ? named[1] : separatorOf(lines[0] ?? ""), quotes: true, isStrict: false };
  const rows = [];
  for (let start = named ? 1 : 0; start < lines.length; ) {
    const { values, nLines } = readRow(lines, start, dialect);
    if (values.some((value) => value.trim())) rows.push(values);
    start += nLines;
  }
  return rows;
}
