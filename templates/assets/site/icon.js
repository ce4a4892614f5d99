// The icon of the site, for the pages that do not name it themselves: there are thousands of them.
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";

const ICON = "assets/favicon.svg"; // a build adds the hash of its content

export function addIcon() {
  if (document.querySelector("link[rel=icon]")) return;
  document.head.append(element("link", { rel: "icon", href: marquee.root + ICON }));
}
