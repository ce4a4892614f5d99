// The random-user button. Without this script it is a link to the index of users.
import { isOutdated } from "../shared/outdated.js";
import { randomUserAddress } from "../shared/users.js";

export function enableRandomLinks() {
  for (const link of document.querySelectorAll("[data-random]")) {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      try {
        location.href = (await randomUserAddress(location.href)) ?? link.href;
      } catch (problem) {
        if (!isOutdated(problem)) location.href = link.href; // else the notice says what to do
      }
    });
  }
}
