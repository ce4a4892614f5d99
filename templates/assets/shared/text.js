// Compare text as people type it.

// Letters that Unicode does not decompose into a base letter and a mark, but that people type as one.
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };
// English ones are in titles everywhere; those of the language of the page are as easily left out.
const ARTICLES_OF = { en: ["the", "a", "an"], de: ["der", "die", "das", "ein", "eine"] };
const [PAGE_CODE] = (globalThis.document?.documentElement.lang ?? "en").split("-"); // a worker has no document
const ARTICLES = new Set([...ARTICLES_OF.en, ...(ARTICLES_OF[PAGE_CODE] ?? [])]);

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

// All words that are no articles; if there are none, the articles.
export function withoutArticles(words) {
  const others = words.filter((word) => !ARTICLES.has(word));
  return others.length ? others : words;
}

export const splitWords = (text) => normalizeText(text).split(" ").filter(Boolean);

// The words of a text without articles; "The Matrix" and "Matrix, The" are both just "matrix".
export const searchWords = (text) => withoutArticles(splitWords(text));
