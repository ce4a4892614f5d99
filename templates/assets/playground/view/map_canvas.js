// Paint the items on a canvas, and find the one at a place of it. Lengths are in px of the page, y downwards.
import { placeNames, shorten } from "../../shared/names.js";
import { markTheme, themeColour } from "../../shared/theme_colours.js";

const PADDING = 14; // between the items and the edge
const NAME_AREA = 11000; // px² for each name
const MAX_NAMED = 60; // items that may have a name: the most rated of those shown
const MAX_NAME_LENGTH = 24;
const NAME_FONT = 12; // px
const FULL_CIRCLE = 2 * Math.PI;
const [ARROW_REACH, ARROW_HEAD] = [0.92, 8]; // share of the way to the edge; px
const FAINT = 0.12; // opacity of what does not belong to the chosen genre

// A title as a name: of a long one with a colon what follows, for those of a series begin alike.
function nameOf(title) {
  const part = title.length > MAX_NAME_LENGTH ? title.slice(title.indexOf(": ") + 1).trim() : title;
  return shorten(part, MAX_NAME_LENGTH);
}

const radiusOf = (nRatings) => 1.6 + 0.5 * Math.log1p(nRatings);

// `facts` are those of facts.js; `items` those that are shown, the most rated first.
export function createMapCanvas(canvas, facts, items) {
  const context = canvas.getContext("2d");
  const radii = Array.from(facts.nRatings, radiusOf);
  const names = new Map(items.slice(0, MAX_NAMED).map((item) => [item, nameOf(facts.title(item))]));
  const widths = new Map(); // of names
  let size = { width: 0, height: 0 };
  let fontFamily = "";
  let toPixels = null; // from a position on the map, of the frame painted last
  let shownPoints = null;
  let namedItems = []; // in the last frame: they keep their names if they can

  const measure = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    size = { width, height };
    ({ fontFamily } = getComputedStyle(canvas));
    widths.clear();
  };

  // Equal units on both axes, so that distances can be compared. What lies outside is at the edge.
  const projection = ([x0, y0, x1, y1]) => {
    const [width, height] = [size.width - 2 * PADDING, size.height - 2 * PADDING];
    const unit = Math.max((x1 - x0) / width, (y1 - y0) / height, 1e-9);
    const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
    const within = (value, most) => Math.min(Math.max(value, PADDING / 2), most - PADDING / 2);
    return (px, py) => [
      within(size.width / 2 + (px - x) / unit, size.width),
      within(size.height / 2 - (py - y) / unit, size.height),
    ];
  };

  const placeOf = (item) => toPixels(shownPoints[2 * item], shownPoints[2 * item + 1]);

  const drawOrigin = () => {
    const [x, y] = toPixels(0, 0);
    context.strokeStyle = themeColour("--line-2");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(size.width, y);
    context.moveTo(x, 0);
    context.lineTo(x, size.height);
    context.stroke();
  };

  // From 0 in the direction of a vector, nearly to the edge: how long the vector is depends on how many ratings it is
  // of.
  const drawDirection = ([dx, dy]) => {
    const [x, y] = toPixels(0, 0);
    const room = (distance, step) => (step === 0 ? Number.POSITIVE_INFINITY : distance / Math.abs(step));
    const across = room(dx > 0 ? size.width - x : x, dx);
    const reach = Math.min(across, room(dy > 0 ? y : size.height - y, dy)) * ARROW_REACH;
    if (!Number.isFinite(reach)) return;
    const angle = Math.atan2(-dy, dx);
    context.strokeStyle = context.fillStyle = themeColour("--accent");
    context.lineWidth = 2;
    context.save();
    context.translate(x, y);
    context.rotate(angle);
    const length = reach * Math.hypot(dx, dy);
    context.beginPath();
    context.moveTo(0, 0);
    context.lineTo(length, 0);
    context.stroke();
    context.beginPath();
    context.moveTo(length + ARROW_HEAD, 0);
    context.lineTo(length - ARROW_HEAD, ARROW_HEAD * 0.7);
    context.lineTo(length - ARROW_HEAD, -ARROW_HEAD * 0.7);
    context.fill();
    context.restore();
  };

  const fillColours = () => {
    if (!facts.genreNames) return [1, 2, 3, 4, 5].map((n) => themeColour(`--seq-${n}`));
    const colours = facts.genreNames.map((_, genre) => themeColour(`--cat-${genre + 1}`));
    return [...colours, themeColour("--cat-other")];
  };

  // The number of an item's colour: of its genre, the last one for none; else from the least to the most rated.
  const rankOf = new Map(items.map((item, rank) => [item, rank]));
  const colourOf = (item) => {
    if (facts.genreNames) return facts.genreOf[item] < 0 ? facts.genreNames.length : facts.genreOf[item];
    return 4 - Math.min(Math.floor((5 * rankOf.get(item)) / items.length), 4);
  };
  const byColour = []; // items by the number of their colour
  for (const item of items) {
    byColour[colourOf(item)] ??= [];
    byColour[colourOf(item)].push(item);
  }

  const drawPoints = (chosenGenre) => {
    const colours = fillColours();
    byColour.forEach((itemsOfColour, colour) => {
      context.fillStyle = colours[colour];
      context.globalAlpha = chosenGenre === null || chosenGenre === colour ? 0.8 : FAINT;
      for (const item of itemsOfColour) {
        context.beginPath(); // one path an item, so that overlaps are darker; it is faster, too
        context.arc(...placeOf(item), radii[item], 0, FULL_CIRCLE);
        context.fill();
      }
    });
    context.globalAlpha = 1;
  };

  const ring = (item, gap, width) => {
    const [x, y] = placeOf(item);
    context.lineWidth = width;
    context.beginPath();
    context.arc(x, y, radii[item] + gap, 0, FULL_CIRCLE);
    context.stroke();
  };

  const write = (text, x, y, align) => {
    context.textAlign = align;
    context.strokeStyle = themeColour("--surface");
    context.lineWidth = 3;
    context.strokeText(text, x, y);
    context.fillStyle = themeColour("--ink");
    context.fillText(text, x, y);
  };

  const setFont = (weight) => {
    context.font = `${weight} ${NAME_FONT}px ${fontFamily}`;
    context.textBaseline = "middle";
    context.lineJoin = "round";
  };

  const widthOf = (name) => {
    if (!widths.has(name)) widths.set(name, context.measureText(name).width);
    return widths.get(name);
  };

  const candidate = (item, name) => {
    const [x, y] = placeOf(item);
    return { item, name, x, y, radius: radii[item], width: widthOf(name) };
  };

  const drawNames = (picked, chosenGenre) => {
    setFont(400);
    const mayBeNamed = (item) => item !== picked && (chosenGenre === null || colourOf(item) === chosenGenre);
    const order = [...new Set([...namedItems, ...names.keys()])].filter(mayBeNamed);
    const first = picked === null ? [] : [candidate(picked, shorten(facts.title(picked), 2 * MAX_NAME_LENGTH))];
    const candidates = [...first, ...order.map((item) => candidate(item, names.get(item)))];
    const maxNames = Math.max(4, Math.round((size.width * size.height) / NAME_AREA));
    const placed = placeNames(candidates, size, maxNames);
    for (const [position, { align, dx, dy }] of placed) {
      const { item, name, x, y } = candidates[position];
      if (item === picked) setFont(700);
      write(name, x + dx, y + dy, align);
      if (item === picked) setFont(400);
    }
    namedItems = placed.map(([position]) => candidates[position].item).filter((item) => names.has(item));
  };

  return {
    measure,
    // `frame` is one of motion.js; `picked` an item or null, `outlined` a set of items, `genre` a number or null; with
    // `direction`, a vector or null, the place of 0 is shown and which way the vector points.
    paint({ points, extent }, { picked, outlined, genre, direction }) {
      if (!size.width || !size.height) return;
      toPixels = projection(extent);
      shownPoints = points;
      markTheme(canvas);
      context.clearRect(0, 0, size.width, size.height);
      if (direction) drawOrigin();
      drawPoints(genre);
      if (direction) drawDirection(direction);
      context.strokeStyle = themeColour("--ink");
      for (const item of items) if (outlined.has(item)) ring(item, 0.5, 1.2);
      if (picked !== null) {
        context.strokeStyle = themeColour("--accent");
        ring(picked, 4, 2.5);
      }
      drawNames(picked, genre);
    },
    // The item nearest to a place, at most `reach` from its edge; null where there is none.
    itemAt(x, y, reach) {
      if (!toPixels) return null;
      let [nearest, least] = [null, reach];
      for (const item of items) {
        const [px, py] = placeOf(item);
        const distance = Math.hypot(px - x, py - y) - radii[item];
        if (distance < least) [nearest, least] = [item, distance];
      }
      return nearest;
    },
    placeOf,
  };
}
