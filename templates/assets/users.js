// Where users are shown, and which there are. Up to some thousands each has a page, and data-users.js lists them all;
// above, users.html shows any of them, and data-users.js leads to the shard that an id must be in.
"use strict";

{
  const { marqueeLoad: load, marqueeRoot: root } = globalThis;

  // As fragment() in recsys/pages/catalogue.py.
  const fragment = (id) => (id === "" ? "=" : id === "content" ? "%63ontent" : encodeURIComponent(id));

  // The id in a hash; null where there is none, undefined where it cannot be read.
  const idIn = (hash) => {
    const text = hash.slice(1);
    if (text === "" || text === "content") return null;
    try {
      return text === "=" ? "" : decodeURIComponent(text);
    } catch {
      return undefined;
    }
  };

  // A slug that is undefined stands for a site without pages of users.
  const address = (id, slug) => root + (slug === undefined ? `users.html#${fragment(id)}` : `users/${slug}.html`);

  const isListed = (told) => Array.isArray(told);

  // The shard that has the id if any has, by halving; -1 where it would stand before the first.
  const shardOf = ({ firsts, byNumber }, id) => {
    if (byNumber && !/^(0|[1-9][0-9]{0,14})$/.test(id)) return -1;
    const isAfter = byNumber ? (first) => Number(first) > Number(id) : (first) => first > id;
    let [low, high] = [0, firsts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(firsts[middle])) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  };

  const shard = (n) => load(`users/${n}`);

  // Where a user stands: `shard`, its number `n`, and `place` in it; null where there is no such user.
  const find = async (id) => {
    const n = shardOf(await load("users"), id);
    if (n < 0) return null;
    const found = await shard(n);
    const place = found.ids.indexOf(id);
    return place < 0 ? null : { shard: found, n, place };
  };

  // The id of the user at a place among all.
  const idAt = async (at) => {
    const { size } = await load("users");
    return (await shard(Math.floor(at / size))).ids[at % size];
  };

  // What an address leads to, however it is spelled.
  const meant = (address) => {
    const { pathname, hash } = new URL(address, location);
    return `${pathname}#${idIn(hash)}`;
  };

  // The address of any user but the one at an address; null where there is none.
  const random = async (but) => {
    const told = await load("users");
    const n = isListed(told) ? told.length : told.n;
    const at = async (place) => (isListed(told) ? address(...told[place]) : address(await idAt(place)));
    if (!n) return null;
    const place = Math.floor(Math.random() * n);
    const found = await at(place);
    return n > 1 && meant(found) === meant(but) ? at((place + 1) % n) : found;
  };

  globalThis.marqueeUsers = { address, idIn, isListed, find, idAt, random };
}
