// The plot itself: fills the layers of the Bokeh figure, keeps equal units on both axes, and reports which item was
// tapped. A view or extent is [x0, y0, x1, y1] in units of the map; positions are [all x, all y], by row.
import { placeNames, placeRegionNames, shorten } from "../shared/names.js";
import { themeColour } from "../shared/theme_colours.js";
import { densityContours } from "./density.js";
import { genreNames, items } from "./items.js";

const MARGIN = 1.06; // of the fitted view, around all items
const GLIDE_MS = 600;
const TAP_RADIUS = 14; // px beyond the edge of a point
const COARSE_TAP_RADIUS = 24; // px, for fingers
const MAX_LABEL = 40; // characters of the picked item's title, which stands on one line
const MAX_NAME = 26; // characters of other titles on the map
const [NAME_FONT, REGION_FONT] = [12, 14]; // px, as in charts/map.py
const NAME_AREA = 13000; // px² of the map for each name: more would hide the points
const NAMES_DELAY = 120; // ms after the view has last moved
const MAX_GENRES_SHOWN = 4; // where the pointer is
const LAYERS = ["density", "ghosts", "points", "rings", "pick", "region-names-outlines", "region-names", "names-outlines", "names", "name", "you", "your-name"];

const pointSizes = items.nRatings.map((n) => 3 + Math.log1p(n)); // px
const labels = items.titles.map((title) => shorten(title, MAX_LABEL));
const hoverTexts = {
  title: items.titles,
  year: items.years.map((year) => (year === null ? "" : String(year))),
  genres: items.titles.map((_, row) => genreNames(row, MAX_GENRES_SHOWN)),
};

