// The nearest items of each item, in every model. Loaded when an item is picked for the first time.
import { decodeArray, decodeBits } from "../shared/decode.js";
import { marquee } from "../shared/marquee.js";
import { describeFailure } from "../shared/outdated.js";
import { t } from "../shared/strings.js";
import { items } from "./items.js";

// Returns `neighboursOf(model, row)`: pairs [row, similarity in hundredths], most similar first; null while they load,
// then `onLoad()` is called; a sentence if they could not be loaded.
export function createNeighbours(onLoad) {
  let data = null; // as similar_facts() in recsys/site/pages/map.py
  let failure = null; // why they could not be loaded
  const arraysByModel = new Map();

  const load = async () => {
    try {
      data = await marquee.load("similar");
    } catch (problem) {
      failure = describeFailure(problem, t("map.panel.failed"));
    }
    onLoad();
  };

  const arraysOf = (model) => {
    if (!arraysByModel.has(model)) {
      const { rows, similarities } = data.models[model] ?? { rows: "", similarities: "" };
      arraysByModel.set(model, { rows: decodeBits(rows, data.bits), similarities: decodeArray(similarities, "int8") });
    }
    return arraysByModel.get(model);
  };

  return function neighboursOf(model, row) {
    if (failure) return failure;
    if (!data) {
      load();
      return null;
    }
    const { rows, similarities } = arraysOf(model); // (n items * n_neighbours,) each
    const start = row * data.n_neighbours;
    const neighbours = Array.from({ length: data.n_neighbours }, (_, n) => [rows[start + n], similarities[start + n]]);
    return neighbours.filter(([neighbour]) => neighbour < items.n); // the rest is padding
  };
}
