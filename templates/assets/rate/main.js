// The script of the Rate page: the visitor's ratings run through the deep tower, and its answer is shown.
import { createCombobox } from "../shared/combobox.js";
import { t } from "../shared/strings.js";
import { marquee } from "../shared/marquee.js";
import { describeFailure, isOutdated } from "../shared/outdated.js";
import { createTower } from "../tower/tower.js";
import { createCards } from "./cards.js";
import { createDiscoverySlider, rerank } from "./discovery.js";
import { createFileActions } from "./files.js";
import { createDropZone } from "./imports/drop.js";
import { createImporter } from "./imports/importer.js";
import { createItems } from "./items.js";
import { createLinkNotice } from "./link.js";
import { createPositionView } from "./position.js";
import { createRatingsList } from "./ratings.js";
import { createRecommendations } from "./recommendations.js";
import { SCALES } from "./scale.js";
import { createSimilarUsers } from "./similar_users.js";
import { createRatingsState } from "./state.js";
import { createStore } from "./store.js";

const STEP = 10; // recommendations that are added by "Show more"
const MAX_LISTED = 50;
const N_CANDIDATES = 100; // ten for each of the first ten places, as in recsys/evaluation/reranking.py

const page = document.querySelector("[data-rate]");
const part = (name) => page.querySelector(`[data-${name}]`);
const [listBox, waitBox, retryButton, genreSelect] = ["list", "waiting", "retry", "genre"].map(part);
const [moreButton, scoreNote, bar] = ["show-more", "note", "bar"].map(part);
let nListed = STEP;
let items = null; // until the tower is loaded
let loading = null; // settles when it is, or could not be
let showAnswer = () => {};
let showList = () => {}; // the part of the answer that the slider, the genre and "Show more" change

const titleOf = (id) => (items?.row(id) === undefined ? "" : items.title(items.row(id)));
const store = createStore({ dataset: page.dataset.rate, title: titleOf });
const state = createRatingsState(store, (dropped) => showAll(dropped));
const scale = SCALES[page.dataset.control];
const discovery = createDiscoverySlider(part("discovery"), store, () => showList());
const cards = createCards(part("grid"), part("more"), scale, state.rate);
const linkNotice = createLinkNotice(part("shared"), store, state, (text) => fileActions.announce(text), () => items);
const fileActions = createFileActions(part("your-ratings"), store, state);
const importer = createImporter({
  ...{ box: part("import-preview"), status: part("import-status"), store, state, scale, announce: fileActions.announce },
  async loadItems() {
    await loading;
    return items;
  },
});

function showAll(dropped) {
  cards.show(state.ratings, state.titles);
  linkNotice.show();
  fileActions.show(dropped);
  bar.hidden = !state.ratings.size;
  bar.querySelector("[data-rated]").textContent = t("rate.nRated", { n: state.ratings.size });
  showAnswer();
}

function setWaitText(text) {
  waitBox.hidden = !text;
  waitBox.querySelector("[data-status]").textContent = text;
}

// Neither rated nor unwanted, also not under another id, and of the chosen genre; of several ids of one film the best.
function candidateFilter(rated, scores) {
  const excluded = new Set(rated.map(([row]) => row));
  for (const id of state.unwanted) excluded.add(items.row(id));
  const genre = Number(genreSelect.value); // -1: all
  const isCandidate = (row) => !excluded.has(row) && (genre < 0 || items.hasGenre(row, genre));
  for (const group of items.twins) {
    const isOpen = group.every((row) => !excluded.has(row));
    const candidates = isOpen ? group.filter(isCandidate) : [];
    const best = candidates.reduce((a, b) => (scores[b] > scores[a] ? b : a), candidates[0]); // of equal ones the first
    for (const row of group) if (row !== best) excluded.add(row);
  }
  return isCandidate;
}

