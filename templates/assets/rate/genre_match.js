// How much a visitor's ratings speak for each item by its genres alone:
//
//   lift of a genre  = log(its share of the visitor's history / its share of all training ratings)
//   match of an item = the mean lift of its genres; 0 of an item without any
//
// The history is padded with average items, as in the tower, so that a few ratings say little. An item in it counts as
// much as its rating weighs, and not at all if it was rated low. The lift is the log of a likelihood ratio: how much more
// often this visitor chooses the genre than everyone. Genres of a small share say more than common ones, and co-ratings
// alone hardly know them: who rates westerns mostly rates what everyone rates, too.
const RAREST_SHARE = 0.01; // of a genre: a rarer one would lift its few items above everything

// `genresOf` are lists of genre numbers and `counts` the training ratings, by row; genres are numbered from 0 to `nGenres` - 1.
export function createGenreMatch(genresOf, counts, nGenres, { weightOf, averageItems }) {
  const addUp = (shares, row, weight) => {
    for (const genre of genresOf[row]) shares[genre] += weight;
  };
  const nRatings = counts.reduce((sum, count) => sum + count, 0) || 1;
  const common = new Float64Array(nGenres);
  for (const [row, count] of counts.entries()) addUp(common, row, count / nRatings);
  const floored = common.map((share) => Math.max(share, RAREST_SHARE));

  // The match of every row for ratings, pairs [row, stars].
  return (ratings) => {
    const ofVisitor = floored.map((share) => averageItems * share);
    let total = averageItems;
    for (const [row, stars] of ratings) {
      const weight = Math.max(weightOf(stars), 0);
      addUp(ofVisitor, row, weight);
      total += weight;
    }
    const lifts = ofVisitor.map((sum, genre) => Math.log(sum / (total * floored[genre])));
    return Float64Array.from(genresOf, (genres) => genres.reduce((sum, genre) => sum + lifts[genre], 0) / (genres.length || 1));
  };
}
