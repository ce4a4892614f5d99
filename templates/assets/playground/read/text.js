// The bytes of a file as text, a block at a time. Refuses, in a sentence, what is no text.
import { findEncoding } from "../../shared/encoding.js";
import { t } from "../../shared/strings.js";

export const BLOCK_BYTES = 1 << 16; // a block is decoded and parsed in a few milliseconds
const N_CHARACTERS_SEEN = 1 << 20;
const REPLACEMENT = 0xfffd; // what a decoder puts for bytes that are no text

export function refuseFile(sentence) {
  throw new Error(sentence);
}

function refuseOthers(bytes, file, starts) {
  const start = String.fromCharCode(...bytes.subarray(0, 300));
  const text = start.replace(/^\xef\xbb\xbf/, "").trimStart();
  const isOther = starts.some((magic) => text.startsWith(magic)) || start.slice(257, 262) === "ustar";
  if (isOther) refuseFile(t("playground.file.notTable", { file }));
  if (/^(?:\[\s*\{|\{\s*["}])/.test(text)) refuseFile(t("playground.file.isJson", { file }));
}

// Whether a character is one that no text has.
const isOdd = (code) => code < 9 || (code > 13 && code < 31) || code === 127 || code === REPLACEMENT;

// Blocks of text, yielding the share that is done; null where some of the bytes are none in this encoding.
function* decodeBlocks(bytes, encoding) {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const blocks = [];
  try {
    for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
      const isLast = start + BLOCK_BYTES >= bytes.length;
      blocks.push(decoder.decode(bytes.subarray(start, start + BLOCK_BYTES), { stream: !isLast }));
      yield start / bytes.length;
    }
  } catch {
    return null;
  }
  return blocks;
}

// The line on which a text in UTF-8 has its first byte that is none, from 1.
function brokenLine(bytes) {
  const text = new TextDecoder("utf-8").decode(bytes);
  return text.slice(0, text.indexOf("\ufffd")).split(/\r\n|\r|\n/).length;
}

// Whether bytes that are not all UTF-8 are meant for Windows-1252: a few broken ones are an error instead.
function* isLatin(bytes) {
  const decoder = new TextDecoder("utf-8");
  let [nValid, nInvalid] = [0, 0]; // characters beyond ASCII, and bytes that are none
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
    const text = decoder.decode(bytes.subarray(start, start + BLOCK_BYTES), { stream: true });
    for (let n = 0; n < text.length; n++) {
      const code = text.charCodeAt(n);
      if (code === REPLACEMENT) nInvalid++;
      else if (code > 127) nValid++;
    }
    yield start / bytes.length;
  }
  return nValid <= nInvalid;
}

// The text of a file in blocks, without a byte order mark. Files that begin as one of `starts` are none. Yields the
// share of the work that is done.
export function* decodeFile(bytes, file, starts) {
  if (!bytes.length) refuseFile(t("playground.file.empty", { file }));
  refuseOthers(bytes, file, starts);
  const encoding = findEncoding(bytes);
  if (encoding === "utf-32") refuseFile(t("playground.file.notDecoded", { file, encoding: "UTF-32" }));
  let blocks = yield* decodeBlocks(bytes, encoding);
  if (!blocks && encoding !== "utf-8") refuseFile(t("playground.file.notDecoded", { file, encoding: "UTF-16" }));
  if (!blocks && !(yield* isLatin(bytes))) refuseFile(t("playground.file.notUtf8", { file, line: brokenLine(bytes) }));
  blocks ??= yield* decodeBlocks(bytes, "windows-1252");
  const start = blocks.slice(0, Math.ceil(N_CHARACTERS_SEEN / BLOCK_BYTES)).join("");
  if (!start.trim()) refuseFile(t("playground.file.empty", { file }));
  let nOdd = 0;
  for (let n = 0; n < start.length; n++) nOdd += isOdd(start.charCodeAt(n)) ? 1 : 0;
  if (nOdd > Math.max(2, start.length / 50)) refuseFile(t("playground.file.notText", { file }));
  return blocks;
}
