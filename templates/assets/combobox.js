// A field with a list of what is found under it, as ARIA has it for a combobox: arrows go through the list, Enter and a
// tap pick, Escape closes, then empties. Knows nothing of what is found; all of it is shown as text.
"use strict";

// `find(query)` gives what is found, best first, or null while it cannot be known yet; `option(entry)` gives its label
// and a note; `pick(entry)` follows once the list is closed. `status` is where it is said how many there are, if anywhere.
globalThis.marqueeCombobox = ({ input, list, find, option, pick, status = document.createElement("p") }) => {
  const MOST = 12;
  let found = [];
  let active = -1;

  for (const [name, value] of Object.entries({
    ...{ role: "combobox", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
    ...{ "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" },
  })) {
    input.setAttribute(name, value);
  }
  list.setAttribute("role", "listbox");
  status.setAttribute("role", "status");

  // Seen where there is no list to see, heard always.
  const say = (text, isSeen) => {
    status.textContent = text;
    status.className = isSeen ? "none" : "vh";
  };

  const mark = (place) => {
    active = place;
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === place)));
    const item = list.children[place];
    if (item) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
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

  const choose = (place) => {
    close();
    pick(found[place]);
  };

  const item = (entry, place) => {
    const [label, note] = ["bdi", "small"].map((tag) => document.createElement(tag));
    [label.textContent, note.textContent] = option(entry);
    const made = document.createElement("li");
    made.id = `${list.id}-${place}`;
    made.setAttribute("role", "option");
    made.append(label, " ", note);
    made.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    made.addEventListener("click", () => choose(place));
    return made;
  };

  const show = () => {
    if (!input.value.trim()) return close();
    const all = find(input.value);
    if (!all) {
      found = []; // what was found for another text must not be chosen
      list.replaceChildren();
      open(false);
      return say("Loading…", true);
    }
    found = all.slice(0, MOST);
    list.replaceChildren(...found.map(item));
    open(found.length > 0);
    const more = all.length > MOST ? `, the first ${MOST} are listed` : "";
    say(all.length ? `${all.length.toLocaleString("en")} found${more}` : "Nothing found", !all.length);
  };

  // More is known of the same text: what was gone to stays so.
  const renew = () => {
    const at = found[active];
    show();
    if (!list.hidden) mark(found.indexOf(at));
  };

  const step = (by) => {
    if (list.hidden) show();
    const n = list.hidden ? 0 : found.length;
    if (n) mark(active < 0 && by < 0 ? n - 1 : (active + by + n) % n);
  };

  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => (list.hidden ? show() : choose(Math.max(active, 0))),
    Escape: () => {
      if (!list.hidden) return close();
      input.value = "";
      input.dispatchEvent(new Event("input"));
    },
  };

  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) mark(-1); // back to the text
  });

  return { show, renew, say };
};
