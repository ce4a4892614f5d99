// The script of the one page for all users of a large site: shows the user whose id is in the address after the #.
import { marquee } from "../shared/marquee.js";
import { describeFailure } from "../shared/outdated.js";
import { t } from "../shared/strings.js";
import { findUser, userAddress, userIdAt, userIdFromHash } from "../shared/users.js";
import { createUserView, displayName, setVisible } from "./view.js";

const box = document.querySelector("[data-any-user]");
const part = (name) => box.querySelector(`[data-${name}]`);
const initialTitle = document.title;
const initialName = part("name").textContent;
const idInput = box.querySelector("input");
const drawUser = createUserView(box, JSON.parse(document.getElementById("any-user-facts").textContent));
let nRequests = 0; // only the latest request is shown, however long an earlier one takes

// Links to the users before and after, in the order of the shards.
async function linkNeighbours({ number, position }, request) {
  const { size, n } = await marquee.load("users");
  const current = number * size + position;
  for (const [name, neighbour] of [["previous", current - 1], ["next", current + 1]]) {
    const id = neighbour < 0 || neighbour >= n ? null : await userIdAt(neighbour);
    if (request !== nRequests) return;
    setVisible(part(name), id !== null);
    if (id !== null) part(name).href = userAddress(id);
  }
}

function hideNeighbours() {
  for (const name of ["previous", "next"]) setVisible(part(name), false);
}

function setUserShown(isShown) {
  for (const name of ["shown", "facts"]) setVisible(part(name), isShown);
  for (const name of ["about", "first"]) setVisible(part(name), !isShown);
}

function showNoUser(heading) {
  setUserShown(false);
  hideNeighbours();
  part("name").textContent = heading;
  document.title = initialTitle;
}

function setStatus(text, problem = "") {
  part("status").className = "muted";
  part("status").textContent = text;
  part("problem").textContent = problem;
  setVisible(part("problem"), problem);
}

function showMissing(id) {
  showNoUser(t("users.title"));
  idInput.value = id ?? "";
  setStatus("", id === undefined ? t("user_view.unreadable") : t("user_view.unknown", { id: displayName(id) }));
}

async function openAddress() {
  const id = userIdFromHash(location.hash);
  if (id === null && location.hash) return; // the link past the head of the page
  nRequests += 1;
  const request = nRequests;
  if (id === null) {
    showNoUser(initialName);
    setStatus("");
    return;
  }
  setStatus(t("user_view.loading"));
  try {
    const [items, user] = await Promise.all([marquee.load("items"), id === undefined ? null : findUser(id)]);
    if (request !== nRequests) return;
    if (!user) return showMissing(id);
    drawUser(items, id, user.shard.users[user.position]);
    document.dispatchEvent(new Event("marquee:lists"));
    setUserShown(true);
    idInput.value = id;
    setStatus("");
    part("status").className = "vh";
    part("status").textContent = t("user_view.shown", { id: displayName(id) });
    await linkNeighbours(user, request).catch(() => request === nRequests && hideNeighbours());
  } catch (problem) {
    if (request === nRequests) {
      showNoUser(t("users.title"));
      setStatus("", describeFailure(problem, t("user_view.failed")));
    }
  }
}

part("choose").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = idInput.value.trim();
  if (!id) return;
  const address = userAddress(id);
  if (address === location.href) openAddress();
  else location.href = address;
});
addEventListener("hashchange", openAddress);
openAddress();
