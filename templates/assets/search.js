// Search over users and films: every word must be contained. An ARIA combobox; the data loads with the first focus.
"use strict";

{
  const LONGEST = 12;
  const box = document.querySelector("[data-search]");
  const input = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  const status = box.querySelector("[data-status]");
  const root = box.dataset.root;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  let entries = null;
  let active = -1;

  const load = async () => {
    const [users, films] = await Promise.all(["users", "films"].map((name) => globalThis.marqueeLoad(name, root)));
    entries = [
      ...users.map(([id, slug]) => ({ label: `User ${id}`, note: "user", href: `${root}users/${slug}.html`, id })),
      ...films.map(([title, year, slug]) => ({
        label: title,
        note: year === null ? "film" : String(year),
        href: `${root}films/${slug}.html`,
        id: null,
      })),
    ];
    for (const entry of entries) {
      entry.name = plain(entry.label);
      entry.text = `${entry.name} ${entry.note}`;
    }
  };

  const find = (query) => {
    const words = plain(query).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const found = entries.filter((entry) => words.every((word) => entry.text.includes(word)));
    const whole = plain(query.trim());
    const rank = ({ id, name, text }) =>
      id === query.trim() || name === whole ? 0 : text.startsWith(whole) ? 1 : text.startsWith(words[0]) ? 2 : 3;
    return found.sort((a, b) => rank(a) - rank(b));
  };

  const mark = (place) => {
    active = place;
    [...list.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === place)));
    const option = list.children[place];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const open = (isOpen) => {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) mark(-1);
  };

  const option = (entry, place) => {
    const item = document.createElement("li");
    item.id = `found-${place}`;
    item.setAttribute("role", "option");
    const label = document.createElement("bdi");
    label.textContent = entry.label;
    const note = document.createElement("small");
    note.textContent = entry.note;
    item.append(label, note);
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => (location.href = entry.href));
    item.dataset.href = entry.href;
    return item;
  };

  const show = () => {
    if (!entries) return;
    const found = find(input.value);
    list.replaceChildren(...found.slice(0, LONGEST).map(option));
    const typed = input.value.trim() !== "";
    status.textContent = typed ? `${found.length} found` : "";
    if (typed && !found.length) {
      const none = document.createElement("li");
      none.className = "none";
      none.textContent = "Nothing found";
      list.append(none);
    }
    open(typed);
  };

  const step = (by) => {
    const n = list.querySelectorAll("[role=option]").length;
    if (n) mark((active + by + n + (active < 0 && by < 0 ? 1 : 0)) % n);
  };

  input.addEventListener("focus", async () => {
    if (!entries) await load();
    show();
  });
  input.addEventListener("input", show);
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Escape") open(false);
    else if (event.key === "Enter") {
      const chosen = list.querySelectorAll("[role=option]")[Math.max(active, 0)];
      if (chosen && !list.hidden) location.href = chosen.dataset.href;
    } else return;
    event.preventDefault();
  });
}
