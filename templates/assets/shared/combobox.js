// A search field with a list of results below it, following the ARIA combobox pattern: arrows move through the list,
// Enter or a click picks, Escape closes the list, then empties the field. Results are shown as text. Where the list is cut,
// its last option shows more of them. Of some results there may be a second thing to do: Shift and Enter, or a click on their
// star.
import { element } from "./element.js";
import { t } from "./strings.js";

const FIRST_RESULTS = 12; // listed at first
const MORE_RESULTS = 48; // at each step

function describeCount(n, nListed) {
  if (n > nListed) return t("search.found_more", { n, listed: nListed });
  return n ? t("search.found", { n }) : t("search.nothing");
}

// `search(query)` returns the results, best first, null while they are not known yet, or a sentence that says why they
// cannot be known; `describe(result)` returns its
// label and a note; `onPick(result)` is called once the list is closed. `status` is where the number of results is
// announced. `second` is null, or { applies(result), label, describe(result), onPick(result) }, where describe() is null or
// says what has been done: { name, words, stars }.
export function createCombobox({ input, list, search, describe, onPick, status = element("p"), second = null }) {
  let results = []; // listed or not
  let nListed = 0; // results in the list
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
    if (position === nListed) return showMore();
    close();
    onPick(results[position]);
  };

  const chooseSecond = (position) => {
    if (position >= nListed || !second?.applies(results[position])) return;
    close();
    second.onPick(results[position]);
  };

  const createOption = (content, position) => {
    const option = element("li", { id: `${list.id}-${position}`, role: "option" }, ...content);
    option.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    option.addEventListener("click", () => choose(position));
    return option;
  };

  const describeOption = (result) => {
    const [label, note] = describe(result);
    const content = [element("bdi", {}, label), " ", element("small", {}, note)];
    if (!second?.applies(result)) return content;
    // No button, which an option may not have: the keyboard has Shift and Enter.
    const star = element("span", { class: "star", "aria-hidden": "true", title: second.label });
    star.addEventListener("click", (event) => {
      event.stopPropagation();
      chooseSecond(results.indexOf(result));
    });
    const state = second.describe(result);
    if (!state?.words) return [...content, star];
    star.dataset.mark = state.name;
    star.textContent = state.stars;
    return [...content, star, element("span", { class: "vh" }, ` ${state.words}`)];
  };

  const fillList = (maxListed) => {
    nListed = Math.min(results.length, maxListed);
    const contents = results.slice(0, nListed).map(describeOption);
    if (nListed < results.length) contents.push([element("em", {}, t("search.more", { n: results.length - nListed }))]);
    list.replaceChildren(...contents.map(createOption));
    setOpen(nListed > 0);
    announce(describeCount(results.length, nListed), !nListed);
  };

  const showMore = () => {
    const first = nListed;
    fillList(first + MORE_RESULTS);
    activate(first);
  };

  const show = () => {
    if (!input.value.trim()) return close();
    const matches = search(input.value);
    if (!Array.isArray(matches)) {
      results = []; // results of an earlier query must not be chosen
      nListed = 0;
      list.replaceChildren();
      setOpen(false);
      return announce(matches ?? t("search.loading"), true);
    }
    results = matches;
    fillList(FIRST_RESULTS);
  };

  // Search again for the same query, now that more is known; the active result stays active.
  const refresh = () => {
    const active = results[activePosition];
    show();
    if (!list.hidden) activate(results.indexOf(active));
  };

  const step = (by) => {
    if (list.hidden) show();
    const n = list.hidden ? 0 : list.children.length;
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
  if (second) input.setAttribute("aria-description", second.label);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (second && event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      chooseSecond(Math.max(activePosition, 0));
    } else if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) activate(-1); // back to the text
  });

  return { show, refresh, announce };
}
