// Compare text as people type it, and search entries by words.

// Letters that Unicode does not decompose into a base letter and a mark, but that people type as one.
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };
const ARTICLES = new Set(["the", "a", "an"]);

// Lower-case letters and digits without accents, with single spaces between words.
export function normalizeText(text) {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}'’]/gu, "")
    .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter])
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

// The words of a text without articles; "The Matrix" and "Matrix, The" are both just "matrix".
export function searchWords(text) {
  const words = normalizeText(text).split(" ").filter(Boolean);
  const withoutArticles = words.filter((word) => !ARTICLES.has(word));
  return withoutArticles.length ? withoutArticles : words;
}

// What searchEntries compares of an entry: all its text, and its label without articles.
export function searchKeys(label, note) {
  return { text: normalizeText(`${label} ${note}`), name: searchWords(label).join(" ") };
}

// The entries whose text contains every word of the query. Exact matches of id or name come first, then names that begin
// with the query, then entries in which every word begins a word.
export function searchEntries(entries, query) {
  const typed = query.trim();
  const words = searchWords(query);
  const phrase = words.join(" ");
  const rank = ({ id, name, text }) => {
    if (id === typed || (phrase && name === phrase)) return 0;
    if (!words.length || !words.every((word) => text.includes(word))) return null;
    if (name.startsWith(phrase)) return 1;
    return words.every((word) => ` ${text}`.includes(` ${word}`)) ? 2 : 3;
  };
  const byRank = [[], [], [], []];
  for (const entry of entries) byRank[rank(entry)]?.push(entry);
  return byRank.flat();
}
