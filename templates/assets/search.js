// The search of every page: users by id, films by words. It builds itself where its place is kept, a combobox. The data
// loads with the first focus.
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

  const load = async () => {
    const [films, users] = await Promise.all(["films", "users"].map(globalThis.marqueeLoad));
    return [
      ...films.map(([title, year, slug]) => entry(title, year === null ? "film" : `${year}`, `films/${slug}.html`, null)),
      ...users.map(([id, slug]) => entry(`User ${id}`, "user", `users/${slug}.html`, id)),
    ];
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

    const { show, say } = globalThis.marqueeCombobox({
      ...{ input, list, status },
      find: (query) => entries && find(entries, query),
      option: ({ label, note }) => [label, note],
      pick: ({ href }) => (location.href = root + href),
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
