// One user and one item: their vectors number by number, the products, and how these add up to the score, in both
// towers.
import { button, element } from "../../shared/element.js";
import { formatFixed, formatScore } from "../../shared/format.js";
import { t } from "../../shared/strings.js";
import { onThemeChange, themeColour } from "../../shared/theme_colours.js";

const MAX_WRITTEN = 8; // dimensions up to which every number is written out
const UPDATE_MS = 100; // between updates while the towers learn: more often nobody can read
const MAX_STRENGTH = 80; // per cent, of a colour on which numbers can be read
const formatValue = (value) => formatFixed(value, 3);

// "rgb(1, 2, 3)" -> "1 2 3"
const channelsOf = (variable) => themeColour(variable).match(/[\d.]+/g).slice(0, 3).join(" ");

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;

// The background of a cell as a bar from its middle, upwards for a share above 0, to the edge for 1 and -1.
function barOf(share, colour) {
  const height = 50 * Math.abs(share); // per cent of the cell
  const top = share < 0 ? 50 : 50 - height;
  return `linear-gradient(${colour} 0 0) 0 ${(100 * top) / (100 - height)}% / 100% ${height}% no-repeat`;
}

// The rows of one tower: user, item, product. The numbers of a vector are colours: full at the largest, paler towards
// 0. Products are bars, since they are added up, where there are too many to be written out.
function createVectors(name, label, names) {
  const caption = element("caption", { class: "vh" }, t("playground_pair.table", { tower: label }));
  const table = element("table", { class: "vectors" }, caption);
  const body = element("tbody");
  const readout = element("output", { class: "vector-readout" });
  const sliderName = t("playground_pair.dimension", { tower: label });
  const slider = element("input", { type: "range", min: "1", value: "1", "aria-label": sliderName });
  const sum = element("dl", { class: "pair-sum" });
  const heading = element("h3", {}, label);
  const box = element("section", { class: `pair-tower m-${name}` }, heading, table, slider, readout, sum);
  table.append(element("colgroup", {}, element("col", { class: "vector-names" })), body);
  let rows = []; // cells of each of the three rows
  let shown = null; // { user, item, products }
  let pointed = null; // the dimension that is read out

  const build = (dim) => {
    rows = names.map(() => Array.from({ length: dim }, () => element("td")));
    const headOf = (n) => element("th", { scope: "row" }, names[n]);
    body.replaceChildren(...rows.map((cells, n) => element("tr", {}, headOf(n), ...cells)));
    table.classList.toggle("is-written", dim <= MAX_WRITTEN);
    slider.max = String(dim);
    slider.hidden = readout.hidden = dim <= MAX_WRITTEN;
    pointed = null;
  };

  const readOut = () => {
    rows.forEach((cells) => {
      cells.forEach((cell, n) => {
        cell.classList.toggle("is-pointed", n === pointed);
      });
    });
    if (pointed === null) {
      readout.textContent = t("playground_pair.hint");
      return;
    }
    const vectors = [shown.user, shown.item, shown.products];
    const [a, b, product] = vectors.map((values) => formatValue(values[pointed]));
    readout.textContent = t("playground_pair.readout", { n: pointed + 1, a, b, product });
  };

  const point = (dimension) => {
    pointed = dimension;
    slider.value = String(dimension + 1);
    readOut();
  };
  slider.addEventListener("input", () => point(Number(slider.value) - 1));
  slider.addEventListener("focus", () => point(Number(slider.value) - 1));
  body.addEventListener("pointerover", ({ target }) => {
    const n = target.cellIndex - 1;
    if (target.localName === "td" && n !== pointed && !slider.hidden) point(n);
  });

  const paint = () => {
    const channels = { positive: channelsOf("--positive"), negative: channelsOf("--negative") };
    const isWritten = shown.user.length <= MAX_WRITTEN;
    [shown.user, shown.item, shown.products].forEach((values, row) => {
      const most = largest(values);
      const isBar = row === 2 && !isWritten; // a number cannot be read across the end of a bar
      values.forEach((value, n) => {
        const strength = isBar ? MAX_STRENGTH : Math.round((MAX_STRENGTH * Math.abs(value)) / most);
        const colour = `rgb(${value < 0 ? channels.negative : channels.positive} / ${strength}%)`;
        rows[row][n].style.background = isBar ? barOf(value / most, colour) : colour;
        rows[row][n].textContent = formatValue(value);
      });
    });
  };

  const showSum = ({ bias, temperature, score }) => {
    const dot = shown.products.reduce((total, product) => total + product, 0);
    const terms = [
      ["", dot, t("playground_pair.dot")],
      ["÷", temperature, t("playground_pair.temperature")],
      [bias < 0 ? "−" : "+", Math.abs(bias), t("playground_pair.bias")],
      ["=", score, t("playground_pair.score")],
    ];
    const write = ([sign, value, meaning]) => {
      const number = element("dd", {}, sign ? `${sign}\u00a0` : "", element("b", {}, formatScore(value)));
      return element("div", {}, element("dt", {}, meaning), number);
    };
    sum.replaceChildren(...terms.map(write));
  };

  return {
    box,
    show(tower) {
      const [user, item] = [Array.from(tower.user), Array.from(tower.item)];
      shown = { user, item, products: user.map((value, n) => value * item[n]) };
      if (user.length !== rows[0]?.length) build(user.length);
      paint();
      readOut();
      showSum(tower);
    },
    repaint() {
      if (shown) paint();
    },
  };
}

