// The search of every page: users by id, films by words. It builds itself where its place is kept, a combobox. The data
// loads with the first focus. Users too many to be listed are found by their whole id, in the shard it must be in.
"use strict";

{
  const { indexed, find } = globalThis.marqueeText;
  const root = globalThis.marqueeRoot;

  const made = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const entry = (label, note, href, id) => ({ label, note, href, id, ...indexed(label, note) });
  const user = (id, slug) => entry(`User ${id}`, "user", globalThis.marqueeUsers.address(id, slug), id);
  const known = new Map(); // of users that are not listed: entries by what was typed, one or none
  let isListed = true;
  let waiting = 0;

  const load = async () => {
    const [films, users] = await Promise.all(["films", "users"].map(globalThis.marqueeLoad));
    isListed = globalThis.marqueeUsers.isListed(users);
    return [
      ...films.map(([title, year, slug]) => entry(title, year === null ? "film" : `${year}`, `${root}films/${slug}.html`, null)),
      ...(isListed ? users.map(([id, slug]) => user(id, slug)) : []),
    ];
  };

  // Adds the user with that very id to what is found, at once where that is known, else later: `again` asks anew then, and
  // `failed` is called where it cannot be known.
  const withUser = (found, query, again, failed) => {
    const id = query.trim();
    if (known.has(id)) return [...known.get(id), ...found];
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      try {
        const is = await globalThis.marqueeUsers.find(id);
        known.set(id, is ? [user(id)] : []);
        again();
      } catch {
        failed();
      }
    }, 150);
    return found.length ? found : null;
  };

  const build = (place) => {
    const input = made("input", {
      ...{ type: "search", id: "search", "aria-label": "Search users and films", "aria-keyshortcuts": "/" },
      ...{ enterkeyhint: "go", placeholder: place.dataset.placeholder ?? "Search" },
    });
    const list = made("ul", { id: "search-list", "aria-label": "Found", hidden: "" });
    const status = made("p", { class: "vh" });
    const key = made("kbd", { "aria-hidden": "true" }, "/");
    let entries = null;

    const isStill = (query) => input.value === query && document.activeElement === input;
    const { show, renew, say } = globalThis.marqueeCombobox({
      ...{ input, list, status },
      find: (query) => {
        const found = entries && find(entries, query);
        if (!found || isListed) return found;
        const again = () => isStill(query) && renew();
        return withUser(found, query, again, () => isStill(query) && say("Users could not be looked up", list.hidden));
      },
      option: ({ label, note }) => [label, note],
      pick: ({ href }) => (location.href = href),
    });

    input.addEventListener("focus", async () => {
      try {
        entries ??= await load();
        if (document.activeElement === input) show();
      } catch {
        say("The search could not be loaded", true);
      }
    });

    const takesText = (element) => element?.closest?.("input:not([type=radio], [type=checkbox]), textarea, select") != null;
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (takesText(event.target)) return;
      event.preventDefault();
      input.focus();
      input.select();
    });

    place.append(made("div", { class: "box" }, input, key, list, status));
  };

  for (const place of document.querySelectorAll(".find, .search")) build(place);
}
