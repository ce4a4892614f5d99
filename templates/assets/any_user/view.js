// Draw one user from a record of a shard, as shard() in recsys/site/pages/any_user.py writes it. All of it is shown as text.
import { element } from "../shared/element.js";
import { formatCount, formatScore } from "../shared/format.js";
import { SLOT, withElement } from "../shared/slot.js";
import { t } from "../shared/strings.js";

// What a record says of a recommended item, as bits of a sum.
const HIT = 1;
const LIKING_KNOWN = 2;
const LIKED = 4;
const IRRELEVANT = 8; // does not count in the metrics
const BOTH = 16; // in the lists of both models

// Scores come in hundredths; null: not known.
const formatHundredths = (hundredths) => (hundredths === null ? "–" : formatScore(hundredths / 100));
const formatSigned = (hundredths) => (hundredths > 0 ? "+" : "") + formatHundredths(hundredths);

// Scores as lengths of bars, in per cent of the best; as bar_lengths() in recsys/site/pages/user.py.
const MIN_BAR = 4;
function barLengths(scores) {
  const start = Math.min(0, ...scores);
  const best = Math.max(...scores.filter((score) => score !== null));
  const scale = best > start ? 100 / (best - start) : 0;
  return scores.map((score) => Math.max(MIN_BAR, Math.round(scale * (score - start))));
}

// [a, 1, b, 2] -> [[a, 1], [b, 2]]
const toPairs = (flat) => Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n], flat[2 * n + 1]]);

const tableRow = (...cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, ...[cell].flat())));

export const displayName = (id) => id || t("site.no_id");

export function setVisible(part, isVisible) {
  part.hidden = !isVisible;
}

const formatRating = (rating) => rating.toLocaleString(document.documentElement.lang, { maximumSignificantDigits: 9 });

