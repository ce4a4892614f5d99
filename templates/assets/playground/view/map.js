// The map: every item where a tower places it, moving while the tower learns.
import { createCombobox } from "../../shared/combobox.js";
import { button, element } from "../../shared/element.js";
import { formatPercent } from "../../shared/format.js";
import { createSearchIndex } from "../../shared/search_index.js";
import { t } from "../../shared/strings.js";
import { onThemeChange } from "../../shared/theme_colours.js";
import { createMapCanvas } from "./map_canvas.js";
import { createMotion } from "./motion.js";

const NARROW = "(max-width: 40rem)"; // a screen on which only the most rated items are drawn
const MAX_ON_NARROW = 200;
const [REACH, COARSE_REACH] = [8, 20]; // px from a point at which it is hovered, or tapped
const TOWERS = ["base", "deep"];

// The switch between the towers; `onTower(name)` is called when another one is chosen.
function createTowerSwitch(onTower) {
  const labels = { base: t("playground.base"), deep: t("playground.deep") };
  const options = TOWERS.map((name) => {
    const input = element("input", { type: "radio", name: "playground-map-tower", value: name, autocomplete: "off" });
    input.checked = name === "base";
    input.addEventListener("change", () => onTower(name));
    return element("label", { class: `m-${name}` }, input, element("span", {}, labels[name]));
  });
  const legend = element("legend", { class: "vh" }, t("playground_map.tower"));
  return element("fieldset", { class: "switch" }, legend, ...options);
}

// Genres with their colours, as buttons that leave the others faint; without genres what the colours mean.
function createMapLegend(facts, onGenre) {
  if (!facts.genreNames) {
    const [few, many] = [t("playground_map.few_ratings"), t("playground_map.many_ratings")];
    const ramp = element("span", { class: "map-ramp", "aria-hidden": "true" });
    return element("p", { class: "playground-legend" }, few, ramp, many);
  }
  let chosen = null;
  const buttons = [...facts.genreNames, t("playground_map.other")].map((name, genre) => {
    const className = genre < facts.genreNames.length ? `cat-${genre + 1}` : "cat-other";
    const swatch = element("span", { class: `swatch ${className}` });
    const choose = () => {
      chosen = chosen === genre ? null : genre;
      for (const [n, other] of buttons.entries()) other.setAttribute("aria-pressed", String(n === chosen));
      onGenre(chosen);
    };
    return button({ "aria-pressed": "false" }, choose, swatch, element("bdi", {}, name));
  });
  const attributes = { class: "playground-legend", role: "group", "aria-label": t("playground_map.legend") };
  return element("div", attributes, ...buttons);
}

function createFinder(facts, items, onPick) {
  const [label, placeholder] = [t("playground_map.find_label"), t("playground_map.find")];
  const input = element("input", { type: "search", "aria-label": label, placeholder });
  const list = element("ul", { id: "playground-map-found", "aria-label": t("playground_map.matches"), hidden: "" });
  const status = element("p", { class: "vh" });
  const entries = items.map((item) => ({ id: item, label: facts.title(item), popularity: facts.nRatings[item] }));
  let search = null; // made when it is needed first
  createCombobox({
    ...{ input, list, status },
    search(query) {
      search ??= createSearchIndex(entries);
      return search(query);
    },
    describe: ({ id }) => [facts.title(id), facts.year(id)],
    onPick({ id, label }) {
      input.value = label;
      onPick(id);
    },
  });
  return [input, list, status];
}

