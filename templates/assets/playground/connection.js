// Connect the page with the learner: in a worker where the page came over http, else in the page itself, since a page
// opened from disk may not start workers.
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";

const LEARNER = "assets/learner.js";

// `onMessage` is called with every answer, `onFailure` once if there can be no learner.
// Returns { post(message), place: "worker" or "page" }.
export function connectLearner(onMessage, onFailure) {
  const address = marquee.root + LEARNER;
  let unanswered = []; // messages before the first answer, which the page's own learner gets if the worker fails
  let send = null; // null until the learner is there
  let lastRun = null; // of the last answer

  const connection = {
    place: "page",
    post(message) {
      unanswered?.push(message);
      send?.(message);
    },
  };

  const receive = (message) => {
    unanswered = null;
    lastRun = message.run;
    onMessage(message);
  };

  const startInPage = () => {
    connection.place = "page";
    const script = element("script", { src: address });
    script.onload = () => {
      const learner = marquee.createLearner(receive);
      send = (message) => learner.post(message);
      for (const message of unanswered) send(message);
    };
    script.onerror = onFailure;
    document.head.append(script);
  };

  const startWorker = () => {
    const worker = new Worker(address);
    connection.place = "worker";
    send = (message) => worker.postMessage(message);
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = () => {
      if (!unanswered) {
        // While it learns: it can begin again, as another learner would have to.
        onMessage({ type: "problem", code: "stopped", run: lastRun });
        return;
      }
      worker.terminate();
      send = null;
      startInPage();
    };
  };

  if (location.protocol.startsWith("http")) startWorker();
  else startInPage();
  return connection;
}
