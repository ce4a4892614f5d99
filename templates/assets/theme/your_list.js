// The link to the Rate page says how many items the visitor has rated, from the first paint on: "Your list (10)".
import { t } from "../shared/strings.js";

const LINK = 'body > header[data-rates]:has(.find) nav a[href$="rate.html"]'; // whole, once what follows it is there
const ROOT = document.currentScript.src.replace(/assets\/[^/]*$/, "");
const COUNT_KEY = `marquee rated ${new URL(ROOT).pathname}`; // rating/store.js writes it

function countRatings() {
  try {
    return Number.parseInt(localStorage.getItem(COUNT_KEY), 10) || 0;
  } catch {
    return 0; // storage may be forbidden
  }
}

function label(link) {
  const n = countRatings();
  if (!n && !link.dataset.label) return;
  link.dataset.label ??= link.textContent;
  link.textContent = n ? t("site.yourList", { n }) : link.dataset.label;
}

export function labelYourList() {
  const show = () => {
    const link = document.querySelector(LINK);
    if (link) label(link);
    return link !== null;
  };
  const observer = new MutationObserver(() => (show() || document.querySelector("main")) && observer.disconnect());
  observer.observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("marquee:ratings", show);
  addEventListener("storage", show);
  addEventListener("pageshow", show);
}
