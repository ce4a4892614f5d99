// The nearest films of each film, in every model. Loaded when a film is picked for the first time.
"use strict";

globalThis.marqueeMap.makeNear = (loaded) => {
  let told = null; // as similar_facts in recsys/pages/map.py says; undefined where it could not be loaded
  const bytes = new Map(); // by model name, once decoded

  const bytesOf = (model) => {
    if (!bytes.has(model)) bytes.set(model, Uint8Array.from(atob(told.models[model] ?? ""), (letter) => letter.charCodeAt(0)));
    return bytes.get(model);
  };

  // Pairs [row, cosine in hundredths], most similar first; null while they load, undefined where they do not.
  return (model, row) => {
    if (told === undefined) return undefined;
    if (!told) {
      globalThis.marqueeLoad("similar").then(
        (found) => (told = found),
        () => (told = undefined),
      ).then(loaded);
      return null;
    }
    const { places, width } = told;
    const all = bytesOf(model);
    return Array.from({ length: places }, (_, place) => {
      const one = [...all.subarray((row * places + place) * (width + 1)).subarray(0, width + 1)];
      const hundredths = one.pop() - 100;
      return [one.reduceRight((value, byte) => 256 * value + byte, 0), hundredths];
    }).filter(([near]) => near < globalThis.marqueeMap.films.n);
  };
};
