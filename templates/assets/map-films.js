// The films of the map, row by row: what the table of the page and its facts say of them. Draws nothing.
"use strict";

globalThis.marqueeMap = (() => {
  const facts = JSON.parse(document.getElementById("map-facts").textContent);
  const links = [...document.querySelectorAll("[data-places] tbody a")];
  const titles = links.map((link) => link.textContent);
  const { plain, words } = globalThis.marqueeText;
  const rows = new Map(facts.ids.map((id, row) => [id, row]));
  let texts = null; // a film's title and year, and its title without articles, as they are compared

  const films = {
    n: titles.length,
    titles,
    hrefs: links.map((link) => link.getAttribute("href")),
    ids: facts.ids,
    years: facts.years,
    ratings: facts.ratings,
    genres: facts.genres,
    of: facts.of,
    models: Object.keys(facts.places),
    places: facts.places,
    losses: facts.losses,

    row: (id) => rows.get(id) ?? -1,
    genreNames: (row) => facts.of[row].map((genre) => facts.genres[genre]).join(", "),
    count: (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`,

    // Rows whose title and year contain every word, those that begin with the query first, then by ratings.
    find(query) {
      const wanted = words(query);
      if (!wanted.length) return [];
      texts ??= titles.map((title, row) => [plain(`${title} ${facts.years[row] ?? ""}`), words(title).join(" ")]);
      const whole = wanted.join(" ");
      const rank = (row) => (texts[row][1].startsWith(whole) ? 0 : 1);
      return titles
        .map((_, row) => row)
        .filter((row) => wanted.every((word) => texts[row][0].includes(word)))
        .sort((a, b) => rank(a) - rank(b) || facts.ratings[b] - facts.ratings[a]);
    },
  };
  return { films };
})();
