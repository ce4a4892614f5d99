// Re-rank a list by discovery: popularity counts against an item, as in recsys/evaluation/reranking.py, and what the
// visitor's genres say counts for it. And the slider for it.

// What the genres of an item count at 1, in standard deviations of the scores. Half of it, 1.25, leaves the lists of new users
// as accurate as they are, on three logs with genres; and three westerns that somebody likes then bring more of them.
const GENRE_STRENGTH = 2.5;

// Scores by row, and more for the genres that a visitor chooses: `match` is of genre_match.js, `discovery` is 0 to 1.
export function addGenreMatch(scores, match, discovery) {
  const strength = discovery * GENRE_STRENGTH * standardDeviation(scores);
  return scores.map((score, row) => score + strength * match[row]);
}

export function standardDeviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

// `best` are pairs [row, score], best first; `popularity(row)` is log2 of one more than its training ratings; `discovery`
// is 0 to 1. Returns the same pairs, of which equals stay in their order.
export function rerank(best, popularity, discovery) {
  const popular = best.map(([row]) => popularity(row));
  const popularDeviation = standardDeviation(popular);
  const exchange = popularDeviation > 0 ? standardDeviation(best.map(([, score]) => score)) / popularDeviation : 0;
  const adjusted = best.map((pair, n) => [pair, pair[1] - discovery * exchange * popular[n]]);
  return adjusted.sort((a, b) => b[1] - a[1]).map(([pair]) => pair);
}

// The slider in `box`. It begins where the visitor left it on this site, else where the site has it.
export function createDiscoverySlider(box, store, onChange) {
  const slider = box.querySelector("input");
  slider.value = store.readDiscovery() ?? slider.defaultValue;
  slider.addEventListener("input", onChange);
  slider.addEventListener("change", () => store.writeDiscovery(slider.valueAsNumber));
  return {
    element: box,
    get value() { return slider.valueAsNumber; },
  };
}
