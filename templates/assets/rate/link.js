// The notice that ratings came by a link: whose they are, and the buttons to keep them or to go back to one's own.
import { t } from "../shared/strings.js";
import { isForeignLink } from "../rating/titles.js";

// `announce(text)` reports what was done; `getItems()` gives the items of the site, null until they are loaded.
export function createLinkNotice(box, store, state, announce, getItems) {
  const status = box.querySelector("[data-status]");
  const keepButton = box.querySelector("[data-keep]");
  const backButton = box.querySelector("[data-back]");
  const actions = keepButton.parentElement;

  // "12 ratings", or of unwanted items alone "2 unwanted items"
  const contents = () => {
    const n = state.ratings.size || state.unwanted.size;
    return t(state.ratings.size ? "rate.ratings" : "rate.unwantedItems", { n });
  };

  const leaveLink = (action) => {
    action();
    document.getElementById("mine").focus({ preventScroll: true });
  };
  keepButton.addEventListener("click", () => {
    const done = state.isNew ? t("rate.link.kept", { contents: contents() }) : `${t("rate.link.added", { contents: contents() })} ${t("rate.link.yoursStay")}`;
    leaveLink(state.keepLinked);
    announce(done);
  });
  backButton.addEventListener("click", () => leaveLink(state.closeLinked));

  // Why the link in the address is not shown; an empty text if it can be, or if there is none.
  const describeProblem = () => {
    if (!store.isLink(location.hash)) return "";
    const linked = store.fromHash(location.hash);
    if (!linked) return t("rate.link.unreadable");
    return getItems() && isForeignLink(linked, getItems()) ? t("rate.link.foreign") : "";
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
      const notes = [t("rate.link.shown", { contents: contents() }), !state.isNew && t("rate.link.yoursKept"), t("rate.link.notSaved")];
      status.textContent = notes.filter(Boolean).join(" ");
      keepButton.textContent = t(state.isNew ? "rate.link.keep" : "rate.link.add");
      keepButton.title = state.isNew ? "" : t("rate.link.yoursStay");
      backButton.textContent = t(state.isNew ? "rate.link.fresh" : "rate.link.back");
    },
  };
}
