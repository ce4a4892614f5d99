// What is known of items: their genres as 0 and 1, and the year with mean 0 and standard deviation 1.
import { Matrix } from "./matrix.js";
import { standardised } from "./usual_range.js";

// (nItems, genres + 1); an unknown year is the mean. Without columns where the log knows neither.
export function itemFeatures({ nItems, genres, years }) {
  if (!genres && !years) return new Matrix(nItems, 0);
  const nGenres = genres ? genres.names.length : 0;
  const features = new Matrix(nItems, nGenres + 1);
  genres?.ofItem.forEach((indices, item) => {
    for (const genre of indices) features.values[item * features.columns + genre] = 1;
  });
  const isKnown = (item) => Number.isFinite(years[item]) && years[item] !== 0; // no calendar has a year 0
  const known = years ? [...years.keys()].filter(isKnown) : [];
  standardised(Float64Array.from(known, (item) => years[item])).forEach((value, n) => {
    features.values[known[n] * features.columns + nGenres] = value;
  });
  return features;
}
