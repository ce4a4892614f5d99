// The script of the map. What the map shows is one object, `state`; every control changes it through `change`, and `show`
// makes every part show it.
import { download } from "../charts/download.js";
import { loadBokeh, whenVisitorActs } from "../shared/bokeh.js";
import { drawChart, showFailure } from "../shared/charts.js";
import { element } from "../shared/element.js";
import { t } from "../shared/strings.js";
import { nextTask } from "../shared/task.js";
import { onThemeChange } from "../shared/theme_colours.js";
import { colourItems } from "./colours.js";
import { createControls } from "./controls.js";
import { items, positionsOf, searchItems } from "./items.js";
import { createNeighbours } from "./neighbours.js";
import { createPanel } from "./panel.js";
import { createPlot } from "./plot.js";
import { createReplay } from "./replay.js";
import { createMapSearch } from "./search.js";
import { DEFAULT_LAYOUT, isMapHash, NEIGHBOURS, readHash, shownLayout, writeHash } from "./state.js";
import { enableViewControls } from "./view.js";

const OPACITY = 0.62; // of points
const QUIET_OPACITY = 0.4; // around a picked item: colours and filters can still be read
const FAINT_OPACITY = 0.22; // around what a search finds

function isWithinFilters(row, { genres, from, to }) {
  const year = items.years[row];
  if (genres.size && !items.genresOf[row].some((genre) => genres.has(genre))) return false;
  if (from === null && to === null) return true;
  return year !== null && (from === null || year >= from) && (to === null || year <= to);
}

