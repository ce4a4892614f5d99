// The test: what one user rated, and what each tower recommends to them, side by side.
import { button, element } from "../../shared/element.js";
import { formatScore } from "../../shared/format.js";
import { t } from "../../shared/strings.js";

// `onUser(user)` asks the learner for the lists of a user.
export function createLists(box, { facts, log, userIds }, onUser) {
  let shownUser = null;
  let lastEpoch = 0; // that the towers have learned
  const heading = element("h2", {}, t("playground_lists.heading"));
  const showAnother = () => onUser(Math.floor(Math.random() * log.nUsers));
  const another = button({ class: "button" }, showAnother, t("playground_lists.another"));
  const about = element("p", { class: "playground-note" });
  const untrained = element("p", { class: "playground-notice", hidden: "" }, t("playground_lists.untrained"));
  const columns = element("div", { class: "playground-columns" });
  box.replaceChildren(element("div", { class: "playground-head" }, heading, another), about, untrained, columns);

  const nameOf = (item) => {
    const year = facts.year(item);
    return [element("bdi", {}, facts.title(item)), ...(year ? [element("small", {}, ` ${year}`)] : [])];
  };

  const ratedColumn = (rated) => {
    const lines = rated.map(({ item, rating }) =>
      element("li", {}, element("span", {}, ...nameOf(item)), element("span", {}, rating === null ? "" : `${rating}`)),
    );
    const hasRatings = rated.some(({ rating }) => rating !== null);
    const note = t(hasRatings ? "playground_lists.rated_highest" : "playground_lists.rated_some");
    const heading = element("h3", {}, t("playground_lists.rated"));
    return element("section", {}, heading, element("p", {}, note), element("ol", {}, ...lines));
  };

  const towerColumn = (tower, label, list) => {
    const lines = list.map(({ item, score, isHit }) => {
      const mark = isHit ? [" ", element("b", {}, t("playground_lists.hit"))] : [];
      const line = [element("span", {}, ...nameOf(item), ...mark), element("span", {}, formatScore(score))];
      return element("li", isHit ? { class: "is-hit" } : {}, ...line);
    });
    const nHits = list.filter(({ isHit }) => isHit).length;
    const hits = element("p", {}, t("playground_lists.hits", { n: list.length, hits: nHits }));
    return element("section", { class: `m-${tower}` }, element("h3", {}, label), hits, element("ol", {}, ...lines));
  };

  const showLists = ({ user, nTrain, nHeldOut, rated, base, deep }) => {
    shownUser = user;
    heading.textContent = t("playground_lists.user", { user: userIds[user] });
    about.textContent = t("playground_lists.about", { n: nTrain, held_out: nHeldOut });
    columns.replaceChildren(
      ratedColumn(rated),
      towerColumn("base", t("playground.base"), base),
      towerColumn("deep", t("playground.deep"), deep),
    );
  };

  // The lists change as the towers learn: ask for them again after each epoch.
  const follow = ({ step, epoch }) => {
    untrained.hidden = step > 0;
    const learned = Math.floor(epoch);
    if (learned > lastEpoch && shownUser !== null) onUser(shownUser);
    lastEpoch = learned;
  };

  return {
    show(message) {
      if (message.type === "lists") showLists(message);
      else if (message.type === "progress") follow(message);
    },
  };
}
