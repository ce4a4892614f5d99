// A visitor's ratings outside the page: in the browser's storage, in a file, and in the part of an address after #.
// Whatever comes from there may be wrong or hostile: every field is checked, and the size is limited.
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";
import { isStars, MAX_STARS } from "./scale.js";
import { MAX_TITLE, titleCode } from "./titles.js";

const VERSION = 1;
const MAX_RATINGS = 500; // and as many unwanted items
const MAX_SHARED = 200; // ratings, and unwanted items, in an address
const MAX_ID = 200; // characters, as all that follow
const MAX_TEXT = 500_000;
const MAX_HASH = 20_000;
const MAX_LIST = 9_500; // each of two lists in an address, which leaves room for the codes of all titles

const isId = (id) => typeof id === "string" && id !== "" && id.length <= MAX_ID && !/\p{Surrogate}/u.test(id);

// A property of the object itself, never one that it inherits; undefined if it is no object or has none.
const ownValue = (value, name) =>
  value !== null && typeof value === "object" && Object.hasOwn(value, name) ? value[name] : undefined;

function fail(sentence) {
  throw new Error(sentence);
}

// From pairs [id, stars], ids, pairs [id, title], entries [id, stars, title] and again ids that have been checked.
const toState = (ratings, unwanted, titles = [], others = [], watchlist = []) => ({
  ratings: new Map(ratings),
  unwanted: new Set(unwanted),
  watchlist: new Set(watchlist),
  titles: new Map(titles),
  others,
});

// The newest `max` of pairs [id, ...] whose id can be written.
const writable = (entries, max) => [...entries].filter(([id]) => isId(id)).slice(-max);

function parseList(value, name) {
  const list = ownValue(value, name);
  if (!Array.isArray(list)) fail(t("rate.file.noList", { name }));
  if (list.length > MAX_RATINGS) fail(t("rate.file.longList", { name, limit: MAX_RATINGS }));
  return list;
}

function parseRating(rating, n) {
  const [id, stars] = [ownValue(rating, "item"), ownValue(rating, "stars")];
  if (!isId(id)) fail(t("rate.file.noItem", { number: n + 1 }));
  if (!isStars(stars)) fail(t("rate.file.noStars", { number: n + 1, max: MAX_STARS }));
  return [id, stars];
}

// What is only there to recognise items by is left out where it makes no sense: it must not cost a visitor their ratings.
function parseTitles(value, name) {
  const list = ownValue(value, name);
  const entries = Array.isArray(list) ? list.map((entry) => [ownValue(entry, "item"), ownValue(entry, "title")]) : [];
  return entries.filter(([id, title]) => isId(id) && typeof title === "string" && title !== "" && title.length <= MAX_TITLE);
}

// Later versions added it, so a file may have none.
function parseWatchlist(value) {
  const list = ownValue(value, "watchlist");
  return Array.isArray(list) ? list.slice(-MAX_RATINGS).map((entry) => ownValue(entry, "item")).filter(isId) : [];
}

function parseOthers(value) {
  const list = ownValue(value, "others");
  const entries = Array.isArray(list) ? list.slice(-MAX_RATINGS).filter(Array.isArray) : [];
  return entries.filter(
    ([id, stars, title]) => isId(id) && (stars === 0 || isStars(stars)) && typeof title === "string" && title.length <= MAX_TITLE,
  );
}

// The newest of pairs [id, encoded] that fit into an address.
function fitInAddress(pairs) {
  const newest = pairs.slice(-MAX_SHARED);
  while (newest.map(([, encoded]) => encoded).join().length > MAX_LIST) newest.shift();
  return newest;
}

// "4~50" or "3.5~50" as [id, stars]; stars are 0 where they make no sense.
function splitPair(pair) {
  const separator = pair.indexOf("~");
  const stars = pair.slice(0, separator);
  return [pair.slice(separator + 1), /^(?:\d|\d\.5)$/.test(stars) ? Number(stars) : 0];
}

const splitList = (text) => (text ? text.split(",").map(decodeURIComponent) : []);

