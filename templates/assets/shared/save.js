// Save what a page made as a file of the visitor.
import { element } from "./element.js";

export function saveFile(name, blob) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // long after the download began
}
