// What depends on earlier visits: this script runs before the first paint, to set the theme that was chosen and to say how
// many items were rated; later it adds the switch of themes to the header of the page and scrolls its navigation. Without
// this script, or without storage, pages are as light or dark as the system.

import { t } from "../shared/strings.js";
import { showCurrentPage } from "./current_page.js";
import { labelYourList } from "./your_list.js";

const KEY = "marquee-theme"; // in the storage
const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function readTheme() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be forbidden
  }
}

// `theme` is null for that of the system.
function storeTheme(theme) {
  try {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
  } catch {
    // then the choice holds for this page only
  }
}

function applyTheme(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  document.dispatchEvent(new Event("marquee:theme"));
}

// The switch goes from the system's theme to the other one, so that the first click changes something; then to the one
// the system has now, but fixed; then back to following the system.
function nextTheme(theme) {
  const [same, other] = systemDark.matches ? ["dark", "light"] : ["light", "dark"];
  if (theme === undefined) return other;
  return theme === other ? same : null;
}

function addSwitch() {
  const button = document.createElement("button");
  button.type = "button";
  const status = document.createElement("span");
  status.className = "vh";
  status.setAttribute("role", "status");
  const labelButton = () => {
    const { theme } = root.dataset;
    button.title = t(theme ? (theme === "dark" ? "theme.dark" : "theme.light") : "theme.system");
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    const theme = nextTheme(root.dataset.theme);
    storeTheme(theme);
    applyTheme(theme);
    status.textContent = button.title;
  });
  document.addEventListener("marquee:theme", labelButton);
  labelButton();
  const box = document.createElement("div");
  box.className = "theme";
  box.append(button, status);
  document.querySelector("body > header")?.append(box);
}

applyTheme(readTheme());
labelYourList();
document.addEventListener("DOMContentLoaded", addSwitch);
document.addEventListener("DOMContentLoaded", showCurrentPage);
// The theme was chosen in another tab, or on a later page from which the visitor came back.
addEventListener("storage", (event) => event.key === KEY && applyTheme(event.newValue));
addEventListener("pageshow", (event) => event.persisted && applyTheme(readTheme()));
