// The Rate page: a visitor's ratings go through the deep tower, and what it answers is shown. Here its parts meet.
"use strict";

{
  const { makeState, makeFilms, makeGrid, makeMine, makeList, makeShared, makeFiles, makeMap, makePeople } = globalThis.marqueeRate;
  const page = document.querySelector("[data-rate]");
  const find = (selector) => page.querySelector(selector);
  const STEP = 10;
  const MOST = 50;

  const [list, wait, again, genre] = ["[data-list]", "[data-wait]", "[data-again]", "[data-genre]"].map(find);
  const [longer, note, bar] = ["[data-longer]", "[data-note]", "[data-bar]"].map(find);
  let shown = STEP;
  let films = null; // until the tower is here
  let answer = () => {};

  const change = (left) => {
    grid.show(state.ratings);
    shared.show();
    files.show(left);
    bar.hidden = !state.ratings.size;
    bar.querySelector("[data-rated]").textContent = `${state.ratings.size.toLocaleString("en")} rated`;
    answer();
  };

  const title = (id) => (films?.row(id) === undefined ? "" : films.title(films.row(id)));
  const store = globalThis.marqueeRate.makeStore({ dataset: page.dataset.rate, title });
  const state = makeState(store, (left) => change(left));
  const grid = makeGrid(find("[data-grid]"), find("[data-more]"), state.rate);
  const shared = makeShared(find("[data-shared]"), store, state, (text) => files.say(text));
  const files = makeFiles(find("[data-mine]"), store, state);

  const say = (text) => {
    wait.hidden = !text;
    wait.querySelector("[data-said]").textContent = text;
  };

  // What the tower says of a visitor's ratings, drawn.
  const answering = (tower, square, starters) => {
    const where = makeMap(find("[data-where]"), tower, films, square, starters);
    const people = makePeople(find("[data-people]"), tower, films);
    const mine = makeMine(find("[data-mine]"), films, state.rate);
    const drawn = makeList(list, films, state);

    const may = (rated) => {
      const out = new Set(rated.map(([row]) => row));
      for (const id of state.unwanted) out.add(films.row(id));
      const chosen = Number(genre.value);
      return (row) => !out.has(row) && (chosen < 0 || films.isOf(row, chosen));
    };

    return () => {
      const rated = [...state.ratings].map(([id, stars]) => [films.row(id), stars]).filter(([row]) => row !== undefined);
      const vector = rated.length ? tower.vector(rated) : null;
      const best = vector ? tower.best(tower.scores(vector), shown + 1, may(rated)) : [];
      longer.hidden = best.length <= shown || shown >= MOST;
      best.splice(shown);
      drawn.show(best, tower.why(rated, best.map(([row]) => row)), state.unwanted);
      mine.show(rated, state.ratings.size, state.isShared);
      where.show(vector, best.map(([row]) => row));
      people.show(vector, rated);
      note.hidden = !vector;
      genre.hidden = !vector || films.genres.length < 2;
      if (!vector) say("Rate a film you know: your list of ten appears here, and every star after it may change it.");
      else say(best.length ? "" : "No film is left to recommend.");
    };
  };

  const search = () => {
    const box = find("[data-search]");
    const input = box.querySelector("input");
    globalThis.marqueeCombobox({
      ...{ input, list: box.querySelector("ul"), status: box.querySelector("p") },
      find: films.find,
      option: ({ row }) => [films.title(row), films.year(row)],
      pick({ row }) {
        input.value = "";
        const stars = grid.begin(films, row);
        grid.show(state.ratings);
        stars.focus();
      },
    });
  };

  const load = () =>
    Promise.all([globalThis.marqueeExported("deep_tower"), ...["films", "rate"].map(globalThis.marqueeLoad)]);

  const start = async () => {
    say("Loading the model…");
    again.hidden = true;
    const found = await load().catch(() => null);
    if (!found) {
      say("The model could not be loaded.");
      again.hidden = false;
      return;
    }
    const [told, listed, facts] = found;
    films = makeFilms(told.item_ids, listed, facts);
    genre.append(...["All genres", ...films.genres].map((name, n) => new Option(name, n - 1)));
    search();
    answer = answering(globalThis.marqueeTower(told), facts.square, told.starters);
    change();
  };

  const openLink = () => {
    const linked = store.fromHash(location.hash);
    if (linked) state.open(linked);
    else if (state.isShared && (location.hash === "" || store.isLink(location.hash))) state.back();
    else change(); // a place on the page at most
  };

  genre.addEventListener("change", () => {
    shown = STEP;
    answer();
  });
  longer.addEventListener("click", () => {
    shown += STEP;
    answer();
    list.querySelector(`[data-films] > :nth-child(${shown - STEP + 1}) a`)?.focus();
  });
  again.addEventListener("click", start);
  bar.addEventListener("click", (event) => {
    event.preventDefault(); // the address may hold ratings
    document.getElementById("for-you").focus();
    list.scrollIntoView();
  });
  addEventListener("hashchange", openLink);
  addEventListener("storage", (event) => store.isOf(event) && state.again());
  addEventListener("pageshow", (event) => event.persisted && state.again());

  openLink();
  start();
}
