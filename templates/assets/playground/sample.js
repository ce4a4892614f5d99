// The log that the page opens with: the sample of data-sample-log.js, which recsys/site/sample_log.py encoded.
import { decodeArray, decodeBits } from "../shared/decode.js";

// { log, titles, itemIds, userIds, name, notes }, as of a file that was read.
export function decodeSample({ name, users, items, genres, values, counts, bits, ...columns }) {
  const nOfUser = decodeArray(counts, "uint16");
  const nRatings = nOfUser.reduce((sum, n) => sum + n, 0);
  const [item, rating, time] = ["item", "rating", "time"].map((column) => decodeBits(columns[column], bits[column]));
  const user = new Int32Array(nRatings);
  for (let u = 0, k = 0; u < users.length; k += nOfUser[u++]) user.fill(u, k, k + nOfUser[u]);
  const log = {
    nUsers: users.length,
    nItems: items.length,
    user,
    item: Int32Array.from(item.subarray(0, nRatings)),
    rating: Float64Array.from({ length: nRatings }, (_, n) => values[rating[n]]),
    time: Float64Array.from(time.subarray(0, nRatings)),
    genres: { names: genres, ofItem: items.map(([, , , ofItem]) => ofItem) },
    years: Float64Array.from(items, ([, , year]) => year ?? Number.NaN),
  };
  const [itemIds, titles] = [0, 1].map((column) => items.map((facts) => facts[column]));
  return { log, titles, itemIds, userIds: users, name, notes: [] };
}
