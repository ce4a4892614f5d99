// The controls of the map: model, layout, genres, years, colouring, reset, and a link to copy.
import { t } from "../shared/strings.js";
import { shareHash, shownLayout } from "./state.js";

// Closes the menu of genres on a click elsewhere, on Escape, and when the focus leaves it.
function closeOnLeave(menu) {
  const close = () => {
    menu.open = false;
  };
  document.addEventListener("pointerdown", (event) => menu.contains(event.target) || close());
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
}

function enableCopy(copyButton, linkBox, saveState) {
  let timer = 0;
  const confirmCopy = () => {
    copyButton.textContent = t("map.controls.copied");
    clearTimeout(timer);
    timer = setTimeout(() => {
      copyButton.textContent = t("map.controls.copy");
    }, 2500);
  };
  copyButton.addEventListener("click", async () => {
    saveState();
    const address = location.href.split("#")[0] + shareHash(location.hash);
    try {
      await navigator.clipboard.writeText(address);
      confirmCopy();
    } catch {
      // No clipboard, as on some pages opened from disk: show the address, selected, to be copied by hand.
      linkBox.hidden = false;
      const input = linkBox.querySelector("input");
      input.value = address;
      input.select();
    }
  });
}

// `onChange(changes)` gets the parts of the state that change; `saveState()` writes the state to the address.
export function createControls(box, onChange, saveState) {
  const query = (selector) => box.querySelector(selector);
  const modelInputs = [...box.querySelectorAll("[data-switch] input")];
  const layoutSelect = query("[data-layout]"); // null where there is one layout
  const genreMenu = query("[data-genres]");
  const genreInputs = genreMenu ? [...genreMenu.querySelectorAll("input")] : [];
  const [fromInput, toInput] = box.querySelectorAll("[data-years] input");
  const colourSelect = query("[data-colour]");
  const resetButton = query("[data-reset]");
  const linkBox = query("[data-link]");

  for (const input of modelInputs) input.addEventListener("change", () => onChange({ model: input.value }));
  layoutSelect?.addEventListener("change", () => onChange({ layout: layoutSelect.value, epoch: null })); // ends a replay
  for (const input of genreInputs) {
    input.addEventListener("change", () => {
      const checked = genreInputs.filter((genre) => genre.checked);
      onChange({ genres: new Set(checked.map((genre) => Number(genre.value))) });
    });
  }
  const parseYear = (input) => (/^\d{1,6}$/.test(input.value) ? Number(input.value) : null);
  // A year that is only half typed would hide every item.
  const isComplete = (input) => input.value === "" || input.value.length === input.min.length;
  for (const input of [fromInput, toInput].filter(Boolean)) {
    const changeYears = () => onChange({ from: parseYear(fromInput), to: parseYear(toInput) });
    input.addEventListener("input", () => isComplete(input) && changeYears());
    input.addEventListener("change", changeYears);
  }
  colourSelect.addEventListener("change", () => onChange({ colour: colourSelect.value }));
  resetButton.addEventListener("click", () => {
    onChange({ query: "", genres: new Set(), from: null, to: null });
    query("[data-map-search] input").focus();
  });
  if (genreMenu) closeOnLeave(genreMenu);
  enableCopy(query("[data-copy]"), linkBox, saveState);

  return {
    show(state) {
      for (const input of modelInputs) input.checked = input.value === state.model;
      if (layoutSelect) layoutSelect.value = shownLayout(state);
      for (const input of genreInputs) input.checked = state.genres.has(Number(input.value));
      if (genreMenu) {
        genreMenu.querySelector("[data-chosen]").textContent = state.genres.size ? t("map.controls.n_chosen", { n: state.genres.size }) : "";
      }
      for (const [input, value] of [[fromInput, state.from], [toInput, state.to]]) {
        if (input && input !== document.activeElement) input.value = value ?? "";
      }
      colourSelect.value = state.colour;
      if (colourSelect.selectedIndex < 0) colourSelect.selectedIndex = 0;
      linkBox.hidden = true;
      resetButton.hidden = !(state.query.trim() || state.genres.size || state.from !== null || state.to !== null);
    },
  };
}
