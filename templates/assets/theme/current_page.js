// The navigation of a narrow window scrolls sideways: it begins where the link to the page that is open is seen. Some browsers
// do so by themselves, by the style sheet.

const FADED = 32; // pixels, at the right edge

export function showCurrentPage() {
  const link = document.querySelector("body > header nav a[aria-current]");
  if (!link || CSS.supports("scroll-initial-target", "nearest")) return;
  const nav = link.parentElement;
  nav.scrollLeft += Math.ceil(link.getBoundingClientRect().right - nav.getBoundingClientRect().right + FADED);
}
