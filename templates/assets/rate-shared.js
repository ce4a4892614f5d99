// What is said where somebody else's ratings came by a link: whose they are, and how one keeps them or goes back.
"use strict";

// `say(text)` tells what was done.
globalThis.marqueeRate.makeShared = (box, store, state, say) => {
  const { count } = globalThis.marqueeRate.parts;
  const [said, keep, back] = ["[data-said]", "[data-keep]", "[data-back]"].map((one) => box.querySelector(one));
  const acts = keep.parentElement;

  const told = () => (state.ratings.size ? count(state.ratings.size, "rating") : count(state.unwanted.size, "unwanted film"));

  const leave = (act) => {
    act();
    document.getElementById("mine").focus({ preventScroll: true });
  };
  keep.addEventListener("click", () => {
    const done = state.isNew ? `${told()} kept as yours.` : `${told()} added. Where both rate a film, your stars stay.`;
    leave(state.keep);
    say(done);
  });
  back.addEventListener("click", () => leave(state.back));

  // What is the visitor's own is not read from the address again; that it cannot be read is said as long as it stands there.
  const tidy = () => {
    const isLink = store.isLink(location.hash);
    const isSound = isLink && store.fromHash(location.hash) !== null;
    if (isSound) history.replaceState(null, "", location.pathname + location.search);
    box.hidden = !isLink || isSound;
    said.textContent = box.hidden ? "" : "The link could not be read.";
  };

  return {
    show() {
      acts.hidden = !state.isShared;
      if (!state.isShared) {
        tidy();
        return;
      }
      box.hidden = false;
      const whose = state.isNew ? "" : " Yours are kept.";
      said.textContent = `You see ${told()} from a link.${whose} What you change here is not saved.`;
      keep.textContent = state.isNew ? "Keep them as mine" : "Add them to mine";
      keep.title = state.isNew ? "" : "Where both rate a film, your stars stay";
      back.textContent = state.isNew ? "Begin with none" : "Back to mine";
    },
  };
};
