// What the map shows, written to and read from the part of the address after #. An address may hold anything: whatever
// does not make sense is ignored.
import { colouringNames } from "./colours.js";
import { itemRow, items, positionsOf } from "./items.js";

const KEYS = ["model", "layout", "colour", "item", "query", "genre", "from", "to", "epoch", "you"];
const MAX_QUERY = 200; // characters
const DEFAULT_MODEL = items.models.at(-1);
export const NEIGHBOURS = "neighbours"; // the layout that has regions
export const PROJECTION = "projection"; // the layout of replays
export const DEFAULT_LAYOUT = items.layouts[0]; // of an address without any, and of the position of a visitor

// The position "x,y" of the visitor on the deep model's map, as the Rate page links to it, moved to the edge of the map
// if it lies beyond.
function parsePosition(text) {
  const match = /^(-?\d{1,6}(?:\.\d{1,6})?),(-?\d{1,6}(?:\.\d{1,6})?)$/.exec(text ?? "");
  if (!match || !items.n || !items.models.includes("deep")) return null;
  return positionsOf("deep", DEFAULT_LAYOUT).map((axis, n) => Math.min(Math.max(Number(match[n + 1]), Math.min(...axis)), Math.max(...axis)));
}

const parseInteger = (text) => (/^\d{1,6}$/.test(text ?? "") ? Number(text) : null);

// Whether a hash says anything about the map: "#content" does not.
export function isMapHash(hash) {
  const params = new URLSearchParams(hash.slice(1));
  return KEYS.some((key) => params.has(key));
}

export function readHash(hash) {
  const params = new URLSearchParams(hash.slice(1));
  const model = params.get("model");
  const layout = params.get("layout");
  const colour = params.get("colour");
  const genres = params.getAll("genre").map((name) => items.genres.indexOf(name));
  return {
    model: items.models.includes(model) ? model : DEFAULT_MODEL,
    layout: items.layouts.includes(layout) ? layout : DEFAULT_LAYOUT,
    colour: colouringNames.includes(colour) ? colour : colouringNames[0],
    row: itemRow(params.get("item")), // the picked item, or -1
    query: (params.get("query") ?? "").slice(0, MAX_QUERY),
    genres: new Set(genres.filter((genre) => genre >= 0)),
    from: parseInteger(params.get("from")), // years
    to: parseInteger(params.get("to")),
    epoch: parseInteger(params.get("epoch")), // null: the replay is closed
    you: parsePosition(params.get("you")),
    selected: [], // rows inside a lasso or box; not in the address, which would become very long
  };
}

export function writeHash(state) {
  const params = new URLSearchParams();
  if (state.model !== DEFAULT_MODEL) params.set("model", state.model);
  if (state.layout !== DEFAULT_LAYOUT) params.set("layout", state.layout);
  if (state.colour !== colouringNames[0]) params.set("colour", state.colour);
  if (state.row >= 0) params.set("item", items.ids[state.row]);
  if (state.query.trim()) params.set("query", state.query.trim());
  for (const genre of [...state.genres].sort((a, b) => a - b)) params.append("genre", items.genres[genre]);
  for (const key of ["from", "to", "epoch"]) if (state[key] !== null) params.set(key, state[key]);
  if (state.you) params.set("you", state.you);
  const text = params.toString();
  return text ? `#${text}` : "";
}

// The layout that is shown: a replay has one alone.
export const shownLayout = (state) => (state.epoch === null ? state.layout : PROJECTION);

// The hash to share: without the visitor's own position.
export const shareHash = (hash) => writeHash({ ...readHash(hash), you: null });
