// The script of the 404 page, which a server shows at any depth, so that no relative link of it is right everywhere. The page
// asks for this script at each depth that it may have; where it is found, its own address says where the site is.
import { element } from "../shared/element.js";
import { t } from "../shared/strings.js";

const root = document.currentScript.src.replace(/assets\/[^/]*$/, "");
const actions = document.querySelector("[data-home]");
const link = actions.querySelector("a") ?? actions.appendChild(element("a", { class: "button primary" }, t("lost.home")));
// Another site may lie at the top of the same host: the one that is nearest to the page is this one.
if (!(link.href.length > root.length)) link.href = `${root}index.html`;
actions.hidden = false;
document.querySelector("[data-advice]").hidden = true;
