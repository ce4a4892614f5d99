// The visitor's watchlist, newest first: what they have seen by now goes to their ratings in one tap.
import { createActions } from "../rating/actions.js";
import { isSameTitle } from "../rating/titles.js";
import { button, element } from "../shared/element.js";
import { t } from "../shared/strings.js";

// `scale` is one of scale.js.
export function createWatchlist(box, items, scale, state) {
  const list = box.querySelector("ul");
  const heading = box.querySelector("h2");
  const { seen, watch } = createActions(scale, state);

  const createLine = (row) => {
    const title = items.title(row);
    const item = { id: items.id(row), title };
    const leave = (act) => () => {
      act();
      (list.querySelector("button") ?? heading).focus({ preventScroll: true });
    };
    const link = element("a", { href: items.href(row) }, element("bdi", {}, title));
    const name = element("span", {}, link, " ", element("small", {}, items.year(row)));
    const [seenLabel, removeLabel] = [t("rate.seenOf", { title }), t("rate.unwatchOf", { title })];
    const removeLabels = { title: removeLabel, "aria-label": removeLabel };
    const buttons = element("span", { class: "rate-do" });
    const setSeen = leave(() => seen.set(item, true));
    if (seen) buttons.append(button({ class: "chip", "aria-label": seenLabel }, setSeen, seen.label));
    buttons.append(button({ class: "rate-off", ...removeLabels }, leave(() => watch.set(item, false)), "×"));
    return element("li", {}, name, buttons);
  };

  return {
    // Those that the site has: what is stored may be of another data set, which was at this address.
    show() {
      const isHere = (row) => row !== undefined && isSameTitle(state.titles.get(items.id(row)) ?? "", items.title(row));
      const rows = [...state.watchlist].map(items.row).filter(isHere);
      box.hidden = !rows.length;
      list.replaceChildren(...rows.reverse().map(createLine));
    },
  };
}
