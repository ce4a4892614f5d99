// A search field with a list of results below it, following the ARIA combobox pattern: arrows move through the list,
// Enter or a click picks, Escape closes the list, then empties the field. Results are shown as text.
import { element } from "./element.js";
import { t } from "./strings.js";

const MAX_RESULTS = 12;

function describeCount(n) {
  if (n > MAX_RESULTS) return t("search.found_more", { n, listed: MAX_RESULTS });
  return n ? t("search.found", { n }) : t("search.nothing");
}

// `search(query)` returns the results, best first, null while they are not known yet, or a sentence that says why they
// cannot be known; `describe(result)` returns its
// label and a note; `onPick(result)` is called once the list is closed. `status` is where the number of results is
// announced.
export function createCombobox({ input, list, search, describe, onPick, status = element("p") }) {
  let results = [];
  let activePosition = -1;

  for (const [name, value] of Object.entries({
    ...{ role: "combobox", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
    ...{ "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" },
  })) {
    input.setAttribute(name, value);
  }
  list.setAttribute("role", "listbox");
  status.setAttribute("role", "status");

  // Screen readers always hear it; it is visible only where there is no list to see.
  const announce = (text, isVisible) => {
    status.textContent = text;
    status.className = isVisible ? "none" : "vh";
  };

  const activate = (position) => {
    activePosition = position;
    for (const [n, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(n === position));
    const active = list.children[position];
    if (active) {
      input.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };

  const setOpen = (isOpen) => {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    activate(-1);
  };

  const close = () => {
    setOpen(false);
    announce("", false);
  };

  const choose = (position) => {
    close();
    onPick(results[position]);
  };

  const createOption = (result, position) => {
    const [label, note] = describe(result);
    const attributes = { id: `${list.id}-${position}`, role: "option" };
    const option = element("li", attributes, element("bdi", {}, label), " ", element("small", {}, note));
    option.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    option.addEventListener("click", () => choose(position));
    return option;
  };

  const show = () => {
    if (!input.value.trim()) return close();
    const matches = search(input.value);
    if (!Array.isArray(matches)) {
      results = []; // results of an earlier query must not be chosen
      list.replaceChildren();
      setOpen(false);
      return announce(matches ?? t("search.loading"), true);
    }
    results = matches.slice(0, MAX_RESULTS);
    list.replaceChildren(...results.map(createOption));
    setOpen(results.length > 0);
    announce(describeCount(matches.length), !matches.length);
  };

  // Search again for the same query, now that more is known; the active result stays active.
  const refresh = () => {
    const active = results[activePosition];
    show();
    if (!list.hidden) activate(results.indexOf(active));
  };

  const step = (by) => {
    if (list.hidden) show();
    const n = list.hidden ? 0 : results.length;
    if (n) activate(activePosition < 0 && by < 0 ? n - 1 : (activePosition + by + n) % n);
  };

  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => (list.hidden ? show() : choose(Math.max(activePosition, 0))),
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
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) activate(-1); // back to the text
  });

  return { show, refresh, announce };
}
