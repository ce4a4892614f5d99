// The notice of a page that was updated since the browser loaded it.
import { button, element } from "../shared/element.js";

let notice = null;

export function showOutdatedNotice() {
  if (notice) return;
  const reload = button({ class: "button" }, () => location.reload(), "Reload");
  notice = element("div", { class: "outdated", role: "alert" });
  document.getElementById("content").prepend(notice);
  // Text that comes after the element is announced by every screen reader.
  notice.append(element("p", {}, "This page was updated."), reload);
}
