// The panel about the picked item: its facts, buttons to rate it, its nearest items in the model shown, and a link to its page.
import { button, element } from "../shared/element.js";
import { formatCount, formatScore } from "../shared/format.js";
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";
import { genreNames, hasYears, items, outsideLinks } from "./items.js";

const N_SUGGESTED = 6;
const N_SELECTED = 30; // that are listed
const MAX_GENRES = 12;

const itemTitle = (row) => element("bdi", {}, items.titles[row]);
const itemYear = (row) => element("small", {}, items.years[row] ?? "");

// `announcer` is a live region for screen readers.
export function createPanel(box, announcer, onChange) {
  const hint = [...box.childNodes];
  const ratingBars = new Map(); // by row, of all items that were picked
  let shownKey = null;

  const pickButton = (row) =>
    button({ class: "near", "data-row": row }, () => onChange({ row }), itemTitle(row), " ", itemYear(row));

  const drawSuggestions = () => {
    const rows = items.titles.map((_, row) => row);
    const mostRated = rows.sort((a, b) => items.nRatings[b] - items.nRatings[a] || a - b).slice(0, N_SUGGESTED);
    const note = element("small", {}, t("map.panel.most_rated"));
    const heading = element("h2", { class: "list-head" }, `${t("map.panel.begin")} `, note);
    return [...hint, heading, element("ol", {}, ...mostRated.map((row) => element("li", {}, pickButton(row))))];
  };

  const drawSelection = (rows) => {
    const clearButton = button({ class: "close", "aria-label": t("map.panel.clear") }, () => onChange({ selected: [] }), "×");
    const heading = element("h2", { tabindex: "-1" }, t("map.selection.heading", { n: rows.length }));
    const lines = rows.slice(0, N_SELECTED).map((row) =>
      element("li", {}, pickButton(row), element("span", {}, formatCount(items.nRatings[row]))),
    );
    const note = element("small", {}, t("map.panel.ratings"));
    const listHead = element("h3", { class: "list-head" }, `${t("map.selection.first")} `, note);
    return [clearButton, heading, listHead, element("ol", {}, ...lines)];
  };

  const drawNeighbours = (modelLabel, neighbours) => {
    const message = (text) => [element("p", { class: "muted" }, text)];
    if (neighbours === null) return message(t("map.panel.loading"));
    if (typeof neighbours === "string") return message(neighbours);
    if (!neighbours.length) return message(t(items.isPartial ? "map.panel.nothing_drawn" : "map.panel.nothing"));
    const note = element("small", {}, t("map.panel.similarity"));
    const heading = element("h3", { class: "list-head" }, `${t("map.panel.nearest", { model: modelLabel })} `, note);
    const lines = neighbours.map(([row, hundredths]) =>
      element("li", {}, pickButton(row), element("span", {}, formatScore(hundredths / 100))),
    );
    const partialNote = items.isPartial ? [element("p", { class: "muted" }, t("map.panel.partial"))] : [];
    return [heading, element("ol", {}, ...lines), ...partialNote];
  };

  const ratingBar = (row) => {
    if (!marquee.createRatingBar) return [];
    if (!ratingBars.has(row)) ratingBars.set(row, marquee.createRatingBar(items.hrefs[row], items.titles[row]));
    return [ratingBars.get(row)];
  };

  const drawItem = (row, modelLabel, neighbours) => {
    const link = element("a", { href: items.hrefs[row] }, itemTitle(row));
    const heading = element("h2", { tabindex: "-1" }, link);
    const facts = element("dl", { class: "item-facts" });
    const addFact = (name, value) => value && facts.append(element("dt", {}, name), element("dd", {}, value));
    if (hasYears) addFact(t("map.panel.year"), String(items.years[row] ?? t("map.panel.year_unknown")));
    addFact(t("map.panel.genres"), genreNames(row, MAX_GENRES));
    addFact(t("map.panel.ratings"), formatCount(items.nRatings[row]));
    const pageLink = element("a", { class: "button", href: items.hrefs[row] }, t("map.panel.open"));
    const clearButton = button({ class: "close", "aria-label": t("map.panel.clear") }, () => onChange({ row: -1 }), "×");
    const actions = element("p", { class: "actions" }, pageLink);
    const links = outsideLinks(row).map(([label, href]) => element("a", { href, rel: "noopener" }, label));
    const outside = links.length ? [element("p", { class: "outside" }, ...links)] : [];
    return [clearButton, heading, facts, ...outside, ...ratingBar(row), ...drawNeighbours(modelLabel, neighbours), actions];
  };

  return {
    // `neighbours` are pairs [row, similarity in hundredths]; null while they load, a sentence if they could not be.
    // `selected` are rows inside a lasso or box, the most rated first.
    show({ row, model }, modelLabel, neighbours, selected) {
      const key = row < 0 ? selected.join() : `${row} ${model} ${neighbours === null ? "loading" : neighbours.length}`;
      if (key === shownKey) return;
      shownKey = key;
      const focused = document.activeElement;
      const hadFocus = box.contains(focused);
      if (row < 0 && selected.length) {
        box.replaceChildren(...drawSelection(selected));
        box.className = `panel item-panel needs-js m-${model}`;
        if (hadFocus) box.querySelector("h2").focus({ preventScroll: true });
        announcer.textContent = t("map.selection.heading", { n: selected.length });
        return;
      }
      if (row < 0) {
        box.replaceChildren(...drawSuggestions());
        box.className = "panel item-panel needs-js";
        announcer.textContent = "";
        if (hadFocus) document.querySelector("[data-map-search] input").focus({ preventScroll: true });
        return;
      }
      box.replaceChildren(...drawItem(row, modelLabel, neighbours));
      box.className = `panel item-panel needs-js m-${model}`;
      // If the button that was pressed is gone, move the focus to the heading of what replaced it.
      if (hadFocus) (box.contains(focused) ? focused : box.querySelector("h2")).focus({ preventScroll: true });
      if (Array.isArray(neighbours)) {
        announcer.textContent = t("map.panel.picked", { title: items.titles[row], n: neighbours.length });
      }
    },
  };
}
