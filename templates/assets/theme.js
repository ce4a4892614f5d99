// The theme. A choice made earlier is set before the first paint; the switch in the head makes one. Without this script,
// or without storage, pages are as light or dark as the system.
"use strict";

{
  const KEY = "marquee-theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage may be forbidden
    }
  };

  const remember = (theme) => {
    try {
      if (theme) localStorage.setItem(KEY, theme);
      else localStorage.removeItem(KEY);
    } catch {
      // it holds for this page, then
    }
  };

  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.dispatchEvent(new Event("marquee:theme"));
  };

  // From the system's to the other one, so that the first click is seen; then to the system's own, kept; then back.
  const following = (theme) => {
    const [same, other] = system.matches ? ["dark", "light"] : ["light", "dark"];
    return { undefined: other, [other]: same }[theme] ?? null;
  };

  const place = () => {
    const button = document.createElement("button");
    button.type = "button";
    const status = document.createElement("span");
    status.className = "vh";
    status.setAttribute("role", "status");
    const name = () => {
      button.title = `Theme: ${root.dataset.theme ?? "as the system"}`;
      button.setAttribute("aria-label", button.title);
    };
    button.addEventListener("click", () => {
      const theme = following(root.dataset.theme);
      remember(theme);
      show(theme);
      status.textContent = button.title;
    });
    document.addEventListener("marquee:theme", name);
    name();
    document.querySelector(".theme")?.append(button, status);
  };

  show(remembered());
  document.addEventListener("DOMContentLoaded", place);
  // Chosen on another tab, or on a later page that was left by the way back.
  addEventListener("storage", (event) => event.key === KEY && show(event.newValue));
  addEventListener("pageshow", (event) => event.persisted && show(remembered()));
}
