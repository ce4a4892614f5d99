// The users whose taste is nearest to a visitor's. No user's own vector is published, for films could be read out of it;
// but each user's ten best films are on a page, and the same tower reads these as it reads a visitor's ratings.
"use strict";

globalThis.marqueeRate.makePeople = (box, tower, films) => {
  const { element, arrange, count } = globalThis.marqueeRate.parts;
  const SHOWN = 5;
  const LIKED = 4; // stars
  const NAMED = 3; // films
  const AT_ONCE = 100; // users that are read between two pauses, so that no click waits
  const list = element("ol");
  const note = element("p", { class: "note" });
  box.append(list, note);
  const lines = new Map(); // by user id

  const dot = (one, two) => one.reduce((sum, value, k) => sum + value * two[k], 0);
  const scaled = (vector) => {
    const length = Math.sqrt(dot(vector, vector)) || 1;
    return vector.map((value) => value / length);
  };

  // Pairs [row, stars] of the user at a place among those who are told.
  const ratingsOf = (bytes, most, place) =>
    Array.from({ length: most }, (_, n) => {
      const [low, high, stars] = [0, 1, 2].map((k) => bytes.charCodeAt(3 * (most * place + n) + k));
      return [low + 256 * high, stars];
    }).filter(([row]) => row < tower.n);

  const load = async () => {
    const [told, users] = await Promise.all(["people", "users"].map(globalThis.marqueeLoad));
    const bytes = atob(told.films);
    const found = [];
    for (const [n, place] of told.users.entries()) {
      if (n % AT_ONCE === 0) await new Promise((go) => setTimeout(go));
      const [id, slug] = told.ids ? [told.ids[n]] : users[place];
      const ratings = ratingsOf(bytes, told.most, n);
      found.push({ id, slug, ratings, direction: scaled(tower.vector(ratings)) });
    }
    const all = told.ids ? users.n : users.length;
    const some = found.length < all ? `, among ${found.length.toLocaleString("en")} of ${count(all, "user")}` : "";
    note.textContent = `Nearest by the cosine of two vectors${some}: the tower reads each user’s ten best films as it reads your ratings.`;
    return found;
  };

  const line = ({ id, slug }) => {
    const [cosine, shared] = [element("span"), element("p")];
    const link = element("a", { href: globalThis.marqueeUsers.address(id, slug) }, element("bdi", {}, `User ${id}`));
    return { element: element("li", {}, link, cosine, shared), cosine, shared };
  };

  const alike = (ratings, liked) => {
    const both = ratings.filter(([row, stars]) => liked.has(row) && stars >= LIKED).map(([row]) => films.title(row));
    const named = both.slice(0, NAMED).flatMap((title, n) => [n ? " · " : "also likes ", element("bdi", {}, title)]);
    if (both.length > NAMED) named.push(` and ${both.length - NAMED} more`);
    return named.length ? named : ["none of yours among the ten best"];
  };

  const draw = (people, vector, rated) => {
    const [liked, direction] = [new Set(rated.filter(([, stars]) => stars >= LIKED).map(([row]) => row)), scaled(vector)];
    const found = people.map((one) => [one, dot(one.direction, direction)]).sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
    arrange(list, found.map(([one, cosine]) => {
      if (!lines.has(one.id)) lines.set(one.id, line(one));
      const drawn = lines.get(one.id);
      drawn.cosine.textContent = cosine.toFixed(2).replace("-", "−");
      drawn.shared.replaceChildren(...alike(one.ratings, liked));
      return drawn.element;
    }));
    box.hidden = !found.length;
  };

  let people = null;
  let loading = null;
  let last = null; // what is to be shown once they are here

  return {
    // Nothing for the vector null; `rated` are the pairs [row, stars] that it is of.
    async show(vector, rated) {
      last = vector && [vector, rated];
      if (!vector) box.hidden = true;
      else if (people) draw(people, vector, rated);
      else {
        try {
          loading ??= load();
          people = await loading;
          if (last) draw(people, ...last);
        } catch {
          loading = null; // the next rating tries again
        }
      }
    },
  };
};
