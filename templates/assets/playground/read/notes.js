// The notes on how a file was read: the first, which says most, and the others folded away.
import { element } from "../../shared/element.js";
import { t } from "../../shared/strings.js";

export function createNotes([first, ...others]) {
  if (first === undefined) return [];
  if (!others.length) return [element("p", {}, first)];
  const list = element("ul", {}, ...others.map((note) => element("li", {}, note)));
  return [element("p", {}, first), element("details", {}, element("summary", {}, t("playground.file.more")), list)];
}
