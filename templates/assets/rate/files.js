// Ratings as a link and as a file to export; clear them, and undo that, or an import.
import { saveFile } from "../shared/save.js";
import { t } from "../shared/strings.js";

export function createFileActions(box, store, state) {
  const query = (name) => box.querySelector(`[data-${name}]`);
  const [copyButton, exportButton] = ["copy", "export"].map(query);
  const [undoButton, clearButton, linkBox, status] = ["undo", "clear", "link", "done"].map(query);

  let notes = []; // stay below whatever is announced
  const announce = (text) => {
    status.textContent = [text, ...notes].filter(Boolean).join(" ");
  };

  // What a link leaves out, since an address has to stay short.
  const linkLimits = (hash) => {
    const linked = store.fromHash(hash);
    const [nRatings, nUnwanted] = [linked?.ratings.size ?? 0, linked?.unwanted.size ?? 0];
    const notes = [
      nRatings < state.ratings.size && t("rate.linkHolds.ratings", { n: state.ratings.size, newest: nRatings }),
      nUnwanted < state.unwanted.size && t("rate.linkHolds.unwanted", { n: state.unwanted.size, newest: nUnwanted }),
    ];
    return notes.filter(Boolean).join(" ");
  };

  copyButton.addEventListener("click", async () => {
    const hash = store.toHash(state.current);
    const address = location.href.split("#")[0] + hash;
    try {
      await navigator.clipboard.writeText(address);
      announce([t("rate.linkCopied"), linkLimits(hash)].filter(Boolean).join(" "));
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
    saveFile("marquee-ratings.json", new Blob([store.toText(state.current)], { type: "application/json" }));
  });

  clearButton.addEventListener("click", () => {
    const n = state.ratings.size;
    state.clear();
    announce(t("rate.cleared", { n }));
    undoButton.focus();
  });

  undoButton.addEventListener("click", () => {
    state.undo();
    announce(t("rate.undone"));
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
        dropped.ratings && t("rate.dropped.ratings", { n: dropped.ratings, limit: store.maxRatings }),
        dropped.unwanted && t("rate.dropped.unwanted", { n: dropped.unwanted, limit: store.maxRatings }),
        !state.isStored && t("rate.notStored"),
      ];
      announce("");
    },
  };
}
