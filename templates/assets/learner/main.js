// The towers of the playground learn here: in a worker where pages came over http, else in the page itself, in slices
// that leave time to draw and to answer. Has no elements and no texts.
import { createServer } from "./learn/server.js";

const IS_PAGE = typeof document !== "undefined";
const SLICE_MS = IS_PAGE ? 10 : 40;

if (IS_PAGE) {
  globalThis.marquee ??= {};
  globalThis.marquee.createLearner = (post) => createServer(post, SLICE_MS);
} else {
  const server = createServer((message) => globalThis.postMessage(message), SLICE_MS);
  globalThis.addEventListener("message", (event) => server.post(event.data));
}
