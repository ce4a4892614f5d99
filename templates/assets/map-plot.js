// The plot itself: fills the layers of the figure, keeps equal units on both axes, and tells which film was tapped.
"use strict";

globalThis.marqueeMap.makePlot = (doc) => {
  const { films } = globalThis.marqueeMap;
  const token = globalThis.marqueeColour;
  const part = (name) => doc.get_model_by_name(name);
  const plot = part("map");
  const sources = Object.fromEntries(["films", "ringed", "picked", "visitor"].map((name) => [name, part(name)]));
  const layers = Object.fromEntries(["ghosts", "points", "rings", "pick", "name", "you", "your-name"].map((name) => [name, part(name)]));
  const MARGIN = 1.06;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const coarse = matchMedia("(pointer: coarse)");
  const sizes = films.ratings.map((n) => 3 + Math.log1p(n));
  const texts = {
    title: films.titles,
    year: films.years.map((year) => (year === null ? "" : String(year))),
    genres: films.titles.map((_, row) => films.genreNames(row)),
  };
  let places = null; // the x and the y of every film now
  let isDrawn = false;
  let extent = null; // what is to be seen: [x0, y0, x1, y1]
  let fitted = null; // the ranges that show it
  let motion = 0;
  let pickable = []; // rows
  let marked = { ringed: [], picked: [] }; // rows

  const ranges = () => [plot.x_range.start, plot.y_range.start, plot.x_range.end, plot.y_range.end];

  const look = ([x0, y0, x1, y1], isWhole) => {
    const set = (range, start, end) =>
      range.setv(isWhole ? { start, end, reset_start: start, reset_end: end } : { start, end });
    set(plot.x_range, x0, x1);
    set(plot.y_range, y0, y1);
  };

  // The smallest view with the form of the frame that holds the extent.
  const around = ([x0, y0, x1, y1]) => {
    const [width, height] = [plot.inner_width || 1, plot.inner_height || 1];
    const unit = Math.max((x1 - x0) / width, (y1 - y0) / height, 1e-9) * MARGIN;
    const [x, y, dx, dy] = [(x0 + x1) / 2, (y0 + y1) / 2, (unit * width) / 2, (unit * height) / 2];
    return [x - dx, y - dy, x + dx, y + dy];
  };

  const fit = () => {
    if (!extent) return;
    fitted = around(extent);
    look(fitted, true);
  };

  const isFitted = () => fitted && ranges().every((value, n) => value === fitted[n]);

  // A frame of another form: the same view where one was chosen, else all.
  const reshape = () => {
    if (!extent) return;
    if (isFitted()) return fit();
    const [x0, y0, x1, y1] = ranges();
    const dy = ((x1 - x0) / 2 / (plot.inner_width || 1)) * (plot.inner_height || 1);
    fitted = around(extent);
    look(fitted, true);
    look([x0, (y0 + y1) / 2 - dy, x1, (y0 + y1) / 2 + dy], false);
  };
  plot.properties.inner_width.change.connect(reshape);
  plot.properties.inner_height.change.connect(reshape);

  const at = (rows) => ({ x: rows.map((row) => places[0][row]), y: rows.map((row) => places[1][row]) });

  const put = (x, y) => {
    places = [x, y];
    if (!isDrawn) return; // they will be, with all the rest
    sources.films.data = { ...sources.films.data, x, y };
    for (const [name, rows] of Object.entries(marked)) {
      if (rows.length) sources[name].data = { ...sources[name].data, ...at(rows) };
    }
  };

  const spread = ([x, y]) => {
    const all = [Math.min(...x), Math.min(...y), Math.max(...x), Math.max(...y)];
    return all.every(Number.isFinite) ? all : [-1, -1, 1, 1];
  };

  // Glide from where films are on the screen to where they are to be.
  const glide = (to, view) => {
    const before = ranges();
    const carry = (values, low, high, n) => {
      const scale = (view[n + 2] - view[n]) / (high - low);
      return Float64Array.from(values, (value) => view[n] + (value - low) * scale);
    };
    const start = places.map((axis, n) => carry(axis, before[n], before[n + 2], n));
    const begun = performance.now();
    const step = (now) => {
      const share = Math.min(Math.max((now - begun) / 600, 0), 1);
      const eased = share < 0.5 ? 4 * share ** 3 : 1 - (2 - 2 * share) ** 3 / 2;
      if (share === 1) return put(...to);
      put(...start.map((values, n) => values.map((value, row) => value + (to[n][row] - value) * eased)));
      motion = requestAnimationFrame(step);
    };
    put(...start);
    motion = requestAnimationFrame(step);
  };

  // The name stands where it hides fewer rings; else on the side with more room.
  const nameBeside = (pick, rings) => {
    const unit = (plot.x_range.end - plot.x_range.start) / (plot.inner_width || 1);
    const width = 30 + 8 * films.titles[pick].length;
    const hidden = [0, 0]; // to the left, to the right
    for (const row of rings) {
      const [dx, dy] = places.map((axis) => (axis[row] - axis[pick]) / unit);
      if (Math.abs(dy) < 16 && Math.abs(dx) < width) hidden[dx > 0 ? 1 : 0] += 1;
    }
    const isRight = places[0][pick] > (plot.x_range.start + plot.x_range.end) / 2;
    const toLeft = hidden[0] === hidden[1] ? isRight : hidden[0] < hidden[1];
    layers.name.glyph.setv({ text_align: toLeft ? "right" : "left", x_offset: toLeft ? -13 : 13 });
  };

  const only = (layer, rows) => (layer.view.filter.indices = rows);

  const mark = (name, rows, size, fill) => {
    if (!rows.length && !marked[name].length) return;
    marked = { ...marked, [name]: rows };
    const told = Object.fromEntries(Object.entries(texts).map(([key, all]) => [key, rows.map((row) => all[row])]));
    const alpha = rows.map(() => 1);
    sources[name].data = { ...at(rows), ...told, alpha, size: rows.map(size), fill: rows.map((row) => fill[row]) };
  };

  plot.on_event("tap", ({ x, y }) => {
    const unit = (plot.x_range.end - plot.x_range.start) / (plot.inner_width || 1);
    let [best, least] = [-1, coarse.matches ? 24 : 14];
    for (const row of pickable) {
      const away = Math.hypot(places[0][row] - x, places[1][row] - y) / unit - sizes[row] / 2;
      if (away < least) [best, least] = [row, away];
    }
    api.onTap(best);
  });

  const api = {
    onTap: () => {},

    // Put every film where it belongs, with all in sight; `within` is what to see where places are still to move.
    place(to, within) {
      cancelAnimationFrame(motion);
      extent = within ?? spread(to);
      if (places && !within && !calm.matches) glide(to, around(extent));
      else put(...to);
      fit();
    },

    // Move films without touching the view.
    move(x, y) {
      cancelAnimationFrame(motion);
      put(x, y);
    },

    // How everything looks: rows by layer, colour and opacity of every film; where the visitor stands, or null.
    draw({ points, ghosts, rings, pick, fill, alpha, you }) {
      const [x, y] = places;
      isDrawn = true;
      sources.films.data = { ...texts, x, y, size: sizes, fill, alpha };
      only(layers.ghosts, ghosts);
      only(layers.points, points);
      const picked = pick < 0 ? [] : [pick];
      mark("ringed", rings, (row) => Math.max(sizes[row] + 2, 8), fill);
      mark("picked", picked, () => 17, fill);
      pickable = [...points, ...rings, ...picked];
      if (you || sources.visitor.data.x.length) sources.visitor.data = { x: you ? [you[0]] : [], y: you ? [you[1]] : [] };
      if (pick < 0) return;
      nameBeside(pick, rings);
    },

    paint() {
      layers.ghosts.glyph.setv({ fill_color: token("--ink-2") });
      layers.rings.glyph.setv({ line_color: token("--ink") });
      layers.pick.glyph.setv({ line_color: token("--ink") });
      layers.you.glyph.setv({ fill_color: token("--bulb"), line_color: token("--ink") });
      for (const name of ["name", "your-name"]) {
        layers[name].glyph.setv({
          text_color: token("--ink"),
          text_font: getComputedStyle(document.body).fontFamily,
          background_fill_color: token("--surface"),
        });
      }
    },

    // Closer or further by a factor, around a film where one is given.
    zoom(factor, row) {
      if (!places) return; // nothing is to be seen yet
      const [x0, y0, x1, y1] = ranges();
      const [x, y] = row >= 0 ? places.map((axis) => axis[row]) : [(x0 + x1) / 2, (y0 + y1) / 2];
      const [dx, dy] = [(x1 - x0) / 2 / factor, (y1 - y0) / 2 / factor];
      look([x - dx, y - dy, x + dx, y + dy], false);
    },

    fit,

    // Sideways and upwards, by a part of what is seen.
    pan(right, up) {
      const [x0, y0, x1, y1] = ranges();
      const [dx, dy] = [(right * (x1 - x0)) / 6, (up * (y1 - y0)) / 6];
      look([x0 + dx, y0 + dy, x1 + dx, y1 + dy], false);
    },

    // The element that takes pointer and keys, inside BokehJS; undefined should it build itself otherwise one day.
    surface: () => [...Bokeh.index].find((view) => view.model === plot)?.canvas_view?.events_el,

    // A film that was picked elsewhere comes into sight.
    reveal(row) {
      if (!places) return;
      const [x0, y0, x1, y1] = ranges();
      const [x, y] = places.map((axis) => axis[row]);
      if (x < x0 || x > x1 || y < y0 || y > y1) api.zoom(1, row);
    },
  };

  return api;
};
