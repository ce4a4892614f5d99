// The notice that ratings came by a link: whose they are, and the buttons to keep them or to go back to one's own.
import { plural } from "../shared/format.js";

// `announce(text)` reports what was done.
export function createLinkNotice(box, store, state, announce) {
  const status = box.querySelector("[data-status]");
  const keepButton = box.querySelector("[data-keep]");
  const backButton = box.querySelector("[data-back]");
  const actions = keepButton.parentElement;

  const contents = () =>
    state.ratings.size ? plural(state.ratings.size, "rating") : plural(state.unwanted.size, "unwanted film");

  const leaveLink = (action) => {
    action();
    document.getElementById("mine").focus({ preventScroll: true });
  };
  keepButton.addEventListener("click", () => {
    const done = state.isNew ? `${contents()} kept as yours.` : `${contents()} added. Where both rate a film, your stars stay.`;
    leaveLink(state.keepLinked);
    announce(done);
  });
  backButton.addEventListener("click", () => leaveLink(state.closeLinked));

  // Take ratings that are the visitor's own by now out of the address, so that they are not opened again. If the link
  // cannot be read, the notice says so as long as it is in the address.
  const showOwn = () => {
    const isLink = store.isLink(location.hash);
    const isReadable = isLink && store.fromHash(location.hash) !== null;
    if (isReadable) history.replaceState(null, "", location.pathname + location.search);
    box.hidden = !isLink || isReadable;
    status.textContent = box.hidden ? "" : "The link could not be read.";
  };

  return {
    show() {
      actions.hidden = !state.isLinked;
      if (!state.isLinked) return showOwn();
      box.hidden = false;
      const ownNote = state.isNew ? "" : " Yours are kept.";
      status.textContent = `You see ${contents()} from a link.${ownNote} What you change here is not saved.`;
      keepButton.textContent = state.isNew ? "Keep them as mine" : "Add them to mine";
      keepButton.title = state.isNew ? "" : "Where both rate a film, your stars stay";
      backButton.textContent = state.isNew ? "Begin with none" : "Back to mine";
    },
  };
}
