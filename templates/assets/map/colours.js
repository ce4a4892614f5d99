// The colour of every item, and the legend that explains it. Colours come from the style sheet's variables, read anew
// each time, for the theme may have changed.
import { themeColour } from "../shared/theme_colours.js";
import { element } from "../shared/element.js";
import { formatCount } from "../shared/format.js";
import { t } from "../shared/strings.js";
import { hasYears, items } from "./items.js";

const N_GENRES = 8; // that have a colour
const N_STEPS = 5; // colours of a sequence

function legendEntry(className, label, n) {
  const swatch = element("span", { class: `swatch ${className}` });
  return element("li", {}, swatch, element("bdi", {}, label), element("small", {}, formatCount(n)));
}

// "rgb(1, 2, 3)" -> [1, 2, 3]
const toChannels = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);

// A function from a share between 0 and 1 to a colour, linear between the steps of the sequence.
function sequenceScale() {
  const steps = Array.from({ length: N_STEPS }, (_, n) => toChannels(themeColour(`--seq-${n + 1}`)));
  return (share) => {
    const position = Math.min(share * (N_STEPS - 1), N_STEPS - 1.001); // below the last step, so that one follows
    const [low, high] = [steps[Math.floor(position)], steps[Math.floor(position) + 1]];
    return `rgb(${low.map((channel, n) => Math.round(channel + (high[n] - channel) * (position % 1))).join(" ")})`;
  };
}

// Five values of the sorted ones, at even distances, below the bar of colours.
function scaleLegend(sorted, format) {
  const marks = element("span", { class: "ramp-marks" });
  for (let n = 0; sorted.length && n < N_STEPS; n++) {
    marks.append(element("span", {}, format(sorted[Math.round((n / (N_STEPS - 1)) * (sorted.length - 1))])));
  }
  return element("div", { class: "ramp" }, element("span", { class: "ramp-bar" }), marks);
}

// Colours by the rank of a value, not by the value: half the items have few ratings, and half are from three years, so
// that by value most would have one colour. Equal values share the mean of their ranks.
function colourByRank(values, unknownLabel, format) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const rankRanges = new Map(); // value -> [first rank, last rank]
  sorted.forEach((value, rank) => {
    const [first] = rankRanges.get(value) ?? [rank];
    rankRanges.set(value, [first, rank]);
  });
  const scale = sequenceScale();
  const colours = new Map([[null, themeColour("--cat-other")]]);
  for (const [value, [first, last]] of rankRanges) {
    colours.set(value, scale(sorted.length > 1 ? (first + last) / 2 / (sorted.length - 1) : 1));
  }
  const legend = [scaleLegend(sorted, format)];
  const nUnknown = values.length - sorted.length;
  if (nUnknown) legend.push(element("ul", {}, legendEntry("cat-other", unknownLabel, nUnknown)));
  return { fill: values.map((value) => colours.get(value)), legend };
}

function colourByGenre() {
  const colours = [...Array(N_GENRES).keys()].map((n) => themeColour(`--cat-${n + 1}`));
  const otherColour = themeColour("--cat-other");
  const shownGenres = items.genresOf.map((genres) => genres.find((genre) => genre < N_GENRES) ?? -1);
  const list = element("ul");
  const countOf = (genre) => shownGenres.filter((shown) => shown === genre).length;
  items.genres.slice(0, N_GENRES).forEach((name, genre) => {
    list.append(legendEntry(`cat-${genre + 1}`, name, countOf(genre)));
  });
  if (countOf(-1)) list.append(legendEntry("cat-other", t("map.legend.rest"), countOf(-1)));
  const note = element("p", {}, t("map.legend.genre"));
  return { fill: shownGenres.map((genre) => colours[genre] ?? otherColour), legend: [list, note] };
}

function withNote({ fill, legend }, note) {
  return { fill, legend: [...legend, element("p", {}, note)] };
}

const colourings = {
  genre: colourByGenre,
  model: (model) => ({ fill: new Array(items.n).fill(themeColour(`--m-${model}`)), legend: [] }),
  year: () => withNote(colourByRank(items.years, t("map.legend.year_unknown"), String), t("map.legend.year")),
  popularity: () => withNote(colourByRank(items.nRatings, "", formatCount), t("map.legend.popularity")),
};

// Those that tell items of this site apart; the first is what the map opens with.
export const colouringNames = Object.keys(colourings).filter(
  (name) => (name !== "genre" || items.genres.length) && (name !== "year" || hasYears),
);

// `fill` is the colour of every item, `legend` a list of elements.
export const colourItems = (colouring, model) => colourings[colouring](model);
