// Buttons to rate items wherever lists and pages show them. They are added as they come near the window, into space that the
// style sheet keeps for them; the script behind them is loaded when a visitor turns to one, or has rated something before.
import { button, element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";

const SCRIPT = "assets/rating.js"; // a build adds the hash of its content
const STYLE = "assets/rating.css";
const CELLS = ".items td:nth-child(2), .like dt, .titles td:first-child"; // that begin with a link to an item
const NEAR = "300px";

const loaded = (resource) =>
  new Promise((resolve, reject) => {
    resource.onload = resolve;
    resource.onerror = reject;
    document.head.append(resource);
  });

async function load() {
  await Promise.all([
    loaded(element("script", { src: marquee.root + SCRIPT })),
    document.querySelector('link[href*="rating.css"]') ?? loaded(element("link", { rel: "stylesheet", href: marquee.root + STYLE })),
  ]);
  return marquee.createRatings(await marquee.load("rating"));
}

const hasRated = () => {
  try {
    return localStorage.getItem(`marquee ratings ${new URL(marquee.root).pathname}`) !== null;
  } catch {
    return false;
  }
};

export function createRatingButtons() {
  const buttons = new Set();
  let ratings = null; // once it is loaded
  let loading = null;

  const turnTo = async () => {
    try {
      loading ??= load();
      ratings = await loading;
      for (const added of buttons) ratings.follow(added);
      buttons.clear();
    } catch {
      loading = null; // the next press tries again
    }
  };

  const slugOf = (href) => href.replace(/^.*\/(.*)\.html.*$/, "$1"); // of the page of an item, such as items/50.html

  const createButton = (href, title, attributes, ...content) => {
    const press = async () => {
      if (!ratings) await turnTo();
      ratings?.press(created);
    };
    const created = button({ ...attributes, "data-slug": slugOf(href), "data-title": title }, press, ...content);
    created.addEventListener("pointerenter", turnTo, { once: true });
    if (ratings) ratings.follow(created);
    else buttons.add(created);
    return created;
  };

  return {
    turnTo,
    async open(href, title, anchor) {
      if (!ratings) await turnTo();
      ratings?.open({ slug: slugOf(href), title }, anchor);
    },
    // What the visitor thinks of an item, as rating/main.js describes it; null where that is not loaded.
    describe: (href, title) => ratings?.describe({ slug: slugOf(href), title }) ?? null,
    // One that opens a panel with all there is to say.
    createPanelButton: (href, title) =>
      createButton(href, title, { class: "rate-it", title: t("rate.rateOf", { title }), "aria-label": t("rate.rateOf", { title }) }),
    createActionButton: (href, title, action, label) =>
      createButton(href, title, { class: "button", "data-action": action, "aria-pressed": "false" }, label),
  };
}

function addToLists(buttons) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target: cell } of entries.filter((entry) => entry.isIntersecting)) {
        observer.unobserve(cell);
        const link = cell.querySelector("a");
        if (link) link.after(buttons.createPanelButton(link.href, link.textContent));
      }
    },
    { rootMargin: NEAR },
  );
  const observe = () => {
    for (const cell of document.querySelectorAll(CELLS)) if (!cell.querySelector(".rate-it")) observer.observe(cell);
  };
  observe();
  document.addEventListener("marquee:lists", observe); // a script has drawn some
}

// The buttons about one item, in a row.
function createBar(buttons, kind, href, title) {
  const bar = element("p", { class: "rate-item" }, buttons.createPanelButton(href, title));
  if (kind !== "likes") bar.append(buttons.createActionButton(href, title, "seen", t("rate.seen")));
  bar.append(buttons.createActionButton(href, title, "watch", t("rate.watch")));
  return bar;
}

// Where visitors can rate items, a function that opens the panel for one, next to an element, one that says what the visitor
// thinks of one, and one that creates the row of buttons about one; null elsewhere.
export function enableRating() {
  const kind = document.querySelector("body > header").dataset.rates;
  if (!kind || !HTMLElement.prototype.showPopover) return null;
  const buttons = createRatingButtons();
  const heading = document.querySelector("main:has(.item-top) h1"); // of an item's page
  heading?.parentElement.append(createBar(buttons, kind, location.pathname, heading.textContent));
  addToLists(buttons);
  if (hasRated()) buttons.turnTo();
  return { open: buttons.open, describe: buttons.describe, createBar: (href, title) => createBar(buttons, kind, href, title) };
}
