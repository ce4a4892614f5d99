// The items that the tower recommends, with its reasons. Each has buttons to say that the visitor has seen it, wants to see
// it later, or is not interested.
import { createActions } from "../rating/actions.js";
import { arrange, button, element } from "../shared/element.js";
import { formatScore } from "../shared/format.js";
import { t } from "../shared/strings.js";

const GLIDE_MS = 220;

// `scale` is one of scale.js. Where there is nothing but liking or not, an item that is refused is one that the visitor does
// not like; elsewhere it is only not recommended any more, which may be for many reasons.
export function createRecommendations(box, items, scale, state) {
  const list = box.querySelector("[data-items]");
  const unwantedBox = box.querySelector("[data-unwanted]");
  const announcer = box.querySelector("[data-announcement]");
  const heading = box.querySelector("h2, h3");
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const { seen, watch } = createActions(scale, state);
  const linesByRow = new Map();
  let announced = "";
  let topsBefore = new Map(); // line -> its offset from the top, px

  // Do what removes an item from the list; the focus goes to the same button of the item that takes its place.
  const removeBy = (row, selector, act) => {
    const position = [...list.children].indexOf(linesByRow.get(row).element);
    act();
    const next = list.children[Math.min(position, list.children.length - 1)];
    (next?.querySelector(selector) ?? heading).focus({ preventScroll: true });
  };

  const refuse = (row) => {
    if (scale.isLikes) state.rate(items.id(row), scale.dislike, items.title(row));
    else state.setWanted(items.id(row), false);
  };

  const createButtons = (row) => {
    const title = items.title(row);
    const item = { id: items.id(row), title };
    const labels = {
      title: t(scale.isLikes ? "rate.dislike" : "rate.notInterested"),
      "aria-label": t(scale.isLikes ? "rate.dislikeOf" : "rate.notInterestedOf", { title }),
    };
    const watchLabels = { title: watch.label, "aria-label": t("rate.watchOf", { title }) };
    const watchButton = button({ class: "rate-watch", ...watchLabels }, () => watch.set(item, !watch.isOn(item)));
    const refuseButton = button({ class: "rate-off", ...labels }, () => removeBy(row, ".rate-off", () => refuse(row)), "×");
    const box = element("span", { class: "rate-do" }, watchButton, refuseButton);
    if (seen) {
      const seenLabels = { title: seen.label, "aria-label": t("rate.seenOf", { title }) };
      box.prepend(button({ class: "rate-seen", ...seenLabels }, () => removeBy(row, ".rate-seen", () => seen.set(item, true)), "✓"));
    }
    return { box, showWatch: () => watchButton.setAttribute("aria-pressed", watch.isOn(item)) };
  };

  const createLine = (row) => {
    const [score, reasons] = [element("span", { class: "rate-score" }), element("p")];
    const link = element("a", { href: items.href(row) }, element("bdi", {}, items.title(row)));
    const name = element("span", {}, link, " ", element("small", {}, items.year(row)));
    const newMark = element("em", {}, t("rate.new"));
    name.append(" ", newMark);
    const { box: buttons, showWatch } = createButtons(row);
    return { element: element("li", {}, name, score, buttons, reasons), score, reasons, showWatch, newMark };
  };

  const describeReason = ([row, strength], onReason) => {
    const content = [element("bdi", {}, items.title(row))];
    content.push(element("span", { class: "rate-strength" }, `\u00a0+${formatScore(strength)}`));
    if (!onReason) return content;
    return [button({ class: "rate-reason", title: t("rate.seeWithout") }, () => onReason(row), ...content)];
  };

  const describeReasons = (reasons, onReason) => {
    const films = reasons.map(([row]) => items.firstTwin(row));
    const named = reasons.filter((_, n) => films.indexOf(films[n]) === n); // a film rated under two ids is named once
    const separator = onReason ? " " : " · "; // buttons stand apart by themselves
    const parts = named.flatMap((reason, n) => [n ? separator : `${t("rate.because")} `, ...describeReason(reason, onReason)]);
    return parts.length ? parts : [t("rate.noReason")];
  };

  // Let each line glide from where it was to where it is. Runs once a frame, when all lines are in place.
  const glide = () => {
    const before = topsBefore;
    topsBefore = new Map([...list.children].map((line) => [line, line.offsetTop]));
    for (const [line, top] of topsBefore) {
      const distance = (before.get(line) ?? top) - top;
      const keyframes = [{ transform: `translateY(${distance}px)` }, {}];
      if (distance) line.animate(keyframes, { duration: GLIDE_MS, easing: "ease-out" });
    }
  };

  const createPutBackChip = (row) => {
    const title = items.title(row);
    const putBack = () => {
      state.setWanted(items.id(row), true);
      (unwantedBox.querySelector("button") ?? heading).focus({ preventScroll: true });
    };
    const labels = { "aria-label": t("rate.putBackOf", { title }), title: t("rate.putBack") };
    return element("li", {}, button({ class: "chip", ...labels }, putBack, element("bdi", {}, title), " ↩"));
  };

  const showUnwanted = (ids) => {
    const rows = ids.map(items.row).filter((row) => row !== undefined);
    unwantedBox.hidden = !rows.length;
    unwantedBox.querySelector("ul").replaceChildren(...rows.map(createPutBackChip));
  };

  return {
    // `best` are pairs [row, score], `reasons` those of each, `unwanted` ids. `onReason(row)`, if given, follows a press of the
    // rated item that is a reason; rows that are not `before`, if that is given, are marked as new.
    show(best, reasons, unwanted, { onReason = null, before = null } = {}) {
      best.forEach(([row, score], n) => {
        if (!linesByRow.has(row)) linesByRow.set(row, createLine(row));
        const line = linesByRow.get(row);
        line.score.textContent = formatScore(score);
        line.showWatch();
        line.newMark.hidden = !before || before.has(row);
        line.reasons.replaceChildren(...describeReasons(reasons[n], onReason));
        line.reasons.className = reasons[n].length ? "" : "none";
      });
      arrange(list, best.map(([row]) => linesByRow.get(row).element));
      if (!reducedMotion.matches) requestAnimationFrame(glide);
      showUnwanted([...unwanted]);
      const firstTitles = best.slice(0, 3).map(([row]) => items.title(row)).join(t("rate.thenNext"));
      if (firstTitles !== announced) announcer.textContent = firstTitles && t("rate.listBegins", { titles: firstTitles });
      announced = firstTitles;
    },
  };
}
