// The random-user button. Without this script it is a link to the index of users.
"use strict";

for (const link of document.querySelectorAll("[data-random]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      location.href = (await globalThis.marqueeUsers.random(location.href)) ?? link.href;
    } catch {
      location.href = link.href;
    }
  });
}
