// The films that the tower recommends, with its reasons; each can be said to be of no interest.
"use strict";

globalThis.marqueeRate.makeList = (box, films, act) => {
  const { element, button, arrange, fixed } = globalThis.marqueeRate.parts;
  const [list, left, heard] = ["[data-films]", "[data-left]", "[data-heard]"].map((one) => box.querySelector(one));
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
  const lines = new Map(); // by row
  let told = "";
  let tops = new Map();

  const refuse = (row) => {
    const place = [...list.children].indexOf(lines.get(row).element);
    act.want(films.id(row), false);
    const next = list.children[Math.min(place, list.children.length - 1)];
    (next?.querySelector("button") ?? box.querySelector("h2")).focus({ preventScroll: true });
  };

  const line = (row) => {
    const title = films.title(row);
    const [score, why] = [element("span", { class: "rate-score" }), element("p", {})];
    const name = element("span", {}, element("a", { href: films.href(row) }, element("bdi", {}, title)));
    name.append(" ", element("small", {}, films.year(row)));
    const label = { class: "rate-off", title: "Not interested", "aria-label": `Not interested in ${title}` };
    const made = element("li", {}, name, score, button(label, () => refuse(row), "×"), why);
    return { element: made, score, why };
  };

  const because = (reasons) => {
    const parts = reasons.flatMap(([row, strength], n) => [
      n ? " · " : "because of ",
      element("bdi", {}, films.title(row)),
      `\u00a0${strength < 0.005 ? "" : "+"}${fixed(strength)}`,
    ]);
    return parts.length ? parts : ["no single film"];
  };

  // Each line glides from where it was to where it is; looked at once a frame, when all else has its place.
  const glide = () => {
    const before = tops;
    tops = new Map([...list.children].map((child) => [child, child.offsetTop]));
    for (const [child, top] of tops) {
      const by = (before.get(child) ?? top) - top;
      if (by) child.animate([{ transform: `translateY(${by}px)` }, {}], { duration: 220, easing: "ease-out" });
    }
  };

  const unwant = (ids) => {
    const rows = ids.map(films.row).filter((row) => row !== undefined);
    left.hidden = !rows.length;
    const back = (row) => {
      const title = films.title(row);
      const label = { class: "chip", "aria-label": `Put ${title} back`, title: "Put it back" };
      const wanted = () => {
        act.want(films.id(row), true);
        (left.querySelector("button") ?? box.querySelector("h2")).focus({ preventScroll: true });
      };
      return element("li", {}, button(label, wanted, element("bdi", {}, title), " ↩"));
    };
    left.querySelector("ul").replaceChildren(...rows.map(back));
  };

  return {
    // `best` are pairs [row, score], `why` their reasons, `unwanted` ids.
    show(best, why, unwanted) {
      best.forEach(([row, score], place) => {
        if (!lines.has(row)) lines.set(row, line(row));
        const one = lines.get(row);
        one.score.textContent = fixed(score);
        one.why.replaceChildren(...because(why[place]));
        one.why.className = why[place].length ? "" : "none";
      });
      arrange(list, best.map(([row]) => lines.get(row).element));
      if (!isCalm.matches) requestAnimationFrame(glide);
      unwant([...unwanted]);
      const first = best.slice(0, 3).map(([row]) => films.title(row)).join(", then ");
      if (first !== told) heard.textContent = first && `Your list begins with ${first}.`;
      told = first;
    },
  };
};
