// Importing a visitor's own history: files are read, matched with the items of the site, shown, and added once the visitor
// agrees. Nothing leaves the browser.
import { t } from "../../shared/strings.js";
import { findForeign } from "../../rating/titles.js";
import { readHistories } from "./history.js";
import { matchEntries } from "./merge.js";
import { createPreview, describeContents } from "./preview.js";

// What to tell about something that went wrong: our own sentences, and one for what the browser throws.
const describeProblem = (problem) => (problem.constructor === Error ? problem.message : t("rate.imports.unreadable"));

// `status` says what happens to a file, `box` shows what it would add; `loadItems()` resolves to the items of the site, null
// if they could not be loaded; `announce(text)` reports what was added.
export function createImporter({ box, status, store, state, scale, loadItems, announce }) {
  const preview = createPreview(box);

  const showStatus = (text) => {
    status.textContent = text;
  };

  const showPlan = (plan, add) => {
    showStatus("");
    preview.show({
      ...plan,
      onAdd(withSeen) {
        const n = plan.additions.filter(({ isSeen }) => withSeen || !isSeen).length;
        add(withSeen);
        announce(t("rate.imports.added", { contents: describeContents(n, plan.nUnwanted) }));
        document.getElementById("mine").focus(); // where they are, and can be undone
      },
      onCancel: () => showStatus(t("rate.imports.cancelled")),
    });
  };

  // The id under which the visitor rated an item already, under any of its ids.
  const ratedIds = (items) => {
    const ids = new Map();
    for (const id of state.ownRatings.keys()) if (items.row(id) !== undefined) ids.set(items.firstTwin(items.row(id)), id);
    return ids;
  };

  // A file of this site: its ratings are of ids, also of items that the site does not have, which are kept as well.
  const planOwnFile = (text, items) => {
    const imported = store.fromText(text);
    const foreign = findForeign(imported, items);
    if (foreign) throw new Error(foreign);
    const ids = [...imported.ratings.keys()].reverse();
    const nElsewhere = ids.filter((id) => items.row(id) === undefined).length;
    const nReplaced = ids.filter((id) => state.ownRatings.has(id)).length;
    const additions = ids.map((id) => ({
      title: items.row(id) === undefined ? (imported.titles.get(id) ?? id) : items.title(items.row(id)),
      year: items.row(id) === undefined ? "" : items.year(items.row(id)),
      text: scale.label(imported.ratings.get(id)),
      isSeen: false,
    }));
    const notes = [
      nElsewhere && t("rate.imports.elsewhere", { n: nElsewhere }),
      nReplaced && t("rate.imports.replaced", { n: nReplaced }),
      imported.unwanted.size && t("rate.imports.unwanted", { n: imported.unwanted.size }),
    ].filter(Boolean);
    const plan = { heading: t("rate.imports.ownHeading"), notes, additions, ambiguous: [], unmatched: [] };
    showPlan({ ...plan, nUnwanted: imported.unwanted.size }, () => state.merge({ ...imported, others: [] }));
  };

  const planHistory = ({ label, entries, nNotSeen }, items) => {
    const { matched, ambiguous, unmatched } = matchEntries(entries, items);
    const idsByItem = ratedIds(items);
    const wanted = matched
      .map(({ row, entry }) => {
        const ownId = idsByItem.get(items.firstTwin(row));
        const isSeen = entry.stars === null;
        const stars = isSeen ? scale.seen : scale.toStep(entry.stars);
        return { id: ownId ?? items.id(row), row, stars, isSeen, isRated: ownId !== undefined };
      })
      .filter(({ isSeen, isRated }) => !(isSeen && isRated)); // a rating says more than "seen"
    const wantedIds = new Set(wanted.map(({ id }) => id));
    const nOwn = [...state.ownRatings.keys()].filter((id) => !wantedIds.has(id)).length;
    const nFree = Math.max(store.maxRatings - nOwn, 0); // no rating of the visitor's is dropped for one of the file
    const taken = wanted.slice(Math.max(wanted.length - nFree, 0));
    const nReplaced = taken.filter(({ isRated }) => isRated).length;
    const nKept = matched.length - wanted.length;
    const notes = [
      t("rate.imports.matched", { n: matched.length, total: matched.length + ambiguous.length + unmatched.length }),
      entries.some(({ stars }) => stars !== null) && t(scale.isLikes ? "rate.imports.toLikes" : "rate.imports.toStars"),
      nReplaced && t("rate.imports.replaced", { n: nReplaced }),
      nKept && t("rate.imports.kept", { n: nKept }),
      nNotSeen && t("rate.imports.notSeen", { n: nNotSeen }),
      taken.length < wanted.length && t("rate.imports.limited", { n: wanted.length - taken.length, limit: store.maxRatings }),
    ].filter(Boolean);
    const additions = taken.toReversed().map(({ row, stars, isSeen }) => ({
      ...{ title: items.title(row), year: items.year(row), isSeen },
      text: scale.label(stars),
    }));
    const heading = label ? t("rate.imports.heading", { source: label }) : t("rate.imports.plainHeading");
    showPlan({ heading, notes, additions, ambiguous, unmatched, seenText: scale.label(scale.seen) }, (withSeen) => {
      const added = taken.filter(({ isSeen }) => withSeen || !isSeen);
      state.merge({
        ratings: new Map(added.map(({ id, stars }) => [id, stars])),
        unwanted: new Set(),
        watchlist: new Set(),
        titles: new Map(added.map(({ id, row }) => [id, items.title(row)])),
        others: [],
      });
    });
  };

  return {
    // Files that were chosen or dropped. One at a time is read; while it is, the page says so.
    async open(files) {
      if (!files.length) return;
      preview.hide();
      showStatus(t("rate.imports.reading"));
      try {
        const history = await readHistories(files);
        const items = await loadItems();
        if (!items) throw new Error(t("rate.imports.noItems"));
        if (history.text === undefined) planHistory(history, items);
        else planOwnFile(history.text, items);
      } catch (problem) {
        showStatus(describeProblem(problem));
      }
    },
  };
}
