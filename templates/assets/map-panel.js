// The panel about the film that was picked: its facts, its nearest films in the model shown, the way to its page.
"use strict";

globalThis.marqueeMap.makePanel = (box, said, change) => {
  const { films } = globalThis.marqueeMap;
  const N_FIRST = 6;
  const hint = [...box.childNodes];
  let shown = null;

  const element = (name, className, ...content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  };

  const button = (className, act, ...content) => {
    const made = element("button", className, ...content);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };

  const link = (className, row, text) => {
    const made = element("a", className, element("bdi", "", text));
    made.href = films.hrefs[row];
    return made;
  };

  const neighbour = ([row, hundredths]) => {
    const title = element("bdi", "", films.titles[row]);
    const year = element("small", "", films.years[row] ?? "");
    const score = element("span", "", (hundredths / 100).toFixed(2).replace("-", "−"));
    const near = button("near", () => change({ row }), title, " ", year);
    near.dataset.row = row;
    return element("li", "", near, score);
  };

  // Somewhere to begin: the films that most people know.
  const beginnings = () => {
    const known = films.titles.map((_, row) => row).sort((a, b) => films.ratings[b] - films.ratings[a] || a - b);
    const items = known.slice(0, N_FIRST).map((row) => {
      const title = element("bdi", "", films.titles[row]);
      return element("li", "", button("near", () => change({ row }), title, " ", element("small", "", films.years[row] ?? "")));
    });
    const head = element("h2", "list-head", "Or begin with one of these ");
    head.append(element("small", "", "most rated"));
    return [...hint, head, element("ol", "", ...items)];
  };

  const list = (model, near) => {
    if (near === null) return [element("p", "muted", "Loading the nearest films…")];
    if (near === undefined) return [element("p", "muted", "The nearest films could not be loaded.")];
    if (!near.length) return [element("p", "muted", "No film is near it in this model.")];
    const head = element("h3", "list-head", `Nearest in ${model} `);
    head.append(element("small", "", "cosine"));
    return [head, element("ol", "", ...near.map(neighbour))];
  };

  const picture = (row, model, near) => {
    const head = element("h2", "", link("", row, films.titles[row]));
    head.tabIndex = -1;
    const facts = element("dl", "film-facts");
    const fact = (name, value) => value && facts.append(element("dt", "", name), element("dd", "", value));
    fact("Year", films.years[row] === null ? "not known" : String(films.years[row]));
    fact("Genres", films.genreNames(row));
    fact("Ratings", films.ratings[row].toLocaleString("en"));
    const page = element("a", "button", "Open its page");
    page.href = films.hrefs[row];
    const acts = element("p", "actions", page, button("button", () => change({ row: -1 }), "Clear"));
    return [head, facts, ...list(model, near), acts];
  };

  return {
    // `near` is a list of pairs [row, cosine in hundredths]; null while it loads, undefined where it does not.
    show({ row, model }, label, near) {
      const now = row < 0 ? "" : `${row} ${model} ${near && near.length}`;
      if (now === shown) return;
      shown = now;
      const hadFocus = box.contains(document.activeElement);
      if (row < 0) {
        box.replaceChildren(...beginnings());
        box.className = "panel film-panel needs-js";
        said.textContent = "";
        if (hadFocus) document.querySelector("[data-map-search] input").focus({ preventScroll: true });
        return;
      }
      box.replaceChildren(...picture(row, label, near));
      box.className = `panel film-panel needs-js m-${model}`;
      // The button that was pressed is gone: the reader goes on at the top of what came in its place.
      if (hadFocus) box.querySelector("h2").focus({ preventScroll: true });
      if (near) said.textContent = `${films.titles[row]} is picked; ${films.count(near.length, "nearest film")} listed.`;
    },
  };
};
