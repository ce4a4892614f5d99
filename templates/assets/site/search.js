// The search field of every page: users by id, items by words. The data loads when the field gets the focus. On a site
// with too many users to list, a user is found by the whole id.
import { createCombobox } from "../shared/combobox.js";
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";
import { describeFailure } from "../shared/outdated.js";
import { t } from "../shared/strings.js";
import { searchEntries, searchKeys } from "../shared/text.js";
import { findUser, isUserList, userAddress } from "../shared/users.js";

const createEntry = (label, note, href, id) => ({ label, note, href, id, ...searchKeys(label, note) });
const userEntry = (id, slug) => createEntry(t("search.user", { id }), t("search.user_note"), userAddress(id, slug), id);

async function loadEntries() {
  const [items, users] = await Promise.all(["items", "users"].map((name) => marquee.load(name)));
  const itemEntries = items.map(([title, year, slug]) =>
    createEntry(title, year === null ? t("search.item_note") : `${year}`, `${marquee.root}items/${slug}.html`, null),
  );
  const hasAllUsers = isUserList(users);
  return { hasAllUsers, entries: [...itemEntries, ...(hasAllUsers ? users.map(([id, slug]) => userEntry(id, slug)) : [])] };
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

function buildSearch(container, withUser) {
  const input = element("input", {
    ...{ type: "search", id: "search", "aria-label": t("search.label"), "aria-keyshortcuts": "/" },
    ...{ enterkeyhint: "go", placeholder: container.dataset.placeholder ?? t("search.placeholder") },
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
      const results = searchEntries(data.entries, query);
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

export function buildSearches() {
  const withUser = createUserLookup();
  for (const container of document.querySelectorAll(".find, .search")) buildSearch(container, withUser);
}
