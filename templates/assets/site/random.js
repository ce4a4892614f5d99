// The random-user button. Without this script it is a link to the index of users.
import { randomUserAddress } from "../shared/users.js";

export function enableRandomLinks() {
  for (const link of document.querySelectorAll("[data-random]")) {
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      try {
        location.href = (await randomUserAddress(location.href)) ?? link.href;
      } catch {
        location.href = link.href;
      }
    });
  }
}
