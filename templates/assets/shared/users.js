// Addresses of users, and how to find one. On a site of up to some thousands of users each has a page, and data-users.js
// lists them all. On a larger site users.html shows any of them, and data-users.js tells which shard an id belongs to.
import { marquee } from "./marquee.js";

// As user_fragment() in recsys/site/catalogue.py.
const fragment = (id) => (id === "" ? "=" : id === "content" ? "%63ontent" : encodeURIComponent(id));

// The id in a hash; null where there is none, undefined where it cannot be decoded.
export function userIdFromHash(hash) {
  const text = hash.slice(1);
  if (text === "" || text === "content") return null;
  try {
    return text === "=" ? "" : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

// The slug is undefined on a site without a page for each user.
export function userAddress(id, slug) {
  return marquee.root + (slug === undefined ? `users.html#${fragment(id)}` : `users/${slug}.html`);
}

// Whether data-users.js lists all users, as on a site with a page for each.
export const isUserList = (users) => Array.isArray(users);

// The number of the only shard that may have the id, by binary search; -1 if it would come before the first.
function shardNumber({ firsts, byNumber }, id) {
  if (byNumber && !/^(0|[1-9][0-9]{0,14})$/.test(id)) return -1;
  const isAfter = byNumber ? (first) => Number(first) > Number(id) : (first) => first > id;
  let [low, high] = [0, firsts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(firsts[middle])) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

const loadShard = (number) => marquee.load(`users/${number}`);

// A user's shard, its number and the user's position in it; null if there is no such user.
export async function findUser(id) {
  const number = shardNumber(await marquee.load("users"), id);
  if (number < 0) return null;
  const shard = await loadShard(number);
  const position = shard.ids.indexOf(id);
  return position < 0 ? null : { shard, number, position };
}

// The id of the user at a position among all users of all shards.
export async function userIdAt(position) {
  const { size } = await marquee.load("users");
  return (await loadShard(Math.floor(position / size))).ids[position % size];
}

// An address in a form in which two spellings of the same user are equal.
function canonicalAddress(address) {
  const { pathname, hash } = new URL(address, location);
  return `${pathname}#${userIdFromHash(hash)}`;
}

// The address of a random user other than the one at `currentAddress`; null if there are no users.
export async function randomUserAddress(currentAddress) {
  const users = await marquee.load("users");
  const n = isUserList(users) ? users.length : users.n;
  const addressAt = async (position) =>
    isUserList(users) ? userAddress(...users[position]) : userAddress(await userIdAt(position));
  if (!n) return null;
  const position = Math.floor(Math.random() * n);
  const address = await addressAt(position);
  const isCurrent = canonicalAddress(address) === canonicalAddress(currentAddress);
  return n > 1 && isCurrent ? addressAt((position + 1) % n) : address;
}