// A state is { ratings: Map(item id -> stars), unwanted: Set(item ids), watchlist: Set(item ids), titles: Map(item id ->
// title), others }, all in the order in which they were added; an item need not be in the catalogue. `titles` has those of
// the items as they were when they were rated; `others` are entries [id, stars or 0 for unwanted, title] of another data
// set that was at this address.
// `title(id)` is the title now, empty if it is not known; `dataset` is written for people who open the file.
export function createStore({ dataset, title = () => "" }) {
  // One origin may host several sites, and all folders on a disk are one origin. The name of the data set is not in the
  // key: it is that of a folder, which may be renamed.
  const key = `marquee ratings ${new URL(marquee.root).pathname}`;

  const discoveryKey = `marquee discovery ${new URL(marquee.root).pathname}`;

  const countKey = `marquee rated ${new URL(marquee.root).pathname}`; // theme.js shows it in the head of every page

  const titleOf = (state, id) => (title(id) || (state.titles?.get(id) ?? "")).slice(0, MAX_TITLE);

  const withTitles = (state, ids) =>
    writable(ids.entries(), MAX_RATINGS).map(([item]) => ({ item, title: titleOf(state, item) }));

  const toJson = (state) => ({
    marquee_ratings: VERSION,
    dataset,
    ratings: writable(state.ratings, MAX_RATINGS).map(([item, stars]) => ({ item, title: titleOf(state, item), stars })),
    not_interested: writable(state.unwanted.entries(), MAX_RATINGS).map(([id]) => id),
    ...(state.watchlist?.size ? { watchlist: withTitles(state, state.watchlist) } : {}),
  });

  const toStored = (state) => ({
    ...toJson(state),
    titles: withTitles(state, state.unwanted),
    others: state.others ?? [],
  });

  // The ratings and unwanted items that an address holds, as pairs [id, encoded].
  const listsForAddress = ({ ratings, unwanted }) => ({
    rated: fitInAddress(writable(ratings, MAX_RATINGS).map(([id, stars]) => [id, `${stars}~${encodeURIComponent(id)}`])),
    unwanted: fitInAddress(writable(unwanted.entries(), MAX_RATINGS).map(([id]) => [id, encodeURIComponent(id)])),
  });

  const joinLists = (...lists) => {
    const [rated, unwanted] = lists.map((list) => list.map(([, encoded]) => encoded).join());
    return `#r=${rated}${unwanted && `&n=${unwanted}`}`;
  };

  // The state in a text; throws an Error with a sentence for the visitor if there is none.
  const fromText = (text) => {
    if (typeof text !== "string" || text.length > MAX_TEXT) fail(t("rate.file.textTooLong"));
    return parse(text);
  };

  const parse = (text) => {
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      fail(t("rate.file.notJson"));
    }
    const version = ownValue(value, "marquee_ratings");
    if (version === undefined) fail(t("rate.file.notOurs"));
    if (version !== VERSION) fail(t("rate.file.unknownVersion"));
    const ratings = parseList(value, "ratings").map(parseRating);
    const unwanted = parseList(value, "not_interested");
    if (!unwanted.every(isId)) fail(t("rate.file.unwantedNoItem"));
    const titles = ["ratings", "titles", "watchlist"].flatMap((name) => parseTitles(value, name));
    return toState(ratings, unwanted, titles, parseOthers(value), parseWatchlist(value));
  };

  // Until now the name of the data set was in the key too. Take over what was stored under this one's name or, if the
  // folder was renamed meanwhile, under the only other name.
  const takeOver = () => {
    const earlier = Object.keys(localStorage).filter((name) => name.startsWith(`${key} `));
    const sameName = earlier.filter((name) => name === `${key} ${dataset}`);
    const [name] = sameName.length ? sameName : earlier.length === 1 ? earlier : [];
    if (name === undefined) return null;
    const text = localStorage.getItem(name);
    const state = fromText(text);
    localStorage.setItem(key, text);
    localStorage.removeItem(name);
    return state;
  };

  return {
    maxRatings: MAX_RATINGS,

    // Empty if nothing is stored, if it makes no sense, or if the browser stores nothing for pages.
    read() {
      try {
        const text = localStorage.getItem(key);
        return text === null ? (takeOver() ?? toState([], [])) : parse(text); // no longer than what was written
      } catch {
        return toState([], []);
      }
    },

    // Returns whether it could be stored. Other scripts of the page hear of it by an event.
    write(state) {
      try {
        localStorage.setItem(key, JSON.stringify(toStored(state)));
        localStorage.setItem(countKey, state.ratings.size);
      } catch {
        return false;
      }
      document.dispatchEvent(new Event("marquee:ratings"));
      return true;
    },

    // Call `onChange` whenever another script of this page, or another page of this site, may have stored something.
    follow(onChange) {
      document.addEventListener("marquee:ratings", onChange);
      addEventListener("storage", (event) => (event.key === key || event.key === null) && onChange());
      addEventListener("pageshow", (event) => event.persisted && onChange());
    },

    // Where the visitor left the slider, from 0 to 1; null if nowhere.
    readDiscovery() {
      try {
        const value = Number.parseFloat(localStorage.getItem(discoveryKey));
        return value >= 0 && value <= 1 ? value : null;
      } catch {
        return null;
      }
    },

    writeDiscovery(value) {
      try {
        localStorage.setItem(discoveryKey, value);
      } catch {
        // Then it holds for this visit alone.
      }
    },

    toText: (state) => `${JSON.stringify(toJson(state), null, 1)}\n`,

    fromText,

    // "#r=4~50,3.5~f%2F2&n=7&t=0a1b2c": stars and item of each rating, unwanted items, and the code of each title, in the
    // same order.
    toHash(state) {
      const { rated, unwanted } = listsForAddress(state);
      const codes = [...rated, ...unwanted].map(([id]) => titleCode(titleOf(state, id))).join("");
      return `${joinLists(rated, unwanted)}${codes && `&t=${codes}`}`;
    },

    // Whether links to two states name the same items with the same stars.
    isSame(...states) {
      const [first, second] = states.map(listsForAddress).map(({ rated, unwanted }) => joinLists(rated, unwanted));
      return first === second;
    },

    // Whether an address is meant to hold a state, readable or not.
    isLink: (hash) => hash.startsWith("#r="),

    // The state in a hash, or null: it may hold anything, or lead to a part of the page. `codes` are those of titles, by
    // item id, empty for a link without.
    fromHash(hash) {
      if (hash.length > MAX_HASH) return null;
      const [, rated, unwantedList, codeText = ""] = /^#r=([^&]*)(?:&n=([^&]+))?(?:&t=((?:[0-9a-z]{2})+))?$/.exec(hash) ?? [];
      if (!rated && !unwantedList) return null;
      try {
        const ratings = splitList(rated).map(splitPair);
        const unwanted = splitList(unwantedList);
        const ids = [...ratings.map(([id]) => id), ...unwanted];
        const codes = codeText.match(/../g) ?? [];
        const isValid = ids.every(isId) && ratings.every(([, stars]) => isStars(stars));
        const isShort = Math.max(ratings.length, unwanted.length) <= MAX_SHARED;
        if (!isValid || !isShort || (codeText && codes.length !== ids.length)) return null;
        return { ...toState(ratings, unwanted), codes: new Map(codes.map((code, n) => [ids[n], code])) };
      } catch {
        return null; // a stray %
      }
    },
  };
}
