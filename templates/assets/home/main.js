// The script of the front page: a few items to rate, and the beginning of the list that the deep tower makes of the ratings. The
// tower is loaded when a visitor turns to the items, or has rated some before and sees them.
import { createAnswer, loadTower } from "../rate/answer.js";
import { createCards } from "../rate/cards.js";
import { createRecommendations } from "../rate/recommendations.js";
import { SCALES } from "../rating/scale.js";
import { createRatingsState } from "../rating/state.js";
import { createStore } from "../rating/store.js";
import { describeFailure, isOutdated } from "../shared/outdated.js";
import { t } from "../shared/strings.js";

const MAX_LISTED = 5;

const box = document.querySelector("[data-try]");
const part = (name) => box.querySelector(`[data-${name}]`);
const [statusText, retryButton] = ["status", "retry"].map(part);
const waitingText = statusText.textContent;
const scale = SCALES[box.dataset.control];
const nListed = Math.min(Number(box.dataset.k), MAX_LISTED);
let items = null; // until the tower is loaded
let loading = null; // settles when it is, or could not be
let showAnswer = () => {};

const titleOf = (id) => (items?.row(id) === undefined ? "" : items.title(items.row(id)));
const store = createStore({ dataset: box.dataset.try, title: titleOf });
const state = createRatingsState(store, showAll);
const cards = createCards(part("grid"), null, scale, state.rate);

function setStatus(text) {
  part("waiting").hidden = !text;
  statusText.textContent = text;
}

function createAnswerView(tower) {
  const answer = createAnswer(tower, items);
  const recommendations = createRecommendations(part("list"), items, scale, state);
  return () => {
    answer.setRatings(state.ratings);
    const best = answer.best(state.unwanted, store.readDiscovery() ?? Number(box.dataset.discovery)).slice(0, nListed);
    recommendations.show(best, answer.reasons(best.map(([row]) => row)), state.unwanted);
    if (!answer.user) setStatus(waitingText);
    else setStatus(best.length ? "" : t("rate.noneLeft"));
  };
}

async function load() {
  retryButton.hidden = true;
  let loaded;
  try {
    loaded = await loadTower(box.dataset.tower);
  } catch (problem) {
    setStatus(describeFailure(problem, t("rate.notLoaded")));
    retryButton.hidden = isOutdated(problem);
    return;
  }
  items = loaded.items;
  state.compareWith(items);
  showAnswer = createAnswerView(loaded.tower);
  showAll();
}

// Load the tower, unless that has begun.
function turnTo() {
  loading ??= load();
}

function showAll() {
  cards.show(state.ratings, state.titles);
  if (!items && state.ratings.size) {
    if (!loading) setStatus(t("rate.loading"));
    turnTo();
  }
  showAnswer();
}

for (const name of ["pointerover", "focusin"]) box.addEventListener(name, turnTo, { once: true });
retryButton.addEventListener("click", () => {
  setStatus(t("rate.loading"));
  loading = load();
});
store.follow(state.readAgain);

cards.show(state.ratings, state.titles);
if (state.ratings.size) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    showAll();
  });
  observer.observe(box);
}
