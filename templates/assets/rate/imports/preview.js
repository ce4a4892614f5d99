// What an import would add, shown before it is added: how much was matched, what was not, and what becomes of it.
import { button, element } from "../../shared/element.js";
import { t } from "../../shared/strings.js";

const MAX_LINES = 2_000; // of a list
const N_LEFT_OUT_NAMED = 5; // of those not matched, before the list of all

const describeEntry = ({ title, year, imdbId, id, isbns }) => {
  const name = title || imdbId || id || isbns?.find(Boolean) || "";
  return year === null || year === undefined ? name : `${name} (${year})`;
};

// "12 ratings"; of unwanted items alone "2 unwanted items"
export function describeContents(nRatings, nUnwanted) {
  if (!nRatings && nUnwanted) return t("rate.unwantedItems", { n: nUnwanted });
  return t("rate.ratings", { n: nRatings });
}

// A list that is filled when it is opened: there may be thousands.
function createList(summary, entries, lineOf) {
  const details = element("details", {}, element("summary", {}, summary));
  const region = element("div", { tabindex: "0", role: "region", "aria-label": summary }); // it scrolls
  details.append(region);
  const fill = () => {
    const lines = entries.slice(0, MAX_LINES).map(lineOf);
    if (entries.length > MAX_LINES) lines.push([t("rate.andMore", { n: entries.length - MAX_LINES })]);
    region.append(element("ul", {}, ...lines.map((line) => element("li", {}, ...line))));
  };
  details.addEventListener("toggle", fill, { once: true });
  return details;
}

// "Alien (1979), Heat (1995) and 12 more"
function nameSome(entries) {
  const names = entries.slice(0, N_LEFT_OUT_NAMED).flatMap((entry, n) => [n ? ", " : "", element("bdi", {}, describeEntry(entry))]);
  const nMore = entries.length - N_LEFT_OUT_NAMED;
  return nMore > 0 ? [...names, ` ${t("rate.andMore", { n: nMore })}`] : names;
}

// Entries that are not added: the first by name, and all of them in a list.
function describeLeftOut(text, entries) {
  if (!entries.length) return [];
  const parts = [element("p", {}, text, " ", ...nameSome(entries), ".")];
  if (entries.length > N_LEFT_OUT_NAMED) {
    const summary = t("rate.imports.all", { n: entries.length });
    parts.push(createList(summary, entries, (entry) => [element("bdi", {}, describeEntry(entry))]));
  }
  return parts;
}

// `box` is filled and shown. show(plan) takes what the importer found:
//   heading, notes     sentences
//   additions          [{ title, year, text, isSeen }], newest first; `text` says what is added
//   ambiguous, unmatched   entries
//   seenText           what is added for an item without a rating
//   nUnwanted          items that are added as unwanted
//   onAdd(withSeen), onCancel
export function createPreview(box) {
  const close = (action) => {
    box.hidden = true;
    box.replaceChildren();
    action();
  };

  return {
    show({ heading, notes, additions, ambiguous, unmatched, nUnwanted = 0, seenText = "", onAdd, onCancel }) {
      const title = element("h2", { id: "import-title", tabindex: "-1" }, heading);
      const nSeen = additions.filter(({ isSeen }) => isSeen).length;
      const seenBox = element("input", { type: "checkbox", checked: "" });
      const addedNow = () => additions.filter(({ isSeen }) => !isSeen || seenBox.checked);
      const addButton = button({ class: "button" }, () => close(() => onAdd(seenBox.checked)));
      const cancelButton = button({ class: "button quiet-button" }, () => close(onCancel), t("rate.imports.cancel"));
      const showCount = () => {
        const n = addedNow().length;
        addButton.textContent = t("rate.imports.add", { contents: describeContents(n, nUnwanted) });
        addButton.disabled = !n && !nUnwanted;
      };
      seenBox.addEventListener("change", showCount);
      showCount();
      const seenLabel = element("label", {}, seenBox, " ", t("rate.imports.seen", { n: nSeen, seen: seenText }));
      const lineOf = ({ title: name, year, text }) => [
        element("bdi", {}, name), " ", element("small", {}, String(year)), element("span", {}, text),
      ];
      const list = createList(t("rate.imports.list"), additions, lineOf);
      box.replaceChildren(
        title,
        ...notes.map((note) => element("p", {}, note)),
        ...(nSeen ? [element("p", {}, seenLabel)] : []),
        ...(additions.length ? [list] : []),
        ...describeLeftOut(t("rate.imports.ambiguous", { n: ambiguous.length }), ambiguous),
        ...describeLeftOut(t("rate.imports.unmatched", { n: unmatched.length }), unmatched),
        element("p", { class: "actions" }, addButton, cancelButton),
      );
      box.hidden = false;
      title.focus({ preventScroll: true });
      box.scrollIntoView({ block: "nearest" });
    },
    hide() {
      box.hidden = true;
      box.replaceChildren();
    },
  };
}
