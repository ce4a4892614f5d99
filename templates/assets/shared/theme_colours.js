// Colours of the visitor's theme, for what is drawn on a canvas.

const themeColours = new Map(); // by CSS variable, of the current theme
const probe = document.createElement("i");
probe.className = "chart-colour";
probe.hidden = true;
probe.style.forcedColorAdjust = "none"; // colours tell points and curves apart, in high contrast too
document.body.append(probe);

// The value of a CSS variable as a colour that a canvas takes. The value may be a function such as light-dark(), so the
// browser has to compute it, on an element. A variable that the style sheet lacks gets a neutral colour.
export function themeColour(variable) {
  if (!themeColours.has(variable)) {
    probe.style.color = `var(${variable}, var(--neutral))`;
    themeColours.set(variable, getComputedStyle(probe).color);
  }
  return themeColours.get(variable);
}

// Note on what was painted whether it is for a dark page: in print, on white paper, the style sheet inverts that.
export const markTheme = (painted) =>
  painted.toggleAttribute("data-dark", themeColour("--surface") !== "rgb(255, 255, 255)");

// Call `repaint` whenever the theme changes: by the switch in the head, or by the system.
export function onThemeChange(repaint) {
  document.addEventListener("marquee:theme", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

onThemeChange(() => themeColours.clear()); // before anything is painted again: listeners run in their order
