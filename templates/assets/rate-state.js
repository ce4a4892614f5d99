// What the visitor said: ratings and films that are not wanted, by film id; kept in the store. What came by a link is
// shown beside it and never written over it. Draws nothing.
"use strict";

// `changed(left)` follows every change; `left` counts what was let go of, if anything was, so that no more is kept than the
// store takes: { ratings, unwanted }.
globalThis.marqueeRate.makeState = (store, changed) => {
  const copy = ({ ratings, unwanted }) => ({ ratings: new Map(ratings), unwanted: new Set(unwanted) });

  // Both together; where both rate a film, the second's stars hold.
  const joined = (first, second) => {
    const ratings = new Map([...first.ratings, ...second.ratings]);
    const unwanted = [...first.unwanted, ...second.unwanted].filter((id) => !ratings.has(id));
    return { ratings, unwanted: new Set(unwanted) };
  };

  let own = store.read();
  let shown = own; // or what came by a link
  let isKept = true;
  let before = null; // what was the visitor's own before the last sweeping change

  // Only the newest stay; how many others there were.
  const limit = (kept) => {
    const oldest = [...kept.keys()].slice(0, Math.max(kept.size - store.most, 0));
    for (const id of oldest) kept.delete(id);
    return oldest.length;
  };

  const told = () => {
    const left = { ratings: limit(shown.ratings), unwanted: limit(shown.unwanted) };
    if (shown === own) isKept = store.write(own);
    changed(left);
  };

  // What one did since is not to be lost by going back further.
  const forget = () => (before = null);

  const replace = (next) => {
    before = copy(own);
    own = shown = next;
    told();
  };

  return {
    get ratings() { return shown.ratings; },
    get unwanted() { return shown.unwanted; },
    get all() { return shown; },
    get isShared() { return shown !== own; },
    get isNew() { return !own.ratings.size; },
    get isKept() { return isKept; },
    get canUndo() { return before !== null; },

    rate(id, stars) {
      forget();
      if (stars) shown.ratings.set(id, stars);
      else shown.ratings.delete(id);
      shown.unwanted.delete(id);
      told();
    },
    want(id, isWanted) {
      forget();
      if (isWanted) shown.unwanted.delete(id);
      else shown.unwanted.add(id);
      told();
    },

    clear: () => replace({ ratings: new Map(), unwanted: new Set() }),
    take: (other) => replace(joined(own, other)),
    undo() {
      [own, before] = [before, null];
      shown = own;
      told();
    },

    // From a link: seen, not kept; what is the visitor's already needs no asking.
    open(linked) {
      shown = store.toHash(linked) === store.toHash(own) ? own : linked;
      changed();
    },
    keep: () => replace(joined(shown, own)),
    back() {
      shown = own;
      changed();
    },

    // Another page of this site has written; but where nothing could be kept, all there is stands here.
    again() {
      const next = store.read();
      if (!isKept || store.toText(next) === store.toText(own)) return;
      const isShared = shown !== own;
      own = next;
      if (!isShared) shown = own;
      forget();
      changed();
    },
  };
};
