// What is said where somebody else's ratings came by a link: whose they are, and how one keeps them or goes back.
"use strict";

globalThis.marqueeRate.makeShared = (box, store, state) => {
  const { count } = globalThis.marqueeRate.parts;
  const [said, keep, back] = ["[data-said]", "[data-keep]", "[data-back]"].map((one) => box.querySelector(one));

  const leave = (act) => {
    act();
    document.getElementById("mine").focus({ preventScroll: true });
  };
  keep.addEventListener("click", () => leave(state.keep));
  back.addEventListener("click", () => leave(state.back));

  return {
    show() {
      box.hidden = !state.isShared;
      if (box.hidden) {
        // What is the visitor's own is not read from the address again.
        if (store.fromHash(location.hash)) history.replaceState(null, "", location.pathname + location.search);
        return;
      }
      const whose = state.isNew ? "" : " Yours are kept.";
      said.textContent = `You see ${count(state.ratings.size, "rating")} from a link.${whose} What you change here is not saved.`;
      keep.textContent = state.isNew ? "Keep them as mine" : "Add them to mine";
      keep.title = state.isNew ? "" : "Where both rate a film, your stars stay";
      back.textContent = state.isNew ? "Begin with none" : "Back to mine";
    },
  };
};
