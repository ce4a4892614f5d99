// Ratings as a link, as a file and from one; clearing them, and taking that back.
"use strict";

globalThis.marqueeRate.makeFiles = (box, store, state) => {
  const { element, count } = globalThis.marqueeRate.parts;
  const find = (name) => box.querySelector(`[data-${name}]`);
  const [copy, save, open, undo, clear, link, done] = "copy export import undo clear link done".split(" ").map(find);

  let notes = []; // what holds besides, whatever is said
  const say = (text) => (done.textContent = [text, ...notes].filter(Boolean).join(" "));

  const tooMany = (n, what) =>
    n && `This page keeps the newest ${store.most} ${what}: ${n.toLocaleString("en")} older ${n === 1 ? "one is" : "ones are"} left out.`;

  // What a link leaves out, for an address is not to be too long.
  const limits = (hash) => {
    const fit = store.fromHash(hash);
    const some = (n, all, one) => n < all && `the newest ${n} of ${count(all, one)}`;
    const ratings = some(fit?.ratings.size ?? 0, state.ratings.size, "rating");
    const unwanted = some(fit?.unwanted.size ?? 0, state.unwanted.size, "unwanted film");
    const parts = [ratings, unwanted].filter(Boolean);
    return parts.length ? `The link holds ${parts.join(" and ")}.` : "";
  };

  copy.addEventListener("click", async () => {
    const hash = store.toHash(state.all);
    const address = location.href.split("#")[0] + hash;
    try {
      await navigator.clipboard.writeText(address);
      say(["The link is copied.", limits(hash)].filter(Boolean).join(" "));
    } catch {
      // No clipboard here, as on some pages opened from disk: show the link, ready to be copied.
      link.hidden = false;
      const input = link.querySelector("input");
      input.value = address;
      input.select();
      say(limits(hash));
    }
  });

  save.addEventListener("click", () => {
    const href = URL.createObjectURL(new Blob([store.toText(state.all)], { type: "application/json" }));
    element("a", { href, download: "marquee-ratings.json" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000); // once it is surely saved
  });

  open.addEventListener("change", async () => {
    const [file] = open.files;
    open.value = ""; // the same file may be chosen again
    if (!file) return;
    try {
      const found = await store.fromFile(file);
      const both = state.isNew ? "" : " Where both rate a film, the file’s stars hold.";
      state.take(found);
      say(`${count(found.ratings.size, "rating")} imported.${both}`);
    } catch (problem) {
      say(problem.message);
    }
  });

  clear.addEventListener("click", () => {
    const n = state.ratings.size;
    state.clear();
    say(`${count(n, "rating")} cleared.`);
    undo.focus();
  });

  undo.addEventListener("click", () => {
    state.undo();
    say("As it was before.");
    document.getElementById("mine").focus({ preventScroll: true });
  });

  return {
    say,
    show(left = { ratings: 0, unwanted: 0 }) {
      const isEmpty = !state.ratings.size && !state.unwanted.size;
      for (const one of [copy, save]) one.hidden = isEmpty;
      clear.hidden = isEmpty || state.isShared;
      undo.hidden = !state.canUndo;
      link.hidden = true;
      notes = [
        tooMany(left.ratings, "ratings"),
        tooMany(left.unwanted, "unwanted films"),
        !state.isKept && "This browser lets pages keep nothing: export your ratings to have them again.",
      ];
      say("");
    },
  };
};
