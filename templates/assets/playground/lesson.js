// The lesson: ten steps, each with an experiment that shows what it says. The number of the open step stands in the
// hash, `#lesson=4`, beside the settings.
import { button, element } from "../shared/element.js";
import { t } from "../shared/strings.js";
import { writeSettings } from "./settings.js";

// Of each step: its texts, the settings that differ from the defaults, what happens then (a function of the api), and
// the part of the page to look at.
export const LESSON = [
  {
    title: () => t("lesson.tower.title"),
    text: () => t("lesson.tower.text"),
    action: () => t("lesson.tower.action"),
    ...{ settings: {}, start: () => {}, look: "map" },
  },
  {
    title: () => t("lesson.pair.title"),
    text: () => t("lesson.pair.text"),
    action: () => t("lesson.pair.action"),
    ...{ settings: { dim: 8 }, start: () => {}, look: "pair" },
  },
  {
    title: () => t("lesson.negatives.title"),
    text: () => t("lesson.negatives.text"),
    action: () => t("lesson.negatives.action"),
    ...{ settings: { dim: 8 }, start: (api) => api.step(), look: "pair" },
  },
  {
    title: () => t("lesson.training.title"),
    text: () => t("lesson.training.text"),
    action: () => t("lesson.training.action"),
    ...{ settings: {}, start: (api) => api.train(), look: "curves" },
  },
  {
    title: () => t("lesson.logq.title"),
    text: () => t("lesson.logq.text"),
    action: () => t("lesson.logq.action"),
    ...{ settings: { logQ: false }, start: (api) => api.train(), look: "lists" },
  },
  {
    title: () => t("lesson.temperature.title"),
    text: () => t("lesson.temperature.text"),
    action: () => t("lesson.temperature.action"),
    ...{ settings: { similarity: "cosine", temperature: 0.1 }, start: (api) => api.train(), look: "curves" },
  },
  {
    title: () => t("lesson.overfitting.title"),
    text: () => t("lesson.overfitting.text"),
    action: () => t("lesson.overfitting.action"),
    ...{ settings: { l2: 0, epochs: 60 }, start: (api) => api.train(), look: "curves" },
  },
  {
    title: () => t("lesson.genres.title"),
    text: () => t("lesson.genres.text"),
    action: () => t("lesson.genres.action"),
    ...{ settings: { genres: false }, start: (api) => api.train(), look: "curves" },
  },
  {
    title: () => t("lesson.map.title"),
    text: () => t("lesson.map.text"),
    action: () => t("lesson.map.action"),
    ...{ settings: { dim: 2 }, start: (api) => api.train(), look: "map" },
  },
  {
    title: () => t("lesson.honest.title"),
    text: () => t("lesson.honest.text"),
    action: () => t("lesson.honest.action"),
    ...{ settings: { seed: 1 }, start: (api) => api.train(), look: "curves" },
  },
];

// The open step, from 0; null where the hash names none. Whatever else it says after `lesson` is the first one.
function lessonStepInHash() {
  const text = new URLSearchParams(location.hash.slice(1)).get("lesson");
  if (text === null) return null;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : 1;
  return Math.min(Math.max(number, 1), LESSON.length) - 1;
}

// `api` has set(changes of the defaults), train(), step(), highlight(name of a part, or null) and settings().
export function createLesson(box, api) {
  let position = null; // of the open step
  let opener = null; // what had the focus when the lesson was opened
  const heading = element("h2", { tabindex: "-1" });
  const progress = element("p", { class: "lesson-position" });
  const text = element("p", { class: "lesson-text" });
  const actButton = button({ class: "button primary" }, () => act());
  const previousButton = button({ class: "button" }, () => go(position - 1), t("lesson.previous"));
  const nextButton = button({ class: "button" }, () => go(position + 1), t("lesson.next"));
  const closeButton = button({ class: "close", "aria-label": t("lesson.close") }, () => go(null), "×");
  const buttons = element("div", { class: "actions" }, actButton, previousButton, nextButton);
  box.replaceChildren(closeButton, progress, heading, text, buttons);

  const writeHash = () => {
    const hash = writeSettings(api.settings(), position === null ? "" : `#lesson=${position + 1}`);
    history.replaceState(null, "", hash || location.pathname + location.search);
  };

  const act = () => {
    const step = LESSON[position];
    api.set(step.settings);
    step.start(api);
    api.highlight(step.look);
  };

  const show = () => {
    const wasOpen = !box.hidden;
    box.hidden = position === null;
    api.highlight(null);
    if (position === null) {
      if (wasOpen) opener?.focus();
      return;
    }
    const step = LESSON[position];
    progress.textContent = t("lesson.position", { n: position + 1, all: LESSON.length });
    heading.textContent = step.title();
    text.textContent = step.text();
    actButton.textContent = step.action();
    previousButton.disabled = position === 0;
    nextButton.textContent = position === LESSON.length - 1 ? t("lesson.finish") : t("lesson.next");
    box.parentElement.style.setProperty("--lesson-height", `${box.offsetHeight}px`);
    if (!wasOpen) opener = document.activeElement;
    heading.focus({ preventScroll: wasOpen });
  };

  const go = (next) => {
    position = next === LESSON.length ? null : next;
    writeHash();
    show();
  };

  const followHash = () => {
    const named = lessonStepInHash();
    if (named === position) return;
    position = named;
    if (named !== null) writeHash();
    show();
  };
  addEventListener("hashchange", followHash);
  box.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") go(null);
  });
  box.hidden = true;
  followHash();
}
