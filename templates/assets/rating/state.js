// The visitor's ratings, unwanted items and watchlist, by item id, as the store has them: also those of items that the site does not
// have at present. Ratings that came by a link are shown in their place, and never overwrite them unless the visitor says so.
import { isSameTitle, setAside, sortOut } from "./titles.js";

const emptyState = () => ({ ratings: new Map(), unwanted: new Set(), watchlist: new Set(), titles: new Map(), others: [] });

// Both together; where both rate an item, the stars of `second` hold.
function mergeRatings(first, second) {
  const ratings = new Map([...first.ratings, ...second.ratings]);
  const unwanted = [...first.unwanted, ...second.unwanted].filter((id) => !ratings.has(id));
  const watchlist = [...first.watchlist, ...second.watchlist].filter((id) => !ratings.has(id));
  const titles = new Map([...first.titles, ...second.titles]);
  const others = [...first.others, ...second.others];
  return { ratings, unwanted: new Set(unwanted), watchlist: new Set(watchlist), titles, others };
}

// `onChange(dropped)` follows every change; `dropped` counts the oldest that were dropped, if any, because the store takes
// no more: { ratings, unwanted }.
export function createRatingsState(store, onChange) {
  let ownState = store.read(); // the visitor's
  let shownState = ownState; // or what came by a link
  let isStored = true;
  let siteItems = null; // until they are loaded
  let beforeReplace = null; // `ownState` before it was last replaced as a whole, for undo
  const ratingsBefore = new Map(); // of items that are unwanted since: stars by id, as long as the page is open

  // Drop the oldest entries beyond the limit; returns how many.
  const dropOldest = (entries) => {
    const oldest = [...entries.keys()].slice(0, Math.max(entries.size - store.maxRatings, 0));
    for (const id of oldest) entries.delete(id);
    return oldest.length;
  };

  const saveAndReport = () => {
    const dropped = { ratings: dropOldest(shownState.ratings), unwanted: dropOldest(shownState.unwanted) };
    dropOldest(shownState.watchlist);
    if (shownState === ownState) isStored = store.write(ownState);
    onChange(dropped);
  };

  // A later change must not be lost by an undo of an earlier one.
  const forgetUndo = () => {
    beforeReplace = null;
  };

  const replaceOwn = (next) => {
    ratingsBefore.clear();
    beforeReplace = mergeRatings(emptyState(), ownState);
    ownState = shownState = next;
    saveAndReport();
  };

  return {
    get ratings() { return shownState.ratings; },
    get unwanted() { return shownState.unwanted; },
    get watchlist() { return ownState.watchlist; }, // a link has none
    get titles() { return shownState.titles; },
    get ownRatings() { return ownState.ratings; }, // also while those of a link are shown
    get ownUnwanted() { return ownState.unwanted; },
    get current() { return shownState; },
    // Ratings of items that were another data set's, at this address.
    get nOthers() { return shownState.others.filter(([, stars]) => stars).length; },
    get isLinked() { return shownState !== ownState; },
    get isNew() { return !ownState.ratings.size; },
    get isStored() { return isStored; },
    get canUndo() { return beforeReplace !== null; },

    // `stars` is null to remove the rating. What is stored under this id may be of another item, until it is compared.
    rate(id, stars, title) {
      forgetUndo();
      const storedTitle = shownState.titles.get(id);
      const isKnown = shownState.ratings.has(id) || shownState.unwanted.has(id);
      if (isKnown && storedTitle && !isSameTitle(storedTitle, title)) setAside(shownState, id);
      ratingsBefore.delete(id);
      shownState.titles.set(id, title);
      if (stars) shownState.ratings.set(id, stars);
      else shownState.ratings.delete(id);
      shownState.unwanted.delete(id);
      shownState.watchlist.delete(id);
      saveAndReport();
    },
    // An item that is unwanted has no rating; if it had one, that comes back when the visitor thinks again.
    setWanted(id, isWanted) {
      forgetUndo();
      const { ratings, unwanted, watchlist } = shownState;
      if (isWanted) {
        unwanted.delete(id);
        if (ratingsBefore.has(id)) ratings.set(id, ratingsBefore.get(id));
        ratingsBefore.delete(id);
      } else {
        unwanted.add(id);
        if (ratings.has(id)) ratingsBefore.set(id, ratings.get(id));
        ratings.delete(id);
      }
      watchlist.delete(id);
      saveAndReport();
    },
    // Put an item on the watchlist or take it off: always the visitor's own.
    setWatch(id, isOn, title) {
      forgetUndo();
      if (isOn) ownState.watchlist.add(id);
      else ownState.watchlist.delete(id);
      ownState.unwanted.delete(id);
      if (!ownState.ratings.has(id)) ownState.titles.set(id, title);
      isStored = store.write(ownState);
      onChange();
    },

    clear: () => replaceOwn(emptyState()),
    merge: (imported) => replaceOwn(mergeRatings(ownState, imported)),
    undo() {
      [ownState, beforeReplace] = [beforeReplace, null];
      if (siteItems) sortOut(ownState, siteItems);
      shownState = ownState;
      saveAndReport();
    },

    // Show what came by a link without storing it; if the visitor has the very same, there is nothing to ask.
    openLinked(linked) {
      shownState = store.isSame(linked, ownState) ? ownState : linked;
      onChange();
    },
    keepLinked: () => replaceOwn(mergeRatings(shownState, ownState)),
    closeLinked() {
      shownState = ownState;
      onChange();
    },

    // Compare what is stored with the items of the site, as soon as these are known.
    compareWith(items) {
      siteItems = items;
      if (sortOut(ownState, items)) isStored = store.write(ownState);
    },

    // Another page of this site has written to the store. If this page could not store its ratings, it has the only copy.
    readAgain() {
      const next = store.read();
      if (!isStored || store.toText(next) === store.toText(ownState)) return;
      const isLinked = shownState !== ownState;
      ownState = next;
      if (siteItems) sortOut(ownState, siteItems);
      if (!isLinked) shownState = ownState;
      forgetUndo();
      onChange();
    },
  };
}
