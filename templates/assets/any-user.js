// The one page for all users of a large site: shows the user whose id stands in its address after the #, from the shard
// that has them. What a record holds: recsys/pages/shards.py. All of it is shown as text.
"use strict";

{
  const { address, idIn, find, idAt } = globalThis.marqueeUsers;
  const box = document.querySelector("[data-any-user]");
  const at = (name) => box.querySelector(`[data-${name}]`);
  const names = JSON.parse(document.getElementById("any-user-facts").textContent);
  const before = { title: document.title, name: at("name").textContent };
  const input = box.querySelector("input");
  const lists = [...box.querySelectorAll("[data-list]")];
  let films = null; // as in data-films.js
  let asked = 0; // the latest wish wins, however long an earlier one takes

  const element = (name, attributes = {}, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content);
    return made;
  };

  const many = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;
  const minus = (text) => text.replace("-", "−");
  const fixed = (hundredths) => (hundredths === null ? "–" : minus((hundredths / 100).toFixed(2)));
  const signed = (hundredths) => (hundredths > 0 ? "+" : "") + fixed(hundredths);
  const title = (film) => element("bdi", {}, films[film][0]);
  const named = (id) => id || "(empty id)";
  const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n], flat[2 * n + 1]]);
  const show = (part, isShown) => (part.hidden = !isShown);
  const row = (...cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, ...[cell].flat())));

  const link = (film) => {
    const [, year, slug] = films[film];
    const made = element("a", { href: `films/${slug}.html` }, title(film));
    return year === null ? [made] : [made, ` ${year}`];
  };

  const reasons = (model, film, why, withheld) => {
    const sign = model === "deep" ? signed : fixed;
    const parts = pairs(why).map(([one, strength]) => [title(one), `\u00a0${sign(strength)}`]);
    if (withheld) parts.push([element("em", {}, `${withheld} withheld`)]);
    if (parts.length) return [element("p", {}, ...parts.flatMap((part, n) => (n ? [" · ", ...part] : part)))];
    return model === "deep" && film >= 0 ? [element("p", { class: "none" }, "no single film")] : [];
  };

  const recommended = (model, shared) => ([film, score, isHit, withheld, ...why], n) => {
    const marks = [];
    if (shared.has(film)) marks.push(" ", element("i", {}, "both"));
    if (isHit) marks.push(" ", element("b", {}, "hit"));
    const what = film < 0 ? [element("em", {}, "withheld")] : link(film);
    return row(`${n + 1}`, [...what, ...marks, ...reasons(model, film, why, withheld)], fixed(score));
  };

  const drawList = (part, rows, shared, hasHidden) => {
    const model = part.dataset.list;
    const find = (name) => part.querySelector(`[data-${name}]`);
    part.querySelector("tbody").replaceChildren(...rows.map(recommended(model, shared)));
    show(part.querySelector("table"), rows.length);
    show(find("nothing"), !rows.length);
    find("hits").textContent = many(rows.filter(([, , isHit]) => isHit).length, "hit");
    show(find("hits"), hasHidden);
    show(find("note"), rows.some((one) => model === "deep" || one.length > 4 || one[3]));
    const none = find("if-none");
    if (none) show(none, rows.some(([film, , , withheld, ...why]) => film >= 0 && !withheld && !why.length));
  };

  const drawGenres = (genres) => {
    const letters = lists.map((part) => part.dataset.list[0]);
    const largest = Math.max(1, ...genres.flatMap(([, ...shares]) => shares));
    const table = at("genres").querySelector("table");
    table.style.setProperty("--m", largest);
    table.tBodies[0].replaceChildren(
      ...genres.map(([genre, rated, ...shares]) => {
        const head = element("th", {}, element("bdi", {}, names.genres[genre]));
        head.style.setProperty("--r", rated);
        shares.forEach((share, n) => head.style.setProperty(`--${letters[n]}`, share ?? 0));
        const cells = [rated, ...shares].map((share) => element("td", {}, share === null ? "–" : `${share}%`));
        return element("tr", {}, head, ...cells);
      }),
    );
    show(at("genres"), genres.length);
  };

  const drawHidden = (ranks, baselines) => {
    const part = at("hidden");
    part.querySelector("tbody").replaceChildren(
      ...ranks.map(([model, median, ...counts]) => {
        const { list } = lists[model].dataset;
        const label = lists[model].querySelector("h2").textContent.replace(/ recommends$/, "");
        const cells = [...counts, median].map((value) => element("td", {}, `${value}`));
        return element("tr", {}, element("th", { class: `m-${list}` }, label), ...cells);
      }),
    );
    for (const one of part.querySelectorAll("[data-if-ranks]")) show(one, ranks.length);
    const hits = pairs(baselines).map(([place, n]) => `${names.baselines[place]} ${n}`);
    at("baselines").textContent = hits.length ? `Hits of the baselines: ${hits.join(", ")}` : "";
    show(part, ranks.length || hits.length);
  };

  const draw = (id, [nTrain, nHidden, rated, found, genres, ranks, baselines]) => {
    at("name").replaceChildren("User ", element("bdi", {}, named(id)));
    document.title = `User ${named(id)} · Marquee`;
    const fact = (n, text) => element("span", {}, element("b", {}, n.toLocaleString("en")), text);
    const toLearn = fact(nTrain, ` rating${nTrain === 1 ? "" : "s"} to learn from`);
    at("facts").replaceChildren(toLearn, " ", fact(nHidden, " hidden"));
    const best = pairs(rated);
    at("rated-head").textContent = `Their top ${best.length || "rated"}`;
    at("rated").replaceChildren(...best.map(([film, rating], n) => row(`${n + 1}`, link(film), `${rating}`)));
    show(at("rated").closest("table"), best.length);
    show(at("nothing-rated"), !best.length);
    const sets = found.map((rows) => new Set(rows.map(([film]) => film).filter((film) => film >= 0)));
    const shared = new Set(sets.length > 1 ? [...sets[0]].filter((film) => sets[1].has(film)) : []);
    lists.forEach((part, n) => drawList(part, found[n] ?? [], shared, nHidden > 0));
    drawGenres(genres);
    drawHidden(ranks, baselines);
    show(box.querySelector("li[data-if-hidden]"), nHidden);
    show(at("if-withheld"), found.flat().some(([film, , , withheld]) => film < 0 || withheld));
  };

  // Neighbours in the order of the shards.
  const page = async ({ n, place }, mine) => {
    const { size, n: all } = await globalThis.marqueeLoad("users");
    const here = n * size + place;
    for (const [name, to] of [["previous", here - 1], ["next", here + 1]]) {
      const id = to < 0 || to >= all ? null : await idAt(to);
      if (mine !== asked) return;
      show(at(name), id !== null);
      if (id !== null) at(name).href = address(id);
    }
  };

  const state = (name, isOfUser) => {
    for (const part of ["shown", "facts"]) show(at(part), isOfUser);
    for (const part of ["about", "first"]) show(at(part), !isOfUser);
    if (isOfUser) return;
    for (const part of ["previous", "next"]) show(at(part), false);
    at("name").textContent = name;
    document.title = before.title;
  };

  const say = (text, seen = "") => {
    at("said").className = "muted";
    at("said").textContent = text;
    at("none").textContent = seen;
    show(at("none"), seen);
  };

  const open = async () => {
    const id = idIn(location.hash);
    if (id === null && location.hash) return; // the link past the head of the page
    const mine = (asked += 1);
    if (id === null) {
      state(before.name, false);
      return say("");
    }
    say("Loading…");
    try {
      const [listed, user] = await Promise.all([globalThis.marqueeLoad("films"), id === undefined ? null : find(id)]);
      if (mine !== asked) return;
      films = listed;
      if (!user) {
        state("Users", false);
        input.value = id ?? "";
        return say("", id === undefined ? "This address names no user: what follows the # cannot be read." : `There is no user ${named(id)}.`);
      }
      draw(id, user.shard.users[user.place]);
      state("", true);
      input.value = id;
      say("");
      at("said").className = "vh";
      at("said").textContent = `User ${named(id)} is shown`;
      await page(user, mine).catch(() => ["previous", "next"].forEach((part) => mine === asked && show(at(part), false)));
    } catch {
      if (mine === asked) {
        state("Users", false);
        say("", "This user could not be loaded. Reload the page to try again.");
      }
    }
  };

  at("choose").addEventListener("submit", (event) => {
    event.preventDefault();
    const id = input.value.trim();
    if (!id) return;
    const to = address(id);
    if (to === location.href) open();
    else location.href = to;
  });
  addEventListener("hashchange", open);
  open();
}