// `onPick(item)` is called when an item is picked, `onTower("base" or "deep")` when the map shall show the other tower.
export function createMap(box, { facts, userIds }, onPick, onTower) {
  const motionQuery = matchMedia("(prefers-reduced-motion: reduce)");
  const narrowQuery = matchMedia(NARROW);
  const canvas = element("canvas", { role: "img" });
  const tip = element("p", { class: "map-tip", "aria-hidden": "true", hidden: "" });
  const plot = element("div", { class: "playground-plot" }, canvas, tip);
  const caption = element("p", { class: "playground-note", id: "playground-map-caption" });
  canvas.setAttribute("aria-describedby", caption.id);
  const marks = { picked: null, outlined: new Set(), genre: null, direction: null };
  let [tower, shownEpoch, shownUser] = ["base", -1, null];
  let [items, painter] = [[], null];

  const motion = createMotion((frame) => painter.paint(frame, marks), () => motionQuery.matches);
  const pick = (item) => {
    marks.picked = item;
    motion.repaint();
    onPick(item);
  };

  const describeMap = () => {
    const towerName = tower === "base" ? t("playground.base") : t("playground.deep");
    canvas.setAttribute("aria-label", t("playground_map.picture", { n: items.length, tower: towerName }));
  };

  // Only as many items as there is room for.
  const resize = () => {
    const shown = narrowQuery.matches ? facts.byPopularity.slice(0, MAX_ON_NARROW) : facts.byPopularity;
    if (!painter || shown.length !== items.length) {
      items = shown;
      painter = createMapCanvas(canvas, facts, items);
      finder.replaceChildren(...createFinder(facts, items, pick));
      describeMap();
    }
    painter.measure();
    motion.repaint();
  };

  const hideTip = () => {
    tip.hidden = true;
    canvas.style.cursor = "";
  };

  const itemUnder = ({ offsetX, offsetY, pointerType }) =>
    painter.itemAt(offsetX, offsetY, pointerType === "touch" ? COARSE_REACH : REACH);

  const showTip = (item) => {
    const [x, y] = painter.placeOf(item);
    const count = t("playground_map.n_ratings", { n: facts.nRatings[item] });
    const more = [facts.year(item), facts.genresOf(item).join(", "), count];
    tip.replaceChildren(element("b", {}, facts.title(item)), element("span", {}, more.filter(Boolean).join(" · ")));
    tip.hidden = false;
    const left = Math.min(Math.max(x, tip.offsetWidth / 2), canvas.clientWidth - tip.offsetWidth / 2);
    const top = y - tip.offsetHeight - 14;
    tip.style.translate = `${Math.round(left - tip.offsetWidth / 2)}px ${Math.round(top < 0 ? y + 14 : top)}px`;
    canvas.style.cursor = "pointer";
  };

  const follow = (event) => {
    const item = itemUnder(event);
    if (item === null) return hideTip();
    showTip(item);
    return item;
  };
  canvas.addEventListener("pointermove", follow);
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("click", (event) => {
    const item = follow(event) ?? null;
    if (item !== null) pick(item);
  });

  const finder = element("div", { class: "playground-find" });
  const towerSwitch = createTowerSwitch((name) => {
    tower = name;
    describeMap();
    onTower(name);
  });
  const heading = element("h2", {}, t("playground_map.heading"));
  const head = element("div", { class: "playground-head" }, heading, finder, towerSwitch);
  const legend = createMapLegend(facts, (genre) => {
    marks.genre = genre;
    motion.repaint();
  });
  box.replaceChildren(head, plot, legend, caption);
  resize();
  new ResizeObserver(resize).observe(canvas);
  onThemeChange(() => motion.repaint());

  const describeWhatIsShown = (explained, dim) => {
    const parts = [];
    if (marks.direction) parts.push(t("playground_map.axes_vectors", { user: userIds[shownUser] }));
    else if (explained) {
      const [first, second] = explained.map(formatPercent);
      parts.push(t("playground_map.axes_components", { first, second, dim }));
    }
    if (items.length < facts.byPopularity.length) {
      parts.push(t("playground_map.most_rated", { n: items.length, all: facts.byPopularity.length }));
    }
    if (shownUser !== null) parts.push(t("playground_map.outlined", { user: userIds[shownUser] }));
    caption.textContent = parts.join(" ");
  };

  // The picked item, and those that the user of the pair rated.
  const mark = (pair) => {
    const user = pair?.user ?? null;
    marks.picked = pair?.item ?? null;
    if (user === shownUser) return;
    shownUser = user;
    marks.outlined = user === null ? new Set() : new Set(facts.ratedBy(user).keys());
  };

  return {
    show({ points, explained, epoch, state, pair, map }) {
      const isLearning = state === "learning";
      mark(pair);
      if (!points) return motion.repaint();
      // Who wants less motion sees the map once an epoch.
      if (motionQuery.matches && isLearning && Math.floor(epoch) === shownEpoch) return;
      shownEpoch = Math.floor(epoch);
      const dim = pair?.base.user.length ?? 0;
      marks.direction = dim === 2 ? pair[map].user : null;
      describeWhatIsShown(explained, dim);
      motion.moveTo(points, isLearning);
    },
  };
}
