// A visitor's ratings outside the page: in this browser's storage, in a file, in the part of an address after #.
// Whatever comes from there may be wrong or mean harm: it is checked field by field, and limited in size.
"use strict";

// A state is { ratings: Map(film id -> stars), unwanted: Set(film ids) }, both in the order in which they came; a film need
// not be in the catalogue. `title(id)` is for those who open the file; nothing reads it back.
(globalThis.marqueeRate ??= {}).makeStore = ({ dataset, title = () => "" }) => {
  const VERSION = 1;
  const STARS = 5;
  const MOST = 500; // ratings, and as many films that are not wanted
  const MOST_SHARED = 200; // in an address
  const LONGEST_ID = 200; // characters, as all that follow
  const LONGEST_TITLE = 100;
  const LONGEST_TEXT = 500_000;
  const LONGEST_HASH = 20_000;
  // One origin may have many sites, and a site may be built of other data tomorrow.
  const key = `marquee ratings ${new URL(globalThis.marqueeRoot).pathname} ${dataset}`;

  const isId = (id) => typeof id === "string" && id !== "" && id.length <= LONGEST_ID && !/\p{Surrogate}/u.test(id);
  const isStars = (stars) => Number.isInteger(stars) && stars >= 1 && stars <= STARS;
  const own = (value, name) =>
    value !== null && typeof value === "object" && Object.hasOwn(value, name) ? value[name] : undefined;

  const fail = (sentence) => {
    throw new Error(sentence);
  };

  // Pairs [id, stars] and ids, all of them sound, as a state.
  const stateOf = (ratings, unwanted) => ({ ratings: new Map(ratings), unwanted: new Set(unwanted) });

  const some = (list, most) => [...list].filter(([id]) => isId(id)).slice(-most);

  const told = (state, more) => ({
    marquee_ratings: VERSION,
    dataset,
    ratings: some(state.ratings, MOST).map(([item, stars]) => ({ item, ...more(item), stars })),
    not_interested: some(state.unwanted.entries(), MOST).map(([id]) => id),
  });

  const listIn = (value, name) => {
    const list = own(value, name);
    if (!Array.isArray(list)) fail(`The text has no list “${name}”.`);
    if (list.length > MOST) fail(`The list “${name}” is longer than ${MOST}.`);
    return list;
  };

  const rating = (one, n) => {
    const [id, stars] = [own(one, "item"), own(one, "stars")];
    if (!isId(id)) fail(`Rating ${n + 1} names no film.`);
    if (!isStars(stars)) fail(`Rating ${n + 1} does not have one to ${STARS} stars.`);
    return [id, stars];
  };

  // The state in a text; an error with a sentence for the visitor where there is none.
  const fromText = (text) => {
    if (typeof text !== "string" || text.length > LONGEST_TEXT) fail("The text is too long for a list of ratings.");
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      fail("The text is not JSON.");
    }
    const version = own(value, "marquee_ratings");
    if (version === undefined) fail("This is no list of ratings from a page like this one.");
    if (version !== VERSION) fail("The ratings are written in a way that this page does not know.");
    if (own(value, "dataset") !== dataset) fail(`The ratings are of films of other data than ${dataset}.`);
    const ratings = listIn(value, "ratings").map(rating);
    const unwanted = listIn(value, "not_interested");
    if (!unwanted.every(isId)) fail("The list “not_interested” names something that is no film.");
    return stateOf(ratings, unwanted);
  };

  // Sound ids and what comes with them, encoded one by one: the newest that fit into an address.
  const joined = (parts) => {
    const kept = parts.slice(-MOST_SHARED);
    while (kept.join().length > LONGEST_HASH / 2 - 10) kept.shift();
    return kept.join();
  };

  const ids = (text) => (text ? text.split(",").map(decodeURIComponent) : []);

  return {
    most: MOST,

    // Nothing where nothing is stored, or nothing that makes sense, or where the browser keeps nothing for pages.
    read() {
      try {
        return fromText(localStorage.getItem(key));
      } catch {
        return stateOf([], []);
      }
    },

    // Whether it could be kept.
    write(state) {
      try {
        localStorage.setItem(key, JSON.stringify(told(state, () => ({}))));
        return true;
      } catch {
        return false;
      }
    },

    // Whether a `storage` event is of these ratings, or of all that was stored.
    isOf: (event) => event.key === key || event.key === null,

    toText: (state) =>
      `${JSON.stringify(told(state, (id) => ({ title: title(id).slice(0, LONGEST_TITLE) })), null, 1)}\n`,

    fromText,

    // The state in a file that was chosen; not even read where it is too large.
    async fromFile(file) {
      if (file.size > LONGEST_TEXT) fail("The file is too large for a list of ratings.");
      return fromText(await file.text());
    },

    // "#r=4~50,5~f%2F2&n=7": the stars and the film of each rating, then films that are not wanted.
    toHash(state) {
      const rated = joined(some(state.ratings, MOST).map(([id, stars]) => `${stars}~${encodeURIComponent(id)}`));
      const unwanted = joined(some(state.unwanted.entries(), MOST).map(([id]) => encodeURIComponent(id)));
      return `#r=${rated}${unwanted && `&n=${unwanted}`}`;
    },

    // Whether an address means to hold a state, be it one that can be read or not.
    isLink: (hash) => hash.startsWith("#r="),

    // The state in an address, or null: it may hold anything, or a place on the page.
    fromHash(hash) {
      if (hash.length > LONGEST_HASH) return null;
      const [, rated, unwanted] = /^#r=([^&]*)(?:&n=([^&]+))?$/.exec(hash) ?? [];
      if (!rated && !unwanted) return null;
      try {
        const pairs = ids(rated).map((pair) => [pair.slice(2), /^[1-5]~/.test(pair) ? Number(pair[0]) : 0]);
        const others = ids(unwanted);
        const isSound = pairs.every(([id, stars]) => isId(id) && isStars(stars)) && others.every(isId);
        return isSound && Math.max(pairs.length, others.length) <= MOST_SHARED ? stateOf(pairs, others) : null;
      } catch {
        return null; // a stray %
      }
    },
  };
};