// `box` is the page's [data-any-user]; `names` has the names of genres, models and baselines, by number.
export function createUserView(box, names) {
  const part = (name) => box.querySelector(`[data-${name}]`);
  const listParts = [...box.querySelectorAll("[data-list]")]; // one for each model
  const titleEnd = document.title.slice(Math.max(document.title.lastIndexOf(" · "), 0)); // the name of the site
  let items = null; // as in data-items.js: [title, year, slug]

  const itemTitle = (item) => element("bdi", {}, items[item][0]);

  const itemLink = (item) => {
    const [, year, slug] = items[item];
    const link = element("a", { href: `items/${slug}.html` }, itemTitle(item));
    return year === null ? [link] : [link, ` ${year}`];
  };

  const drawReasons = (areEffects, item, reasons, nWithheld) => {
    const format = areEffects ? formatSigned : formatHundredths;
    const drawStrength = (strength) => element("small", {}, `\u00a0${format(strength)}`);
    const parts = toPairs(reasons).map(([reason, strength]) => [itemTitle(reason), drawStrength(strength)]);
    if (parts.length) return [element("p", {}, ...parts.flatMap((content, n) => (n ? [" · ", ...content] : content)))];
    return areEffects && item >= 0 && !nWithheld ? [element("p", { class: "none" }, t("user.no_reason"))] : [];
  };

  const drawRecommended = (areEffects, matches) => ([item, score, bits, nWithheld, ...reasons], n) => {
    const marks = [];
    const mark = (name, text) => marks.push(marks.length ? "\u00a0" : " ", element(name, {}, text));
    if (bits & BOTH) mark("i", t("user.both"));
    if (bits & HIT) mark("b", t("user.hit"));
    if (bits & LIKED) mark("u", t("user.liked"));
    const title = item < 0 ? [element("em", {}, t("user.withheld"))] : itemLink(item);
    const content = [...title, ...marks, ...drawReasons(areEffects, item, reasons, nWithheld)];
    const row = tableRow(`${n + 1}`, content, formatHundredths(score));
    if (score !== null) row.lastChild.style.setProperty("--w", matches[n]);
    return row;
  };

  const countHits = (rows, { hasLiking, hasIrrelevant }) => {
    const count = (isCounted) => rows.filter(([, , bits]) => isCounted(bits)).length;
    const nHits = count((bits) => bits & HIT);
    const nRelevant = count((bits) => bits & HIT && !(bits & IRRELEVANT));
    const nLiked = count((bits) => bits & LIKED);
    const hasUnnamed = rows.some(([item, , bits]) => item < 0 && bits & HIT);
    const parts = [t("user.hits", { n_hits: nHits })];
    if (nHits && hasLiking) parts.push(t(hasUnnamed ? "user.hits_liked_named" : "user.hits_liked", { n_liked: nLiked }));
    if (hasIrrelevant) parts.push(t("user.hits_relevant", { n_relevant: nRelevant }));
    return parts.join(t("user_view.separator"));
  };

  const drawList = (listPart, rows, marks) => {
    const areEffects = listPart.classList.contains("effect");
    const inList = (name) => listPart.querySelector(`[data-${name}]`);
    const drawRow = drawRecommended(areEffects, barLengths(rows.map(([, score]) => score)));
    listPart.querySelector("tbody").replaceChildren(...rows.map(drawRow));
    setVisible(listPart.querySelector("table"), rows.length);
    setVisible(inList("nothing"), !rows.length);
    inList("hits").textContent = countHits(rows, marks);
    setVisible(inList("hits"), marks.hasHidden);
    setVisible(inList("note"), rows.length);
    setVisible(inList("if-reasons"), rows.some(([, , , , ...reasons]) => reasons.length));
  };

  const drawGenres = (genres) => {
    const models = listParts.map((listPart) => listPart.dataset.list);
    const largestShare = Math.max(1, ...genres.flatMap(([, ...shares]) => shares));
    const table = part("genres").querySelector("table");
    table.style.setProperty("--m", largestShare);
    table.tBodies[0].replaceChildren(
      ...genres.map(([genre, rated, ...shares]) => {
        const heading = element("th", {}, element("bdi", {}, names.genres[genre]));
        heading.style.setProperty("--r", rated);
        shares.forEach((share, n) => {
          heading.style.setProperty(`--p-${models[n]}`, share ?? 0);
        });
        const shareText = (share) => (share === null ? "–" : t("user_view.share", { share }));
        const cells = [rated, ...shares].map((share) => element("td", {}, shareText(share)));
        return element("tr", {}, heading, ...cells);
      }),
    );
    setVisible(part("genres"), genres.length);
  };

  const drawHidden = (ranks, baselines) => {
    const hiddenPart = part("hidden");
    hiddenPart.querySelector("tbody").replaceChildren(
      ...ranks.map(([model, median, ...counts]) => {
        const { list } = listParts[model].dataset;
        const cells = [...counts, median].map((value) => element("td", {}, `${value}`));
        return element("tr", {}, element("th", { class: `m-${list}` }, names.models[model]), ...cells);
      }),
    );
    for (const ranksPart of hiddenPart.querySelectorAll("[data-if-ranks]")) setVisible(ranksPart, ranks.length);
    const hits = toPairs(baselines).map(([baseline, nHits]) =>
      t("user_view.baseline_hits", { baseline: names.baselines[baseline], n_hits: nHits }),
    );
    const list = hits.join(t("user_view.separator"));
    part("baselines").textContent = hits.length ? t("user.baselines", { hits: list }) : "";
    setVisible(hiddenPart, ranks.length || hits.length);
  };

  const drawHead = (id, nTrain, nHidden) => {
    part("name").replaceChildren(...withElement(t("user.name", { id: SLOT }), element("bdi", {}, displayName(id))));
    document.title = t("user.name", { id: displayName(id) }) + titleEnd;
    const fact = (n, text) => element("span", {}, element("b", {}, formatCount(n)), ` ${text}`);
    const trainFact = fact(nTrain, t("user.n_train", { n: nTrain }));
    part("facts").replaceChildren(trainFact, " ", fact(nHidden, t("user.n_hidden")));
  };

  const drawRated = (rated) => {
    const table = part("rated").closest("table");
    const hasRatings = table.tHead.rows[0].cells.length > 2; // not where all are alike
    part("rated-head").textContent = rated.length ? t("user.rated_heading", { n: rated.length }) : t("user.rated_heading_none");
    part("rated").replaceChildren(
      ...rated.map(([item, rating], n) => tableRow(`${n + 1}`, itemLink(item), ...(hasRatings ? [formatRating(rating)] : []))),
    );
    setVisible(table, rated.length);
    setVisible(part("nothing-rated"), !rated.length);
  };

  return function drawUser(allItems, id, [nTrain, nHidden, rated, lists, genres, ranks, baselines]) {
    items = allItems;
    drawHead(id, nTrain, nHidden);
    drawRated(toPairs(rated));
    const hasBit = (bit) => lists.flat().some(([, , bits]) => bits & bit);
    const marks = { hasHidden: nHidden > 0, hasLiking: hasBit(LIKING_KNOWN), hasIrrelevant: hasBit(IRRELEVANT) };
    listParts.forEach((listPart, n) => {
      drawList(listPart, lists[n] ?? [], marks);
    });
    drawGenres(genres);
    drawHidden(ranks, baselines);
    setVisible(box.querySelector("li[data-if-hidden]"), nHidden);
    setVisible(part("if-liking"), marks.hasLiking);
    setVisible(part("if-irrelevant"), marks.hasIrrelevant);
    setVisible(part("if-withheld"), lists.flat().some(([item, , , nWithheld]) => item < 0 || nWithheld));
  };
}
