// The encoding of a text by its bytes, by the rules of recsys/data/readers/encodings.py: a byte order mark says it,
// zeros in every other byte are UTF-16, what is valid UTF-8 is UTF-8, and anything else is Windows-1252.

const N_BYTES_SEEN = 65_536; // to tell UTF-16 without a mark

function nZeros(bytes, start) {
  let n = 0;
  for (let position = start; position < bytes.length; position += 2) n += bytes[position] === 0 ? 1 : 0;
  return n;
}

// A label for TextDecoder, "utf-8" also where it may turn out to be Windows-1252; "utf-32", which browsers do not
// decode.
export function findEncoding(bytes) {
  const head = bytes.subarray(0, N_BYTES_SEEN);
  const [first, second, third, fourth] = head;
  if (first === 0xff && second === 0xfe) return head.length > 3 && third === 0 && fourth === 0 ? "utf-32" : "utf-16le";
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return "utf-32";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const [nEven, nOdd] = [nZeros(head, 0), nZeros(head, 1)];
  const n = nEven + nOdd;
  if (n === 0 || n < head.length / 10 || Math.max(nEven, nOdd) < 0.95 * n) return "utf-8";
  return nOdd > nEven ? "utf-16le" : "utf-16be";
}

// The text in bytes, whatever they are. A byte order mark is left out.
export function decodeText(bytes) {
  try {
    return new TextDecoder(findEncoding(bytes), { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