// Returns functions: one runs the tower on the ratings and shows its answer, the other shows the list of it again.
function createAnswer(tower, square, landmarks) {
  const positionView = createPositionView(part("position"), tower, items, square, landmarks);
  const similarUsers = createSimilarUsers(part("similar-users"), tower, items, scale);
  const ratingsList = createRatingsList(part("your-ratings"), items, scale, state.rate);
  const recommendations = createRecommendations(listBox, items, scale, state);

  let [rated, user, scores] = [[], null, []]; // pairs [row, stars], and what the tower makes of them

  const showBest = () => {
    const candidates = user ? tower.topK(scores, N_CANDIDATES, candidateFilter(rated, scores)) : [];
    const best = rerank(candidates, items.popularity, discovery.value).slice(0, nListed);
    const listedRows = best.map(([row]) => row);
    moreButton.hidden = candidates.length <= nListed || nListed >= MAX_LISTED;
    recommendations.show(best, tower.reasons(rated, listedRows), state.unwanted);
    positionView.show(user, listedRows);
    if (!user) setWaitText(t(scale.isLikes ? "rate.waitingForLikes" : "rate.waiting"));
    else setWaitText(best.length ? "" : t("rate.noneLeft"));
  };

  const showNew = () => {
    rated = [...state.ratings].map(([id, stars]) => [items.row(id), stars]).filter(([row]) => row !== undefined);
    user = rated.length ? tower.userVector(rated) : null;
    scores = user ? tower.scores(user) : [];
    showBest();
    ratingsList.show(rated, state.ratings.size - rated.length + state.nOthers, state.isLinked);
    similarUsers.show(user, rated);
    scoreNote.hidden = discovery.element.hidden = !user;
    genreSelect.hidden = !user || items.genres.length < 2;
  };

  return [showNew, showBest];
}

function enableSearch() {
  const box = part("search");
  const input = box.querySelector("input");
  createCombobox({
    ...{ input, list: box.querySelector("ul"), status: box.querySelector("p") },
    search: items.search,
    describe: ({ row }) => [items.title(row), items.year(row)],
    onPick({ row }) {
      input.value = "";
      const control = cards.bringToFront(items, row);
      cards.show(state.ratings, state.titles);
      control.focus();
    },
  });
}

async function loadTower() {
  setWaitText(t("rate.loading"));
  retryButton.hidden = true;
  const names = ["items", "rate"];
  const promises = [marquee.loadExported("deep_tower", page.dataset.tower), ...names.map((name) => marquee.load(name))];
  let loaded;
  try {
    loaded = await Promise.all(promises);
  } catch (problem) {
    setWaitText(describeFailure(problem, t("rate.notLoaded")));
    retryButton.hidden = isOutdated(problem);
    return;
  }
  const [towerData, allItems, facts] = loaded;
  items = createItems(towerData.item_ids, allItems, facts);
  state.compareWith(items);
  if (linkNotice.describeProblem()) state.closeLinked();
  genreSelect.append(...[t("rate.allGenres"), ...items.genres].map((name, n) => new Option(name, n - 1)));
  enableSearch();
  [showAnswer, showList] = createAnswer(createTower(towerData), facts.square, towerData.starters);
  showAll();
}

function openAddress() {
  const linked = store.fromHash(location.hash);
  if (linked && !linkNotice.describeProblem()) state.openLinked(linked);
  else if (state.isLinked && (location.hash === "" || store.isLink(location.hash))) state.closeLinked();
  else showAll(); // the hash is at most a part of the page
}

genreSelect.addEventListener("change", () => {
  nListed = STEP;
  showList();
});
moreButton.addEventListener("click", () => {
  nListed += STEP;
  showList();
  listBox.querySelector(`[data-items] > :nth-child(${nListed - STEP + 1}) a`)?.focus();
});
const importInput = part("import");
importInput.addEventListener("change", () => {
  const files = [...importInput.files];
  importInput.value = ""; // so that the same file can be chosen again
  importer.open(files);
});
createDropZone(part("drop"), importer.open);
retryButton.addEventListener("click", () => {
  loading = loadTower();
});
bar.addEventListener("click", (event) => {
  event.preventDefault(); // following the link would take ratings out of the address
  document.getElementById("for-you").focus();
  listBox.scrollIntoView();
});
addEventListener("hashchange", openAddress);
addEventListener("storage", (event) => store.isOwnEvent(event) && state.readAgain());
addEventListener("pageshow", (event) => event.persisted && state.readAgain());

openAddress();
loading = loadTower();
