// The map: holds what is seen in one object, and lets each part show it. Whoever changes it, changes it here.
"use strict";

globalThis.marqueeCharts.then((charts) => {
  const map = globalThis.marqueeMap;
  const { films } = map;
  const box = document.querySelector("[data-map]");
  const count = box.querySelector("[data-count]");
  const visitor = document.createElement("p");
  visitor.textContent = "★ You: where your ratings put you on the map of the deep model.";
  const legend = box.querySelector("[data-legend]");
  const plot = map.makePlot(charts.get("map"));
  const labels = new Map(
    [...box.querySelectorAll("[data-switch] label")].map((label) => [label.firstElementChild.value, label.textContent]),
  );

  let state = map.state.read(location.hash);
  let placed = null; // the model whose places are shown
  let waiting = 0;

  map.remember = () => {
    clearTimeout(waiting);
    const hash = map.state.write(state);
    if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname + location.search);
  };

  const change = (part) => {
    const picks = "row" in part && part.row >= 0;
    state = { ...state, ...part };
    show();
    if (picks) plot.reveal(part.row);
    clearTimeout(waiting);
    waiting = setTimeout(map.remember, 250);
  };

  const controls = map.makeControls(box, change);
  const search = map.makeSearch(box.querySelector("[data-map-search]"), change);
  const panel = map.makePanel(box.querySelector("[data-panel]"), box.querySelector("[data-said]"), change);
  const replay = map.makeReplay(box, plot, change);
  const nearest = map.makeNear(() => show());

  const isShown = (row) => {
    const { genres, from, to } = state;
    const year = films.years[row];
    if (genres.size && !films.of[row].some((genre) => genres.has(genre))) return false;
    if (from === null && to === null) return true;
    return year !== null && (from === null || year >= from) && (to === null || year <= to);
  };

  const draw = (near) => {
    const present = replay.present();
    const points = [];
    const ghosts = [];
    for (let row = 0; row < films.n; row++) {
      if (present && !present.has(row)) continue;
      (isShown(row) ? points : ghosts).push(row);
    }
    const found = state.query.trim() ? new Set(films.find(state.query)) : null;
    const matches = found ? points.filter((row) => found.has(row)) : [];
    const close = state.row < 0 ? [] : (near ?? []).map(([row]) => row);
    const rings = [...new Set([...close, ...matches])].filter((row) => row !== state.row && (!present || present.has(row)));
    const faint = found || state.row >= 0 ? 0.22 : 0.62;
    const { fill, legend: parts } = map.colouring(state.colour, state.model);
    const you = state.model === "deep" ? state.you : null;
    plot.draw({ points, ghosts, rings, pick: state.row, fill, alpha: new Array(films.n).fill(faint), you });
    legend.replaceChildren(...parts, ...(you ? [visitor] : []));
    const all = films.count(films.n, "film");
    const some = points.length === films.n ? all : `${points.length.toLocaleString("en")} of ${all}`;
    const said = found ? `${some}, ${matches.length.toLocaleString("en")} found` : some;
    if (count.textContent !== said) count.textContent = said;
  };

  const show = async () => {
    const near = state.row < 0 ? [] : nearest(state.model, state.row);
    controls.show(state);
    search.show(state);
    panel.show(state, labels.get(state.model) ?? "this model", near);
    const isOver = await replay.show(state);
    if (!replay.isOpen() && (isOver || placed !== state.model)) plot.place(films.places[state.model]);
    if (replay.isOpen()) state = { ...state, epoch: replay.epoch() };
    placed = replay.isOpen() ? null : state.model;
    draw(near);
  };

  const repaint = () => {
    plot.paint();
    show();
  };

  plot.onTap = (row) => change({ row });
  map.makeView(box, plot, () => state.row);
  addEventListener("hashchange", () => {
    if (location.hash && !map.state.tells(location.hash)) return; // a place on the page
    state = map.state.read(location.hash);
    show();
  });
  document.addEventListener("marquee:theme", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  repaint();
});
