// The arrays that towers begin with: noise, or the linear towers of the closed form.
import { fitClosedForm } from "./closed_form.js";
import { equalHistories } from "./histories.js";
import { randomMatrix, WeightedSum } from "./layers.js";
import { MAX_CLOSED_FORM_ITEMS } from "./limits.js";
import { Matrix } from "./matrix.js";
import { logShares } from "./ratings.js";

const copyOf = ({ rows, columns, values }) => new Matrix(rows, columns, values.slice());

const usesClosedForm = (settings, nItems) => settings.closedForm && nItems <= MAX_CLOSED_FORM_ITEMS;

// {base: {users, items, bias}, deep: {pool, items, bias}, linear}: the last are the linear towers where scores are
// those of them, else null. `random` gives a generator by its name; `onShare` is called with the share of the work that
// is done.
export function* createStarts(ratings, isTemporal, settings, random, onShare) {
  if (!usesClosedForm(settings, ratings.nItems)) return noise(ratings, settings, random);
  const linear = yield* fitClosedForm(ratings, isTemporal, settings.dim, random("start"), onShare);
  const everyone = Int32Array.from({ length: ratings.nUsers }, (_, u) => u);
  const [users] = yield* new WeightedSum(linear.history).forward(equalHistories(ratings, everyone));
  const isDot = settings.similarity === "dot"; // by direction alone, scores are others, and popularity is not among them
  const newBias = () => (isDot ? new Float64Array(ratings.nItems) : logShares(ratings));
  return {
    base: { users, items: copyOf(linear.items), bias: newBias() },
    deep: { pool: copyOf(linear.history), items: copyOf(linear.items), bias: newBias() },
    linear: isDot ? linear : null,
  };
}

function noise(ratings, { dim, initialScale }, random) {
  const [ofBase, ofDeep] = [random("base"), random("deep")];
  const vectors = (n, generator) => randomMatrix(n, dim, initialScale, generator);
  // The best bias without any vectors: a softmax of log q gives each item its share of the ratings.
  const newBias = () => logShares(ratings);
  const { nUsers, nItems } = ratings;
  return {
    base: { users: vectors(nUsers, ofBase), items: vectors(nItems, ofBase), bias: newBias() },
    deep: { pool: vectors(nItems, ofDeep), items: vectors(nItems, ofDeep), bias: newBias() },
    linear: null,
  };
}
