// What is seen of the map, as the part of the address after #, and back. Whatever stands there may be wrong.
"use strict";

{
  const { films } = globalThis.marqueeMap;
  const COLOURS = ["model", "genre", "year", "popularity"];
  const KEYS = ["model", "colour", "film", "query", "genre", "from", "to", "epoch", "you"];

  const { places } = films;

  // Where a visitor of the Rate page stands on the deep model's map, "x,y"; on its edge, if it is beyond.
  const spot = (text) => {
    const found = /^(-?\d{1,6}(?:\.\d{1,6})?),(-?\d{1,6}(?:\.\d{1,6})?)$/.exec(text ?? "");
    if (!found || !places.deep?.[0].length) return null;
    return places.deep.map((axis, n) => Math.min(Math.max(Number(found[n + 1]), Math.min(...axis)), Math.max(...axis)));
  };

  const whole = (text) => (/^\d{1,6}$/.test(text ?? "") ? Number(text) : null);

  globalThis.marqueeMap.state = {
    // Whether an address says anything of the map: "#content" does not.
    tells: (hash) => {
      const found = new URLSearchParams(hash.slice(1));
      return KEYS.some((key) => found.has(key));
    },

    read: (hash) => {
      const found = new URLSearchParams(hash.slice(1));
      const model = found.get("model");
      const colour = found.get("colour");
      const genres = found.getAll("genre").map((name) => films.genres.indexOf(name));
      return {
        model: films.models.includes(model) ? model : films.models[0],
        colour: COLOURS.includes(colour) ? colour : COLOURS[0],
        row: films.row(found.get("film")),
        query: (found.get("query") ?? "").slice(0, 200),
        genres: new Set(genres.filter((genre) => genre >= 0)),
        from: whole(found.get("from")),
        to: whole(found.get("to")),
        epoch: whole(found.get("epoch")),
        you: spot(found.get("you")),
      };
    },

    write: (state) => {
      const found = new URLSearchParams();
      if (state.model !== films.models[0]) found.set("model", state.model);
      if (state.colour !== COLOURS[0]) found.set("colour", state.colour);
      if (state.row >= 0) found.set("film", films.ids[state.row]);
      if (state.query.trim()) found.set("query", state.query.trim());
      for (const genre of [...state.genres].sort((a, b) => a - b)) found.append("genre", films.genres[genre]);
      for (const key of ["from", "to", "epoch"]) if (state[key] !== null) found.set(key, state[key]);
      if (state.you) found.set("you", state.you);
      const text = found.toString();
      return text ? `#${text}` : "";
    },

    // An address for others: where this visitor stands is not where they do.
    forOthers(hash) {
      return this.write({ ...this.read(hash), you: null });
    },
  };
}
