// The random-user button. Without this script it is a link to the index of users.
"use strict";

for (const link of document.querySelectorAll("[data-random]")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const users = await globalThis.marqueeLoad("users");
      const here = location.pathname.split("/").pop();
      const others = users.filter(([, slug]) => `${slug}.html` !== here);
      const choice = others.length ? others : users;
      if (!choice.length) throw new Error("there are no users");
      location.href = `${globalThis.marqueeRoot}users/${choice[Math.floor(Math.random() * choice.length)][1]}.html`;
    } catch {
      location.href = link.href;
    }
  });
}