// `onPick({ user } or { item })` is called when another pair shall be shown.
export function createPair(box, { facts, log, userIds }, onPick) {
  const [userName, itemName] = [element("bdi"), element("bdi")];
  const state = element("p", { class: "pair-state" }, t("playground_pair.waiting"));
  const towers = {
    base: createVectors("base", t("playground.base"), names()),
    deep: createVectors("deep", t("playground.deep"), names()),
  };
  let pair = null;
  let lastUpdate = 0;
  let pending = 0; // the timer of an update that was put off

  function names() {
    return [t("playground_pair.user"), t("playground_pair.item"), t("playground_pair.product")];
  }

  const anyOf = (values) => values[Math.floor(Math.random() * values.length)];
  const otherUser = () => onPick({ user: (pair.user + 1 + Math.floor(Math.random() * (log.nUsers - 1))) % log.nUsers });
  const ratedItem = () => {
    const others = [...facts.ratedBy(pair.user).keys()].filter((item) => item !== pair.item);
    if (others.length) onPick({ item: anyOf(others) });
  };
  const otherItem = () => {
    const rated = facts.ratedBy(pair.user);
    const others = facts.byPopularity.filter((item) => !rated.has(item) && item !== pair.item);
    if (others.length) onPick({ item: anyOf(others) });
  };

  const actions = element("div", { class: "playground-actions" },
    button({ class: "quiet", disabled: "" }, otherUser, t("playground_pair.another_user")),
    button({ class: "quiet", disabled: "" }, ratedItem, t("playground_pair.rated_item")),
    button({ class: "quiet", disabled: "" }, otherItem, t("playground_pair.other_item")),
  );
  const head = element("div", { class: "playground-head" }, element("h2", {}, t("playground_pair.heading")), actions);
  const who = element("p", { class: "pair-names is-waiting" }, userName, " × ", itemName);
  const numbers = element("div", { class: "pair-towers is-waiting" }, towers.base.box, towers.deep.box);
  box.replaceChildren(head, who, state, numbers);
  onThemeChange(() => {
    for (const tower of Object.values(towers)) tower.repaint();
  });

  const describeState = () => {
    const rating = facts.ratedBy(pair.user).get(pair.item) ?? null;
    if (pair.heldOut) return t("playground_pair.held_out");
    if (!pair.rated) return t("playground_pair.not_rated");
    return rating === null ? t("playground_pair.rated_plain") : t("playground_pair.rated", { given: rating });
  };

  const update = () => {
    pending = 0;
    lastUpdate = performance.now();
    userName.textContent = t("playground_pair.user_name", { user: userIds[pair.user] });
    itemName.textContent = [facts.title(pair.item), facts.year(pair.item)].filter(Boolean).join(" ");
    state.textContent = describeState();
    for (const control of actions.children) control.disabled = false;
    for (const part of [who, numbers]) part.classList.remove("is-waiting");
    towers.base.show(pair.base);
    towers.deep.show(pair.deep);
  };

  return {
    show(message) {
      if (!message.pair) return;
      const isOther = message.pair.user !== pair?.user || message.pair.item !== pair?.item;
      pair = message.pair;
      const wait = message.state === "learning" && !isOther ? lastUpdate + UPDATE_MS - performance.now() : 0;
      if (wait <= 0) {
        clearTimeout(pending);
        update();
      } else pending ||= setTimeout(update, wait);
    },
  };
}
