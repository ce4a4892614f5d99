// The visitor's ratings and unwanted items, by item id, kept in the store. Ratings that came by a link are shown in their
// place, and never overwrite them unless the visitor says so.

// Both together; where both rate an item, the stars of `second` hold.
function mergeRatings(first, second) {
  const ratings = new Map([...first.ratings, ...second.ratings]);
  const unwanted = [...first.unwanted, ...second.unwanted].filter((id) => !ratings.has(id));
  return { ratings, unwanted: new Set(unwanted) };
}

// `onChange(dropped)` follows every change; `dropped` counts the oldest that were dropped, if any, because the store takes
// no more: { ratings, unwanted }.
export function createRatingsState(store, onChange) {
  let own = store.read(); // the visitor's
  let shown = own; // or what came by a link
  let isStored = true;
  let beforeReplace = null; // `own` before it was last replaced as a whole, for undo

  // Drop the oldest entries beyond the limit; returns how many.
  const dropOldest = (entries) => {
    const oldest = [...entries.keys()].slice(0, Math.max(entries.size - store.maxRatings, 0));
    for (const id of oldest) entries.delete(id);
    return oldest.length;
  };

  const saveAndReport = () => {
    const dropped = { ratings: dropOldest(shown.ratings), unwanted: dropOldest(shown.unwanted) };
    if (shown === own) isStored = store.write(own);
    onChange(dropped);
  };

  // A later change must not be lost by an undo of an earlier one.
  const forgetUndo = () => {
    beforeReplace = null;
  };

  const replaceOwn = (next) => {
    beforeReplace = { ratings: new Map(own.ratings), unwanted: new Set(own.unwanted) };
    own = shown = next;
    saveAndReport();
  };

  return {
    get ratings() { return shown.ratings; },
    get unwanted() { return shown.unwanted; },
    get current() { return shown; },
    get isLinked() { return shown !== own; },
    get isNew() { return !own.ratings.size; },
    get isStored() { return isStored; },
    get canUndo() { return beforeReplace !== null; },

    // `stars` is null to remove the rating.
    rate(id, stars) {
      forgetUndo();
      if (stars) shown.ratings.set(id, stars);
      else shown.ratings.delete(id);
      shown.unwanted.delete(id);
      saveAndReport();
    },
    setWanted(id, isWanted) {
      forgetUndo();
      if (isWanted) shown.unwanted.delete(id);
      else shown.unwanted.add(id);
      saveAndReport();
    },

    clear: () => replaceOwn({ ratings: new Map(), unwanted: new Set() }),
    merge: (imported) => replaceOwn(mergeRatings(own, imported)),
    undo() {
      [own, beforeReplace] = [beforeReplace, null];
      shown = own;
      saveAndReport();
    },

    // Show what came by a link without storing it; if the visitor has the very same, there is nothing to ask.
    openLinked(linked) {
      shown = store.toHash(linked) === store.toHash(own) ? own : linked;
      onChange();
    },
    keepLinked: () => replaceOwn(mergeRatings(shown, own)),
    closeLinked() {
      shown = own;
      onChange();
    },

    // Another page of this site has written to the store. If this page could not store its ratings, it has the only copy.
    readAgain() {
      const next = store.read();
      if (!isStored || store.toText(next) === store.toText(own)) return;
      const isLinked = shown !== own;
      own = next;
      if (!isLinked) shown = own;
      forgetUndo();
      onChange();
    },
  };
}
