// What colour a film has, and the legend that says so. Colours are the tokens of the style sheet, read anew each time.
"use strict";

{
  const { films } = globalThis.marqueeMap;
  const N_GENRES = 8;
  const N_STEPS = 5;

  const token = globalThis.marqueeColour;

  const element = (name, className, ...content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  };

  const entry = (className, text, n) => {
    const name = element("bdi", "", text);
    return element("li", "", element("span", `swatch ${className}`), name, element("small", "", n.toLocaleString("en")));
  };

  const channels = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map(Number);

  // From the ranks of values, not the values: half the films were rated by few, half are of three years.
  const ramp = (values, unknown) => {
    const steps = Array.from({ length: N_STEPS }, (_, n) => channels(token(`--seq-${n + 1}`)));
    const known = values.filter((value) => value !== null).sort((a, b) => a - b);
    const shares = new Map();
    known.forEach((value, n) => {
      const [first] = shares.get(value) ?? [n];
      shares.set(value, [first, n]);
    });
    const other = token("--cat-other");
    const shade = (share) => {
      const at = Math.min(share * (N_STEPS - 1), N_STEPS - 1.001);
      const [one, two] = [steps[Math.floor(at)], steps[Math.floor(at) + 1]];
      return `rgb(${one.map((part, n) => Math.round(part + (two[n] - part) * (at % 1))).join(" ")})`;
    };
    const colours = new Map([[null, other]]);
    for (const [value, [first, last]] of shares) {
      colours.set(value, shade(known.length > 1 ? (first + last) / 2 / (known.length - 1) : 1));
    }
    const marks = element("span", "ramp-marks");
    if (known.length) {
      for (let n = 0; n < N_STEPS; n++) {
        marks.append(element("span", "", String(known[Math.round((n / (N_STEPS - 1)) * (known.length - 1))])));
      }
    }
    const legend = [element("div", "ramp", element("span", "ramp-bar"), marks)];
    const n_unknown = values.length - known.length;
    if (n_unknown) legend.push(element("ul", "", entry("cat-other", unknown, n_unknown)));
    return { fill: values.map((value) => colours.get(value)), legend };
  };

  const kinds = {
    model: (model) => ({ fill: new Array(films.n).fill(token(`--${model}`)), legend: [] }),

    genre: () => {
      const colours = [...Array(N_GENRES).keys()].map((n) => token(`--cat-${n + 1}`));
      const other = token("--cat-other");
      const firsts = films.of.map((genres) => genres.find((genre) => genre < N_GENRES) ?? -1);
      const list = element("ul", "");
      const n_of = (genre) => firsts.filter((first) => first === genre).length;
      films.genres.slice(0, N_GENRES).forEach((name, genre) => {
        list.append(entry(`cat-${genre + 1}`, name, n_of(genre)));
      });
      if (n_of(-1)) list.append(entry("cat-other", "other", n_of(-1)));
      const note = element("p", "", "The first of a film’s genres that is among the most common.");
      return { fill: firsts.map((genre) => colours[genre] ?? other), legend: [list, note] };
    },

    year: () => {
      const { fill, legend } = ramp(films.years, "year not known");
      return { fill, legend: [...legend, element("p", "", "By year: as many films between each two marks.")] };
    },

    popularity: () => {
      const { fill, legend } = ramp(films.ratings, "");
      return { fill, legend: [...legend, element("p", "", "By number of ratings: as many films between each two marks.")] };
    },
  };

  // The colour of every film, and the elements of the legend.
  globalThis.marqueeMap.colouring = (kind, model) => kinds[kind](model);
}
