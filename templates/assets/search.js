// The search of every page: users by id, films by words. It builds itself where its place is kept: an editable ARIA
// combobox with a list. The data loads with the first focus.
"use strict";

{
  const SHOWN = 12;
  const { plain, words } = globalThis.marqueeText;
  const root = globalThis.marqueeRoot;

  const made = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const entry = (label, note, href, id) => {
    const text = plain(`${label} ${note}`);
    return { label, note, href, id, text, name: words(label).join(" ") };
  };

  const load = async () => {
    const [films, users] = await Promise.all(["films", "users"].map(globalThis.marqueeLoad));
    return [
      ...films.map(([title, year, slug]) => entry(title, year === null ? "film" : `${year}`, `films/${slug}.html`, null)),
      ...users.map(([id, slug]) => entry(`User ${id}`, "user", `users/${slug}.html`, id)),
    ];
  };

  // Every word must be contained. First what was meant exactly, then what begins like it, then words that begin so.
  const find = (entries, query) => {
    const typed = query.trim();
    const sought = words(query);
    const whole = sought.join(" ");
    const rank = ({ id, name, text }) => {
      if (id === typed || (whole && name === whole)) return 0;
      if (!sought.length || !sought.every((word) => text.includes(word))) return null;
      if (name.startsWith(whole)) return 1;
      return sought.every((word) => ` ${text}`.includes(` ${word}`)) ? 2 : 3;
    };
    const ranked = [[], [], [], []];
    for (const one of entries) ranked[rank(one)]?.push(one);
    return ranked.flat();
  };

  const build = (place) => {
    const input = made("input", {
      ...{ type: "search", id: "search", role: "combobox", "aria-label": "Search users and films" },
      ...{ "aria-expanded": "false", "aria-controls": "search-list", "aria-autocomplete": "list" },
      ...{ "aria-keyshortcuts": "/", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
      ...{ enterkeyhint: "go", placeholder: place.dataset.placeholder ?? "Search" },
    });
    const list = made("ul", { id: "search-list", role: "listbox", "aria-label": "Found", hidden: "" });
    const status = made("p", { role: "status", class: "vh" });
    const key = made("kbd", { "aria-hidden": "true" }, "/");
    let entries = null;
    let active = -1;

    // Seen where there is no list to see, heard always.
    const say = (text, isSeen) => {
      status.textContent = text;
      status.className = isSeen ? "none" : "vh";
    };

    const mark = (chosen) => {
      active = chosen;
      [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
      const option = list.children[chosen];
      if (option) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else input.removeAttribute("aria-activedescendant");
    };

    const open = (isOpen) => {
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      mark(-1);
    };

    const close = () => {
      open(false);
      say("", false);
    };

    const option = ({ label, note, href }, n) => {
      const attributes = { id: `found-${n}`, role: "option", "aria-selected": "false", "data-href": root + href };
      const item = made("li", attributes, made("bdi", {}, label), " ", made("small", {}, note));
      item.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      item.addEventListener("click", () => go(item));
      return item;
    };

    const go = (item) => {
      close();
      location.href = item.dataset.href;
    };

    const show = () => {
      if (!input.value.trim()) return close();
      if (!entries) return say("Loading…", true);
      const found = find(entries, input.value);
      list.replaceChildren(...found.slice(0, SHOWN).map(option));
      open(found.length > 0);
      const more = found.length > SHOWN ? `, the first ${SHOWN} are listed` : "";
      say(found.length ? `${found.length.toLocaleString("en")} found${more}` : "Nothing found", !found.length);
    };

    const start = async () => {
      try {
        entries ??= await load();
        if (document.activeElement === input) show();
      } catch {
        say("The search could not be loaded", true);
      }
    };

    const step = (by) => {
      if (list.hidden) show();
      const n = list.hidden ? 0 : list.children.length;
      if (n) mark(active < 0 && by < 0 ? n - 1 : (active + by + n) % n);
    };

    const keys = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: () => list.hidden || go(list.children[Math.max(active, 0)]),
      Escape: () => {
        if (list.hidden) input.value = "";
        close();
      },
    };

    input.addEventListener("focus", start);
    input.addEventListener("input", show);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (Object.hasOwn(keys, event.key)) {
        event.preventDefault();
        keys[event.key]();
      } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) mark(-1); // back to the text
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
