// Tables as text: which encoding, which separator, quoted fields. Whatever comes from a file may be wrong or hostile: any
// bytes give rows of text, and nothing in them is run or parsed as HTML.

const SEPARATORS = [",", ";", "\t", "|"];
const QUOTE = '"';
const N_BYTES_SEEN = 4_000; // of the file, to tell UTF-16 without a mark

// Share of zero bytes at the positions start, start + 2, ...
function zeroShare(bytes, start) {
  const seen = bytes.subarray(0, N_BYTES_SEEN).filter((_, n) => n % 2 === start);
  return seen.length ? seen.filter((byte) => byte === 0).length / seen.length : 0;
}

function encodingOf(bytes) {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (zeroShare(bytes, 1) > 0.3 && zeroShare(bytes, 0) < 0.1) return "utf-16le";
  if (zeroShare(bytes, 0) > 0.3 && zeroShare(bytes, 1) < 0.1) return "utf-16be";
  return "utf-8";
}

// The text in bytes: UTF-8, UTF-16, else what Windows writes in western Europe. A byte order mark is left out.
export function decodeText(bytes) {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// The separator that is most often in the first line outside quotes.
function separatorOf(text) {
  const firstLine = /^(?:"(?:[^"]|"")*"|[^"\r\n]|")*?(?=[\r\n]|$)/.exec(text.slice(0, 10_000))?.[0] ?? "";
  const unquoted = firstLine.replace(/"(?:[^"]|"")*"/g, "");
  const counts = SEPARATORS.map((separator) => unquoted.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))];
}

// Where a quoted field that starts at `start` ends: the position of its closing quote, -1 if there is none.
function closingQuote(text, start) {
  let position = text.indexOf(QUOTE, start + 1);
  while (position >= 0 && text[position + 1] === QUOTE) position = text.indexOf(QUOTE, position + 2);
  return position;
}

// The rows of a table, each a list of texts; lines without any text are left out.
export function parseCsv(wholeText) {
  const named = /^sep=(.)\r?\n/.exec(wholeText); // spreadsheets write and read this line
  const text = named ? wholeText.slice(named[0].length) : wholeText;
  const separator = named ? named[1] : separatorOf(text);
  const isEnd = (character) => character === separator || character === "\n" || character === "\r";
  const rows = [];
  let row = [];
  let position = 0;
  while (position < text.length) {
    let field = "";
    const closing = text[position] === QUOTE ? closingQuote(text, position) : -1;
    if (closing >= 0) {
      field = text.slice(position + 1, closing).replaceAll('""', QUOTE);
      position = closing + 1;
    }
    const rest = position; // of a field that is not quoted, all of it
    while (position < text.length && !isEnd(text[position])) position++;
    row.push(field + text.slice(rest, position));
    if (text[position] !== separator) {
      if (row.some((value) => value.trim())) rows.push(row);
      row = [];
      if (text[position] === "\r" && text[position + 1] === "\n") position++;
    }
    position++;
  }
  if (row.length) rows.push(row);
  return rows;
}