function startMap(box, bokehDocument) {
  const countStatus = box.querySelector("[data-count]");
  const legend = box.querySelector("[data-legend]");
  const youNote = element("p", {}, `★ ${t("map.legend.you")}`);
  const viewNotes = [...box.querySelectorAll("[data-view]")]; // what each layout of each model shows
  const mostRated = items.titles.map((_, row) => row).sort((a, b) => items.nRatings[b] - items.nRatings[a] || a - b);
  const switchLabels = [...box.querySelectorAll("[data-switch] label")];
  const modelLabels = new Map(switchLabels.map((label) => [label.firstElementChild.value, label.textContent]));
  const plot = createPlot(bokehDocument);
  let state = readHash(location.hash);
  let positionedView = null; // the model and layout whose positions are shown; null during the replay
  let saveTimer = 0;

  // Write the state to the address: of the entry of the history that is shown, or of a new one.
  const saveState = (isNewEntry = false) => {
    clearTimeout(saveTimer);
    const hash = writeHash(state);
    if (hash === location.hash) return;
    const address = hash || location.pathname + location.search;
    if (isNewEntry) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  };

  // Back returns from a picked item to what was shown before.
  const change = (changes) => {
    const isPick = changes.row !== undefined && changes.row !== state.row;
    if (isPick) saveState();
    state = { ...state, ...changes };
    show();
    if (changes.row >= 0) plot.reveal(changes.row);
    clearTimeout(saveTimer);
    if (isPick) saveState(true);
    else saveTimer = setTimeout(saveState, 250);
  };

  const controls = createControls(box, change, saveState);
  const search = createMapSearch(box.querySelector("[data-map-search]"), change);
  const panel = createPanel(box.querySelector("[data-panel]"), box.querySelector("[data-status]"), change);
  const mostRatedOf = (rows) => {
    const wanted = new Set(rows);
    return mostRated.filter((row) => wanted.has(row));
  };
  // The rows inside the lasso or box, without those that are filtered out.
  const selectedRows = () => mostRatedOf(state.selected.filter((row) => isWithinFilters(row, state)));
  const replay = createReplay(box, plot, change);
  const neighboursOf = createNeighbours(() => show());

  const showCount = (nVisible, matches) => {
    const isFiltered = nVisible < items.n;
    const visible = isFiltered ? t("map.count.visible", { n: items.n, visible: nVisible }) : t("map.count.all", { n: items.n });
    const text = matches ? t("map.count.found", { visible, n: matches.length }) : visible;
    if (countStatus.textContent !== text) countStatus.textContent = text; // announced when it changes only
  };

  // The rings alone where there are any, else the best known of what is selected or not filtered out.
  const rowsToName = (points, rings, selected) => {
    if (replay.isOpen()) return [];
    if (rings.length && state.row >= 0) return rings;
    return mostRatedOf(rings.length ? rings : selected.length ? selected : points).filter((row) => row !== state.row);
  };

  const regionsToName = (rings, selected) =>
    shownLayout(state) === NEIGHBOURS && !rings.length && !selected.length && state.row < 0 ? items.regions[state.model] : [];

  const opacities = (matches, selected) => {
    const around = matches || selected.length ? FAINT_OPACITY : state.row >= 0 ? QUIET_OPACITY : OPACITY;
    const alpha = new Array(items.n).fill(around);
    for (const row of selected) alpha[row] = OPACITY;
    return alpha;
  };

  const draw = (neighbours, selected) => {
    const tracked = replay.trackedRows();
    const [points, ghosts] = [[], []];
    for (let row = 0; row < items.n; row++) {
      if (tracked && !tracked.has(row)) continue;
      (isWithinFilters(row, state) ? points : ghosts).push(row);
    }
    const matchingRows = state.query.trim() ? new Set(searchItems(state.query)) : null;
    const matches = matchingRows && points.filter((row) => matchingRows.has(row));
    const neighbourRows = Array.isArray(neighbours) ? neighbours.map(([row]) => row) : [];
    const isRinged = (row) => row !== state.row && (!tracked || tracked.has(row));
    const rings = [...new Set([...neighbourRows, ...(matches ?? [])])].filter(isRinged);
    const alpha = opacities(matches, selected);
    const { fill, legend: legendParts } = colourItems(state.colour, state.model);
    const you = state.model === "deep" && shownLayout(state) === DEFAULT_LAYOUT ? state.you : null;
    const names = { named: rowsToName(points, rings, selected), regions: regionsToName(rings, selected) };
    const isShaded = !replay.isOpen() && state.row < 0 && !matches && !selected.length; // nothing stands out from the rest
    plot.draw({ points, ghosts, rings, picked: state.row, fill, alpha, ...names, isShaded, you });
    legend.replaceChildren(...legendParts, ...(you ? [youNote] : []));
    showCount(points.length, matches);
  };

  const show = async () => {
    const neighbours = state.row < 0 ? [] : neighboursOf(state.model, state.row);
    controls.show(state);
    search.show(state);
    const selected = selectedRows();
    panel.show(state, modelLabels.get(state.model) ?? t("map.panel.this_model"), neighbours, selected);
    const hasReplayClosed = await replay.show(state);
    const view = `${state.model} ${shownLayout(state)}`;
    for (const note of viewNotes) note.hidden = note.dataset.view !== view;
    if (!replay.isOpen() && (hasReplayClosed || positionedView !== view)) {
      plot.showPositions(positionsOf(state.model, state.layout));
    }
    if (replay.isOpen()) state = { ...state, epoch: replay.epoch() };
    positionedView = replay.isOpen() ? null : view;
    draw(neighbours, selected);
  };

  const repaint = () => {
    plot.paint();
    show();
  };

  // A tap that hits no item clears first the picked item, then the selection.
  plot.onTap = (row) => change(row < 0 && state.row < 0 ? { row, selected: [] } : { row });
  plot.onSelect = (rows) => {
    change({ row: -1, selected: rows });
    plot.clearSelection();
  };
  enableViewControls(box, plot, () => state.row);
  const pictureButton = box.querySelector("[data-download]");
  pictureButton.addEventListener("click", () => download(pictureButton.closest("figure"), pictureButton.dataset.download));
  addEventListener("hashchange", () => {
    if (location.hash && !isMapHash(location.hash)) return; // a link to a part of the page
    state = { ...readHash(location.hash), selected: state.selected };
    show();
  });
  onThemeChange(repaint);
  repaint();
}

const box = document.querySelector("[data-map]");
const container = box.querySelector("[data-chart]");
const controlBar = box.querySelector(".map-bar");
const bokehAddress = document.currentScript.dataset.bokeh;

async function draw() {
  if (!isMapHash(location.hash)) await whenVisitorActs();
  await loadBokeh(bokehAddress);
  await nextTask();
  return drawChart(container);
}

controlBar.inert = true; // until there is something to control
draw().then(
  (bokehDocument) => {
    startMap(box, bokehDocument);
    controlBar.inert = false;
  },
  () => {
    showFailure([container]);
    for (const control of box.querySelectorAll(".needs-js")) control.hidden = true;
  },
);
