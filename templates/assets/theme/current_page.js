// The navigation of a narrow window scrolls sideways: it begins where the link to the page that is open is seen. By the style
// sheet it could be below that to the visitor's list, which stays at the left edge.

const FADED = 32; // pixels, at the right edge

export function showCurrentPage() {
  const link = document.querySelector("body > header nav a[aria-current]");
  if (!link) return;
  const nav = link.parentElement;
  nav.scrollLeft += Math.ceil(link.getBoundingClientRect().right - nav.getBoundingClientRect().right + FADED);
}
