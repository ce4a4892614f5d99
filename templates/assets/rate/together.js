// A list for two people: the visitor, and whoever sent the link that is open.
import { element } from "../shared/element.js";
import { formatPercent } from "../shared/format.js";
import { t } from "../shared/strings.js";
import { chooseBest, createAnswer } from "./answer.js";
import { standardDeviation } from "./discovery.js";

// By the name of the choice: how much an item is for both, from how much it is for each.
const COMBINE = {
  least: Math.min, // least misery: as much as for the less keen
  mean: (first, second) => (first + second) / 2,
};

// In standard deviations above the mean over all items: the scores of two people are not on one scale.
export function standardize(scores) {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviation = standardDeviation(scores) || 1;
  return scores.map((score) => (score - mean) / deviation);
}

// The part of the first in what speaks for an item, from 0 to 1; what speaks against it counts as nothing.
export function shareOf(first, second) {
  const [firstGain, secondGain] = [Math.max(first, 0), Math.max(second, 0)];
  return firstGain + secondGain ? firstGain / (firstGain + secondGain) : 0.5;
}

// The list has at most `nListed` items; `getDiscovery()` is 0 to 1.
export function createTogether(box, tower, items, state, nListed, getDiscovery) {
  const list = box.querySelector("ol");
  const notes = [...box.querySelectorAll("[data-how]")];
  const choices = [...box.querySelectorAll("input")];
  const [own, linked] = [createAnswer(tower, items), createAnswer(tower, items)];

  const createLine = (row, share) => {
    const link = element("a", { href: items.href(row) }, element("bdi", {}, items.title(row)));
    const name = element("span", {}, link, " ", element("small", {}, items.year(row)));
    const words = t("rate.both.shares", { yours: formatPercent(share), theirs: formatPercent(1 - share) });
    const bar = element("span", { class: "rate-share", "aria-hidden": "true", style: `--share:${share.toFixed(3)}` });
    return element("li", {}, name, bar, element("p", {}, words));
  };

  const draw = () => {
    const how = choices.find((choice) => choice.checked).value;
    const [ownScores, linkedScores] = [own, linked].map(({ scores }) => standardize(scores));
    const scores = ownScores.map((score, row) => COMBINE[how](score, linkedScores[row]));
    const match = own.match.map((value, row) => COMBINE[how](value, linked.match[row]));
    const rated = [...own.rated, ...linked.rated].map(([row]) => row);
    const excluded = [...rated, ...[...state.ownUnwanted, ...state.unwanted].map(items.row)];
    const best = chooseBest({ tower, items }, scores, match, excluded, getDiscovery()).slice(0, nListed);
    list.replaceChildren(...best.map(([row]) => createLine(row, shareOf(ownScores[row], linkedScores[row]))));
    for (const note of notes) note.hidden = note.dataset.how !== how;
  };

  for (const choice of choices) choice.addEventListener("change", draw);

  return {
    // Hidden unless a link is open and the visitor has ratings too.
    show() {
      own.setRatings(state.isLinked ? state.ownRatings : []);
      linked.setRatings(state.isLinked ? state.ratings : []);
      box.hidden = !own.user || !linked.user;
      if (!box.hidden) draw();
    },
  };
}
