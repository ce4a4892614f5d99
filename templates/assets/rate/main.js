// The script of the Rate page: the visitor's ratings run through the deep tower, and its answer is shown.
import { SCALES } from "../rating/scale.js";
import { createRatingsState } from "../rating/state.js";
import { createStore } from "../rating/store.js";
import { createCombobox } from "../shared/combobox.js";
import { createDropZone } from "../shared/drop.js";
import { describeFailure, isOutdated } from "../shared/outdated.js";
import { createSearchIndex } from "../shared/search_index.js";
import { t } from "../shared/strings.js";
import { createAnswer, loadTower } from "./answer.js";
import { createCards } from "./cards.js";
import { createDiscoverySlider } from "./discovery.js";
import { createFileActions } from "./files.js";
import { createImporter } from "./imports/importer.js";
import { createLinkNotice } from "./link.js";
import { createPositionView } from "./position.js";
import { createRatingsList } from "./ratings.js";
import { createRecommendations } from "./recommendations.js";
import { createSimilarUsers } from "./similar_users.js";
import { createTogether } from "./together.js";
import { createWatchlist } from "./watchlist.js";

const STEP = 10; // recommendations that are added by "Show more"
const MAX_LISTED = 50;

const page = document.querySelector("[data-rate]");
const part = (name) => page.querySelector(`[data-${name}]`);
const nFirst = Math.min(Number(page.dataset.k), MAX_LISTED); // as many as users of the site get
const [listBox, waitBox, retryButton, genreSelect] = ["list", "waiting", "retry", "genre"].map(part);
const [moreButton, numbersLabel, scoreNote, bar] = ["show-more", "numbers", "note", "bar"].map(part);
let nListed = nFirst;
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

// Returns functions: one runs the tower on the ratings and shows its answer, the other shows the list of it again.
function createAnswerView({ tower, square, landmarks }) {
  const answer = createAnswer(tower, items);
  const positionView = createPositionView(part("position"), items, square, landmarks);
  const similarUsers = createSimilarUsers(part("similar-users"), tower, items, scale);
  const ratingsList = createRatingsList(part("your-ratings"), items, scale, state.rate);
  const recommendations = createRecommendations(listBox, items, scale, state);
  const together = createTogether(part("both"), tower, items, state, nFirst, () => discovery.value);
  const watchlist = createWatchlist(part("watchlist"), items, scale, state);

  const [withoutBox, backButton] = [part("without"), part("without").querySelector("button")];
  let left = null; // the row of a rating that the list does without, to see what it does
  let listedRows = [];
  let before = null; // the rows that were listed with it

  const showBest = () => {
    const unwanted = left === null ? state.unwanted : [...state.unwanted, items.id(left)];
    const candidates = answer.best(unwanted, discovery.value, Number(genreSelect.value));
    const best = candidates.slice(0, nListed);
    listedRows = best.map(([row]) => row);
    moreButton.hidden = candidates.length <= nListed || nListed >= MAX_LISTED;
    const onReason = left === null && answer.rated.length > 1 ? showWithout : null;
    recommendations.show(best, answer.reasons(listedRows), state.unwanted, { onReason, before });
    positionView.show(answer.liked, listedRows);
    together.show();
    if (!answer.user) setWaitText(t(scale.isLikes ? "rate.waitingForLikes" : "rate.waiting"));
    else setWaitText(best.length ? "" : t("rate.noneLeft"));
  };

  // What if one item had not been rated? The list alone does without it.
  function showWithout(row) {
    [left, before] = [row, new Set(listedRows)];
    answer.setRatings(new Map([...state.ratings].filter(([id]) => items.row(id) !== row)));
    withoutBox.hidden = false;
    withoutBox.querySelector("span").textContent = t("rate.without", { title: items.title(row) });
    showBest();
    backButton.focus();
  }

  const showNew = () => {
    [left, before] = [null, null];
    withoutBox.hidden = true;
    answer.setRatings(state.ratings);
    showBest();
    const { rated, user } = answer;
    ratingsList.show(rated, state.ratings.size - rated.length + state.nOthers, state.isLinked);
    watchlist.show();
    similarUsers.show(user, rated);
    numbersLabel.hidden = scoreNote.hidden = discovery.element.hidden = !user;
    genreSelect.hidden = !user || items.genres.length < 2;
  };

  backButton.addEventListener("click", () => {
    showNew();
    document.getElementById("for-you").focus({ preventScroll: true });
  });
  return [showNew, showBest];
}

function enableSearch() {
  const box = part("search");
  const input = box.querySelector("input");
  let findEntries = null; // created at the first search
  createCombobox({
    ...{ input, list: box.querySelector("ul"), status: box.querySelector("p") },
    search: (query) => {
      findEntries ??= createSearchIndex(items.searchEntries());
      return findEntries(query);
    },
    describe: ({ row }) => [items.title(row), items.year(row)],
    onPick({ row }) {
      input.value = "";
      const control = cards.bringToFront(items, row);
      cards.show(state.ratings, state.titles);
      control.focus();
    },
  });
}

async function load() {
  setWaitText(t("rate.loading"));
  retryButton.hidden = true;
  let loaded;
  try {
    loaded = await loadTower(page.dataset.tower);
  } catch (problem) {
    setWaitText(describeFailure(problem, t("rate.notLoaded")));
    retryButton.hidden = isOutdated(problem);
    return;
  }
  items = loaded.items;
  state.compareWith(items);
  if (linkNotice.describeProblem()) state.closeLinked();
  genreSelect.append(...[t("rate.allGenres"), ...items.genres].map((name, n) => new Option(name, n - 1)));
  enableSearch();
  [showAnswer, showList] = createAnswerView(loaded);
  showAll();
}

function openAddress() {
  const linked = store.fromHash(location.hash);
  if (linked && !linkNotice.describeProblem()) state.openLinked(linked);
  else if (state.isLinked && (location.hash === "" || store.isLink(location.hash))) state.closeLinked();
  else showAll(); // the hash is at most a part of the page
}

genreSelect.addEventListener("change", () => {
  nListed = nFirst;
  showList();
});
moreButton.addEventListener("click", () => {
  const nBefore = nListed;
  nListed = Math.min(nListed + STEP, MAX_LISTED);
  showList();
  listBox.querySelector(`[data-items] > :nth-child(${nBefore + 1}) a`)?.focus();
});
const importInput = part("import");
importInput.addEventListener("change", () => {
  const files = [...importInput.files];
  importInput.value = ""; // so that the same file can be chosen again
  importer.open(files);
});
createDropZone(part("drop"), importer.open);
retryButton.addEventListener("click", () => {
  loading = load();
});
bar.addEventListener("click", (event) => {
  event.preventDefault(); // following the link would take ratings out of the address
  document.getElementById("for-you").focus();
  listBox.scrollIntoView();
});
addEventListener("hashchange", openAddress);
store.follow(state.readAgain);

openAddress();
loading = load();
