// The notice that ratings came by a link: whose they are, and the buttons to keep them or to go back to one's own.
import { plural } from "../shared/format.js";
import { isForeignLink } from "./titles.js";

// `announce(text)` reports what was done; `getItems()` gives the items of the site, null until they are loaded.
export function createLinkNotice(box, store, state, announce, getItems) {
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

  // Why the link in the address is not shown; an empty text if it can be, or if there is none.
  const describeProblem = () => {
    if (!store.isLink(location.hash)) return "";
    const linked = store.fromHash(location.hash);
    if (!linked) return "The link could not be read.";
    return getItems() && isForeignLink(linked, getItems()) ? "This link is of other films." : "";
  };

  // Take ratings that are the visitor's own by now out of the address, so that they are not opened again. If the link
  // cannot be shown, the notice says so as long as it is in the address.
  const showOwn = () => {
    const problem = describeProblem();
    if (store.isLink(location.hash) && !problem) history.replaceState(null, "", location.pathname + location.search);
    box.hidden = !problem;
    status.textContent = problem;
  };

  return {
    describeProblem,
    show() {
      actions.hidden = !state.isLinked;
      keepButton.disabled = !getItems(); // until then nobody knows whether they are of this site's items
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
