// Ratings as a link and as a file, to export and import; clear them, and undo that.
import { element } from "../shared/element.js";
import { formatCount, plural } from "../shared/format.js";
import { findForeign } from "./titles.js";

// `loadItems()` resolves to the items of the site; null if they could not be loaded.
export function createFileActions(box, store, state, loadItems) {
  const query = (name) => box.querySelector(`[data-${name}]`);
  const [copyButton, exportButton, importInput] = ["copy", "export", "import"].map(query);
  const [undoButton, clearButton, linkBox, status] = ["undo", "clear", "link", "done"].map(query);

  let notes = []; // stay below whatever is announced
  const announce = (text) => {
    status.textContent = [text, ...notes].filter(Boolean).join(" ");
  };

  const droppedNote = (n, noun) =>
    n && `This page keeps the newest ${store.maxRatings} ${noun}: ${formatCount(n)} older ${n === 1 ? "one is" : "ones are"} left out.`;

  // What a link leaves out, since an address has to stay short.
  const linkLimits = (hash) => {
    const linked = store.fromHash(hash);
    const newest = (n, nAll, noun) => n < nAll && `the newest ${n} of ${plural(nAll, noun)}`;
    const ratings = newest(linked?.ratings.size ?? 0, state.ratings.size, "rating");
    const unwanted = newest(linked?.unwanted.size ?? 0, state.unwanted.size, "unwanted film");
    const parts = [ratings, unwanted].filter(Boolean);
    return parts.length ? `The link holds ${parts.join(" and ")}.` : "";
  };

  copyButton.addEventListener("click", async () => {
    const hash = store.toHash(state.current);
    const address = location.href.split("#")[0] + hash;
    try {
      await navigator.clipboard.writeText(address);
      announce(["The link is copied.", linkLimits(hash)].filter(Boolean).join(" "));
    } catch {
      // No clipboard, as on some pages opened from disk: show the link, selected, to be copied by hand.
      linkBox.hidden = false;
      const input = linkBox.querySelector("input");
      input.value = address;
      input.select();
      announce(linkLimits(hash));
    }
  });

  exportButton.addEventListener("click", () => {
    const href = URL.createObjectURL(new Blob([store.toText(state.current)], { type: "application/json" }));
    element("a", { href, download: "marquee-ratings.json" }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000); // long after the download began
  });

  importInput.addEventListener("change", async () => {
    const [file] = importInput.files;
    importInput.value = ""; // so that the same file can be chosen again
    if (!file) return;
    try {
      const imported = await store.fromFile(file);
      const items = await loadItems();
      if (!items) throw new Error("The films of this site could not be loaded, so the file cannot be compared with them.");
      const foreign = findForeign(imported, items);
      if (foreign) throw new Error(foreign);
      const note = state.isNew ? "" : " Where both rate a film, the file’s stars hold.";
      const n = [...imported.ratings.keys()].filter((id) => items.row(id) === undefined).length;
      const held = n ? ` ${formatCount(n)} of them ${n === 1 ? "is of a film" : "are of films"} that this site does not have.` : "";
      state.merge({ ...imported, others: [] });
      announce(`${plural(imported.ratings.size, "rating")} imported.${held}${note}`);
    } catch (problem) {
      announce(problem.message);
    }
  });

  clearButton.addEventListener("click", () => {
    const n = state.ratings.size;
    state.clear();
    announce(`${plural(n, "rating")} cleared.`);
    undoButton.focus();
  });

  undoButton.addEventListener("click", () => {
    state.undo();
    announce("As it was before.");
    document.getElementById("mine").focus({ preventScroll: true });
  });

  return {
    announce,
    // `dropped` counts what did not fit.
    show(dropped = { ratings: 0, unwanted: 0 }) {
      const isEmpty = !state.ratings.size && !state.unwanted.size;
      for (const outputButton of [copyButton, exportButton]) outputButton.hidden = isEmpty;
      clearButton.hidden = isEmpty || state.isLinked;
      undoButton.hidden = !state.canUndo;
      linkBox.hidden = true;
      notes = [
        droppedNote(dropped.ratings, "ratings"),
        droppedNote(dropped.unwanted, "unwanted films"),
        !state.isStored && "This browser lets pages keep nothing: export your ratings to have them again.",
      ];
      announce("");
    },
  };
}
