// The search field of every page: pages, genres and items by words, users by id. The data loads when the field gets the
// focus. On a site with too many users to list, a user is found by the whole id.
import { createCombobox } from "../shared/combobox.js";
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";
import { describeFailure } from "../shared/outdated.js";
import { createSearchIndex } from "../shared/search_index.js";
import { t } from "../shared/strings.js";
import { findUser, isUserList, userAddress } from "../shared/users.js";

// An entry is as createSearchIndex() needs it, with a `note` to show and the `href` of its page.
const userEntry = (id, slug) => ({
  ...{ id, label: t("search.user", { id }), note: t("search.user_note") },
  href: userAddress(id, slug),
});

const itemEntry = ([title, year, slug], nRatings, isTwin) => {
  const note = year === null ? t("search.item_note") : `${year}`;
  return {
    ...{ isItem: true, label: title, keywords: year ?? "", note: isTwin ? t("search.twin_note", { note, id: slug }) : note },
    ...{ href: `${marquee.root}items/${slug}.html`, popularity: nRatings },
  };
};

// The items as entries; those that share title and year are distinguished by their ids.
function itemEntries(items, ratings) {
  const nByName = new Map();
  const nameOf = ([title, year]) => `${year} ${title}`;
  for (const item of items) nByName.set(nameOf(item), (nByName.get(nameOf(item)) ?? 0) + 1);
  return items.map((item, n) => itemEntry(item, ratings[n], nByName.get(nameOf(item)) > 1));
}

// The map shows the items of a genre.
const genreEntry = ([name, nItems]) => ({
  ...{ label: name, note: t("search.genre_note", { n: nItems }), popularity: nItems },
  href: `${marquee.root}map.html#${new URLSearchParams({ genre: name })}`,
});

const pageEntry = ({ textContent, dataset: { label = textContent }, href }) => ({
  ...{ label, note: t("search.page_note"), popularity: Number.MAX_VALUE },
  href,
});

async function loadEntries() {
  const [items, users, facts] = await Promise.all(["items", "users", "search"].map((name) => marquee.load(name)));
  const hasAllUsers = isUserList(users);
  const find = createSearchIndex([
    ...[...document.querySelectorAll("header>nav>a")].map(pageEntry),
    ...facts.genres.map(genreEntry),
    ...itemEntries(items, facts.ratings),
    ...(hasAllUsers ? users.map(([id, slug]) => userEntry(id, slug)) : []),
  ]);
  return { hasAllUsers, find };
}

// Look up users that are not listed, by the whole id, once typing pauses.
function createUserLookup() {
  const entriesById = new Map(); // one entry or none
  let timer = 0;

  // The results with the user of that very id in front. If it is not known yet, the results alone, or null if there are
  // none; then `onResult` is called once it is known, or `onError` if it cannot be.
  return (results, query, onResult, onError) => {
    const id = query.trim();
    if (entriesById.has(id)) return [...entriesById.get(id), ...results];
    clearTimeout(timer);
    timer = setTimeout(async () => {
      try {
        entriesById.set(id, (await findUser(id)) ? [userEntry(id)] : []);
        onResult();
      } catch (problem) {
        onError(problem);
      }
    }, 150);
    return results.length ? results : null;
  };
}

const takesText = (target) => target?.closest?.("input:not([type=radio], [type=checkbox]), textarea, select") != null;

function focusOnSlash(input) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (takesText(event.target)) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

// `rating` is of enableRating(): null where visitors cannot rate.
function buildSearch(container, withUser, rating) {
  const input = element("input", {
    ...{ type: "search", id: "search", "aria-label": t("search.label"), "aria-keyshortcuts": "/" },
    ...{ enterkeyhint: "go", placeholder: t("search.placeholder") },
  });
  const list = element("ul", { id: "search-list", "aria-label": t("search.list"), hidden: "" });
  const status = element("p", { class: "vh" });
  let data = null;
  let failure = null; // a sentence, after an attempt to load the data that failed

  const isCurrent = (query) => input.value === query && document.activeElement === input;
  const { show, refresh, announce } = createCombobox({
    ...{ input, list, status },
    search: (query) => {
      if (!data) return failure;
      const results = data.find(query);
      if (data.hasAllUsers) return results;
      const onResult = () => isCurrent(query) && refresh();
      const onError = (problem) =>
        isCurrent(query) && announce(describeFailure(problem, t("search.users_failed")), list.hidden);
      return withUser(results, query, onResult, onError);
    },
    describe: ({ label, note }) => [label, note],
    onPick: ({ href }) => {
      location.href = href;
    },
    second: rating && {
      applies: ({ isItem }) => isItem,
      label: t("search.rate"),
      describe: ({ href, label }) => rating.describe(href, label),
      onPick: ({ href, label }) => rating.open(href, label, input),
    },
  });

  input.addEventListener("focus", async () => {
    try {
      data ??= await loadEntries();
      if (document.activeElement === input) show();
    } catch (problem) {
      failure = describeFailure(problem, t("search.failed"));
      announce(failure, true);
    }
  });
  focusOnSlash(input);
  container.append(element("div", { class: "box" }, input, element("kbd", { "aria-hidden": "true" }, "/"), list, status));
}

export function buildSearches(rating) {
  const withUser = createUserLookup();
  for (const container of document.querySelectorAll(".find")) buildSearch(container, withUser, rating);
}
