// The sample's log, from what marquee.load("sample-log") resolves to.

// A stand-in: an invented log of a few users.
export function decodeSample() {
  const [nUsers, nItems, perUser] = [60, 80, 20];
  const n = nUsers * perUser;
  const log = {
    ...{ nUsers, nItems, user: new Int32Array(n), item: new Int32Array(n), rating: new Float64Array(n), time: new Float64Array(n) },
    genres: { names: ["Comedy", "Drama", "Crime"], ofItem: Array.from({ length: nItems }, (_, item) => [item % 3]) },
    years: Float64Array.from({ length: nItems }, (_, item) => 1940 + item),
  };
  for (let row = 0; row < n; row++) {
    const user = Math.floor(row / perUser);
    log.user[row] = user;
    log.item[row] = (user * 7 + (row % perUser) * 3) % nItems;
    log.rating[row] = 1 + (row % 5);
    log.time[row] = row;
  }
  const titles = Array.from({ length: nItems }, (_, item) => `Title ${item + 1}`);
  return { log, name: "stand-in", titles, itemIds: titles, userIds: Array.from({ length: nUsers }, (_, user) => String(user + 1)), notes: [] };
}