// The extent of all positions; if there are none, a square around 0.
function extentOf([x, y]) {
  const extent = [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
  return extent.every(Number.isFinite) ? extent : [-1, -1, 1, 1];
}

// Slow at both ends: a cubic for each half of the way.
const easeInOut = (share) => (share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2);

// `bokehDocument` has the figure of recsys/site/charts/map.py.
export function createPlot(bokehDocument) {
  const modelNamed = (name) => bokehDocument.get_model_by_name(name);
  const figure = modelNamed("map");
  const sources = Object.fromEntries(["items", "ringed", "picked", "visitor"].map((name) => [name, modelNamed(name)]));
  const densitySource = modelNamed("density-source");
  const nameSources = { regions: modelNamed("region-names-source"), items: modelNamed("names-source") };
  const layers = Object.fromEntries(LAYERS.map((name) => [name, modelNamed(name)]));
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  const coarsePointer = matchMedia("(pointer: coarse)");
  let positions = null; // where every item is now
  let isDrawn = false;
  let extent = null; // what the fitted view has to show
  let fittedView = null;
  let animation = 0;
  const textMeasure = document.createElement("canvas").getContext("2d");
  let tappableRows = [];
  let markedRows = { ringed: [], picked: [] };
  let namedRows = []; // those that deserve a name, the most important first
  let namedRegions = []; // [x, y, name], likewise
  let shadedRows = []; // those that the ground is shaded by
  let lastShaded = { rows: [], positions: null }; // what it was shaded by last
  let namesTimer = 0;

  const currentView = () => [figure.x_range.start, figure.y_range.start, figure.x_range.end, figure.y_range.end];
  const frameSize = () => [figure.inner_width || 1, figure.inner_height || 1]; // px
  const unitsPerPixel = () => (figure.x_range.end - figure.x_range.start) / frameSize()[0];

  // A view that is the fitted one is also what the figure's own reset tool returns to.
  const setView = ([x0, y0, x1, y1], isFitted) => {
    const setRange = (range, start, end) =>
      range.setv(isFitted ? { start, end, reset_start: start, reset_end: end } : { start, end });
    setRange(figure.x_range, x0, x1);
    setRange(figure.y_range, y0, y1);
  };

  // The smallest view with the proportions of the frame that contains the extent.
  const viewAround = ([x0, y0, x1, y1]) => {
    const [width, height] = frameSize();
    const unit = Math.max((x1 - x0) / width, (y1 - y0) / height, 1e-9) * MARGIN; // map units a pixel, on both axes
    const [x, y, dx, dy] = [(x0 + x1) / 2, (y0 + y1) / 2, (unit * width) / 2, (unit * height) / 2];
    return [x - dx, y - dy, x + dx, y + dy];
  };

  const fit = () => {
    if (!extent) return;
    fittedView = viewAround(extent);
    setView(fittedView, true);
  };

  const isViewFitted = () => fittedView && currentView().every((value, n) => value === fittedView[n]);

  // The frame has other proportions: keep the visitor's view, with equal units again, or fit anew.
  const onResize = () => {
    if (!extent) return;
    if (isViewFitted()) return fit();
    const [x0, y0, x1, y1] = currentView();
    const [width, height] = frameSize();
    const dy = ((x1 - x0) / 2 / width) * height;
    fittedView = viewAround(extent);
    setView(fittedView, true);
    setView([x0, (y0 + y1) / 2 - dy, x1, (y0 + y1) / 2 + dy], false);
  };
  figure.properties.inner_width.change.connect(onResize);
  figure.properties.inner_height.change.connect(onResize);

  const coordinatesOf = (rows) => ({
    x: rows.map((row) => positions[0][row]),
    y: rows.map((row) => positions[1][row]),
  });

  const setPositions = (x, y) => {
    positions = [x, y];
    if (!isDrawn) return; // draw() sends them with all the rest
    sources.items.data = { ...sources.items.data, x, y };
    for (const [name, rows] of Object.entries(markedRows)) {
      if (rows.length) sources[name].data = { ...sources[name].data, ...coordinatesOf(rows) };
    }
  };

  // Glide from where items are on the screen, converted to units of the new view, to their new positions.
  const glideTo = (target, view) => {
    const viewBefore = currentView();
    const toNewUnits = (values, low, high, n) => {
      const scale = (view[n + 2] - view[n]) / (high - low);
      return Float64Array.from(values, (value) => view[n] + (value - low) * scale);
    };
    const start = positions.map((axis, n) => toNewUnits(axis, viewBefore[n], viewBefore[n + 2], n));
    const startTime = performance.now();
    const step = (now) => {
      const share = Math.min(Math.max((now - startTime) / GLIDE_MS, 0), 1);
      const eased = easeInOut(share);
      if (share === 1) {
        writeNamesSoon();
        return setPositions(...target);
      }
      setPositions(
        ...start.map((values, n) => values.map((value, row) => value + (target[n][row] - value) * eased)),
      );
      animation = requestAnimationFrame(step);
    };
    setPositions(...start);
    animation = requestAnimationFrame(step);
  };

  // The box that the picked item and its name cover, on either side.
  const nameBox = (row) => {
    const { x, y } = rowInFrame(row);
    const width = 30 + 8 * labels[row].length; // px, about
    const isLeft = layers.name.glyph.text_align.value === "right";
    return { left: isLeft ? x - width : x - 10, right: isLeft ? x + 10 : x + width, top: y - 14, bottom: y + 14 };
  };

  // Put the name of the picked item on the side where it hides fewer rings; if equal, on the side with more room.
  const placeName = (picked, ringedRows) => {
    const unit = unitsPerPixel();
    const width = 30 + 8 * labels[picked].length; // px, about
    const nHidden = [0, 0]; // on the left, on the right
    for (const row of ringedRows) {
      const [dx, dy] = positions.map((axis) => (axis[row] - axis[picked]) / unit);
      if (Math.abs(dy) < 16 && Math.abs(dx) < width) nHidden[dx > 0 ? 1 : 0] += 1;
    }
    const isInRightHalf = positions[0][picked] > (figure.x_range.start + figure.x_range.end) / 2;
    const isLeft = nHidden[0] === nHidden[1] ? isInRightHalf : nHidden[0] < nHidden[1];
    layers.name.glyph.setv({ text_align: isLeft ? "right" : "left", x_offset: isLeft ? -13 : 13 });
  };

  // A point in px from the upper left corner of the frame.
  const toFrame = (x, y) => {
    const [x0, , , y1] = currentView();
    const unit = unitsPerPixel();
    return { x: (x - x0) / unit, y: (y1 - y) / unit };
  };
  const rowInFrame = (row) => toFrame(positions[0][row], positions[1][row]);

  const textWidth = (text, font) => {
    textMeasure.font = `${font} ${getComputedStyle(document.body).fontFamily}`;
    return textMeasure.measureText(text).width;
  };

  // Names and shades go while items move.
  const hideNames = () => {
    clearTimeout(namesTimer);
    shade([]);
    for (const source of Object.values(nameSources)) {
      if (source.data.x.length) source.data = Object.fromEntries(Object.keys(source.data).map((column) => [column, []]));
    }
  };

  // Returns the boxes that the names of regions cover.
  const writeRegionNames = (frame) => {
    const candidates = namedRegions.map(([x, y, name]) => ({
      ...toFrame(x, y),
      name,
      width: textWidth(name, `bold ${REGION_FONT}px`),
      height: REGION_FONT + 2,
    }));
    const { placed, boxes } = placeRegionNames(candidates, frame);
    const column = (n) => placed.map((position) => namedRegions[position][n]);
    nameSources.regions.data = { x: column(0), y: column(1), text: column(2) };
    return boxes;
  };

  // Write the names that fit into the present view.
  const writeNames = () => {
    const [width, height] = frameSize();
    const inFrame = namedRows.filter((row) => {
      const { x, y } = rowInFrame(row);
      return x >= 0 && y >= 0 && x <= width && y <= height;
    });
    const names = inFrame.slice(0, 400).map((row) => shorten(items.titles[row], MAX_NAME)); // far more than ever fit
    const candidates = names.map((name, n) => ({
      ...rowInFrame(inFrame[n]),
      radius: pointSizes[inFrame[n]] / 2,
      width: textWidth(name, `${NAME_FONT}px`),
    }));
    const taken = [...writeRegionNames({ width, height }), ...markedRows.picked.map((row) => nameBox(row))];
    const placed = placeNames(candidates, { width, height }, Math.max(4, (width * height) / NAME_AREA), taken);
    const column = (value) => placed.map(([position, side]) => value(position, side));
    nameSources.items.data = {
      ...coordinatesOf(placed.map(([position]) => inFrame[position])),
      text: column((position) => names[position]),
      align: column((_, side) => side.align),
      dx: column((_, side) => side.dx),
      dy: column((_, side) => side.dy),
    };
  };

  // Shade where the rows lie dense.
  const shade = (rows) => {
    if (rows === lastShaded.rows && positions === lastShaded.positions) return;
    lastShaded = { rows, positions };
    if (rows.length || densitySource.data.xs.length) densitySource.data = densityContours(positions, rows);
  };

  // And shade, once nothing has moved for a moment: while a view is dragged or items glide, names would only flicker.
  const writeNamesSoon = () => {
    clearTimeout(namesTimer);
    namesTimer = setTimeout(() => {
      writeNames();
      shade(shadedRows);
    }, NAMES_DELAY);
  };
  for (const range of [figure.x_range, figure.y_range]) {
    for (const end of ["start", "end"]) range.properties[end].change.connect(() => positions && writeNamesSoon());
  }

  const showOnly = (layer, rows) => {
    layer.view.filter.indices = rows;
  };

  const markRows = (name, rows, sizeOf, fill) => {
    if (!rows.length && !markedRows[name].length) return;
    markedRows = { ...markedRows, [name]: rows };
    const texts = Object.fromEntries(
      Object.entries({ ...hoverTexts, label: labels }).map(([key, values]) => [key, rows.map((row) => values[row])]),
    );
    const alpha = rows.map(() => 1);
    const data = { ...coordinatesOf(rows), ...texts, alpha, size: rows.map(sizeOf), fill: rows.map((row) => fill[row]) };
    sources[name].data = data;
  };

  figure.on_event("tap", ({ x, y }) => {
    const unit = unitsPerPixel();
    let [nearestRow, nearest] = [-1, coarsePointer.matches ? COARSE_TAP_RADIUS : TAP_RADIUS];
    for (const row of tappableRows) {
      const distance = Math.hypot(positions[0][row] - x, positions[1][row] - y) / unit - pointSizes[row] / 2;
      if (distance < nearest) [nearestRow, nearest] = [row, distance];
    }
    plot.onTap(nearestRow);
  });

  sources.items.selected.properties.indices.change.connect(() => {
    const rows = [...sources.items.selected.indices];
    if (rows.length) plot.onSelect(rows);
  });

  const plot = {
    // Called with the row of the item that was tapped, or -1.
    onTap: () => {},
    // Called with the rows inside a lasso or box that was drawn.
    onSelect: () => {},

    // So that drawing around the same items again is a change.
    clearSelection() {
      sources.items.selected.indices = [];
    },

    // Move every item to its position and fit the view: to `within`, if given, else to the positions.
    showPositions(target, within) {
      cancelAnimationFrame(animation);
      hideNames();
      extent = within ?? extentOf(target);
      if (positions && !within && !reducedMotion.matches) glideTo(target, viewAround(extent));
      else setPositions(...target);
      fit();
    },

    // Move items without touching the view.
    moveItems(x, y) {
      cancelAnimationFrame(animation);
      hideNames();
      setPositions(x, y);
    },

    // How everything looks: rows by layer, colour and opacity of every item; the rows and regions to name, as far as
    // there is room, the most important first; whether to shade where points lie dense; the visitor's position, or null.
    draw({ points, ghosts, rings, picked, fill, alpha, named, regions, isShaded, you }) {
      const [x, y] = positions;
      isDrawn = true;
      sources.items.data = { ...hoverTexts, x, y, size: pointSizes, fill, alpha };
      showOnly(layers.ghosts, ghosts);
      showOnly(layers.points, points);
      const pickedRows = picked < 0 ? [] : [picked];
      markRows("ringed", rings, (row) => Math.max(pointSizes[row] + 2, 8), fill);
      markRows("picked", pickedRows, () => 17, fill);
      tappableRows = [...points, ...rings, ...pickedRows];
      if (you || sources.visitor.data.x.length) {
        sources.visitor.data = { x: you ? [you[0]] : [], y: you ? [you[1]] : [] };
      }
      if (picked >= 0) placeName(picked, rings);
      namedRows = named;
      namedRegions = regions;
      shadedRows = isShaded ? points : [];
      writeNamesSoon();
    },

    // Paint with the colours of the theme.
    paint() {
      layers.density.glyph.setv({ fill_color: themeColour("--ink") });
      layers.ghosts.glyph.setv({ fill_color: themeColour("--ink-2") });
      layers.rings.glyph.setv({ line_color: themeColour("--ink") });
      layers.pick.glyph.setv({ line_color: themeColour("--ink") });
      const font = getComputedStyle(document.body).fontFamily;
      for (const [name, colour] of [["names", "--ink"], ["region-names", "--accent"]]) {
        const surface = themeColour("--surface");
        layers[name].glyph.setv({ text_color: themeColour(colour), text_font: font });
        layers[`${name}-outlines`].glyph.setv({ text_color: surface, text_outline_color: surface, text_font: font });
      }
      layers.you.glyph.setv({ fill_color: themeColour("--bulb"), line_color: themeColour("--ink") });
      for (const name of ["name", "your-name"]) {
        layers[name].glyph.setv({
          text_color: themeColour("--ink"),
          text_font: font,
          background_fill_color: themeColour("--surface"),
        });
      }
    },

    // Zoom in (factor above 1) or out, around an item, or around the middle for row -1.
    zoom(factor, row) {
      if (!positions) return; // nothing is shown yet
      const [x0, y0, x1, y1] = currentView();
      const [x, y] = row >= 0 ? positions.map((axis) => axis[row]) : [(x0 + x1) / 2, (y0 + y1) / 2];
      const [dx, dy] = [(x1 - x0) / 2 / factor, (y1 - y0) / 2 / factor];
      setView([x - dx, y - dy, x + dx, y + dy], false);
    },

    fit,

    // Move the view by a sixth of its width and height for each step.
    pan(stepsRight, stepsUp) {
      const [x0, y0, x1, y1] = currentView();
      const [dx, dy] = [(stepsRight * (x1 - x0)) / 6, (stepsUp * (y1 - y0)) / 6];
      setView([x0 + dx, y0 + dy, x1 + dx, y1 + dy], false);
    },

    // The element that takes pointer and keys, inside BokehJS; undefined if a later BokehJS is built differently.
    surface: () => [...Bokeh.index].find((view) => view.model === figure)?.canvas_view?.events_el,

    // Move the view so that an item is in it.
    reveal(row) {
      if (!positions) return;
      const [x0, y0, x1, y1] = currentView();
      const [x, y] = positions.map((axis) => axis[row]);
      if (x < x0 || x > x1 || y < y0 || y > y1) plot.zoom(1, row);
    },
  };

  return plot;
}
