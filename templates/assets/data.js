// Data for scripts, loaded when asked for, and how words are looked for in it. A page opened from disk may not fetch,
// but it may add a script.
"use strict";

{
  const root = document.currentScript.src.replace(/assets\/[^/]*$/, "");
  const loading = new Map();

  const load = (address, name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = root + address;
      script.onload = () => resolve(globalThis.marqueeData.get(name));
      script.onerror = () => {
        loading.delete(address); // the next who asks tries again
        reject(new Error(`${script.src} did not load`));
      };
      document.head.append(script);
    });

  // The top of the site, as an address that ends in a slash.
  globalThis.marqueeRoot = root;

  const once = (address, name) => {
    if (!loading.has(address)) loading.set(address, load(address, name));
    return loading.get(address);
  };

  // Data that only pages need, and an exported file that is a script: what either leaves under its name.
  globalThis.marqueeLoad = (name) => once(`assets/data-${name}.js`, name);
  globalThis.marqueeExported = (name) => once(`data/${name}.js`, name);

  // Letters that are no base letter with a mark, and yet are typed as one.
  const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i" };
  const ARTICLES = new Set(["the", "a", "an"]);

  // Text as it is compared: small letters and digits, without accents, a space between words.
  const plain = (text) =>
    text
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[\p{M}'’]/gu, "")
      .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter])
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();

  // The words of a text; "The Matrix" and "Matrix, The" are both just "matrix".
  const words = (text) => {
    const all = plain(text).split(" ").filter(Boolean);
    const telling = all.filter((word) => !ARTICLES.has(word));
    return telling.length ? telling : all;
  };

  // A name, and what stands beside it, as words are looked for in them.
  const indexed = (label, note) => ({ text: plain(`${label} ${note}`), name: words(label).join(" ") });

  // Every word must be contained. First what was meant exactly, then what begins like it, then words that begin so.
  const find = (entries, query) => {
    const typed = query.trim();
    const sought = words(query);
    const whole = sought.join(" ");
    const rank = ({ id, name, text }) => {
      if (id === typed || (whole && name === whole)) return 0;
      if (!sought.length || !sought.every((word) => text.includes(word))) return null;
      if (name.startsWith(whole)) return 1;
      return sought.every((word) => ` ${text}`.includes(` ${word}`)) ? 2 : 3;
    };
    const ranked = [[], [], [], []];
    for (const one of entries) ranked[rank(one)]?.push(one);
    return ranked.flat();
  };

  globalThis.marqueeText = { plain, words, indexed, find };
}
