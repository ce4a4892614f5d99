// The notice of a page that was updated since the browser loaded it.
import { button, element } from "../shared/element.js";
import { t } from "../shared/strings.js";

let notice = null;

export function showOutdatedNotice() {
  if (notice) return;
  const reload = button({ class: "button" }, () => location.reload(), t("notice.reload"));
  notice = element("div", { class: "outdated", role: "alert" });
  document.getElementById("content").prepend(notice);
  // Text that comes after the element is announced by every screen reader.
  notice.append(element("p", {}, t("notice.outdated")), reload);
}
