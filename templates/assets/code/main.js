// The script of pages with pieces of code: each has a button that copies it.
import { element } from "../shared/element.js";
import { t } from "../shared/strings.js";

const SHOWN_MS = 3000; // of what has become of it, in place of the button's label

const status = element("p", { class: "vh", role: "status" });
document.body.append(status);

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent.trimEnd());
    return t("site.copied");
  } catch {
    // No clipboard, as on some pages opened from disk.
    getSelection().selectAllChildren(code);
    return t("site.selected");
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy-code]");
  if (!button) return;
  const outcome = await copy(button.closest(".code").querySelector("code"));
  button.textContent = status.textContent = outcome;
  setTimeout(() => {
    button.textContent = t("site.copy_code");
    status.textContent = "";
  }, SHOWN_MS);
});
