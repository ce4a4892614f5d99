// The file that a visitor chooses, or drops anywhere on the page: it is read here, in slices between frames, and sent
// nowhere.
import { createDropZone } from "../../shared/drop.js";
import { element } from "../../shared/element.js";
import { marquee } from "../../shared/marquee.js";
import { t } from "../../shared/strings.js";
import { nextTask } from "../../shared/task.js";
import { readRatings } from "./read.js";

const MAX_BYTES = 100_000_000;
const SLICE = 12; // ms of work between two chances for the browser to draw
const TYPES = ".csv,.tsv,.tab,.txt,.dat,.data,.psv,text/csv,text/tab-separated-values,text/plain";

// Adds a button that chooses a file, and a line that says what becomes of it, to `box`. `onLog(result)` gets what
// readRatings returns. `clear()` takes back what is said of the last file, for when another log is loaded.
export function createFileInput(box, onLog) {
  const input = element("input", { class: "vh", type: "file", accept: TYPES });
  const status = element("p", { class: "file-status", role: "status" });
  const sign = element("div", { class: "drop-sign", hidden: "" }, element("p", {}, t("playground.file.drop")));
  box.append(element("label", { class: "button" }, t("playground.file.choose"), input), status);
  document.body.append(sign);
  let nOpened = 0; // a file that is opened ends the reading of the one before

  // What the page shows anyway is just announced.
  const show = (text, isShown = true) => {
    status.textContent = text;
    status.classList.toggle("vh", !isShown);
  };

  // What readRatings returns; null if another file is opened meanwhile.
  const readInSlices = async (file, number) => {
    const rules = await marquee.load("reading-rules");
    const steps = readRatings(new Uint8Array(await file.arrayBuffer()), file.name, rules);
    for (;;) {
      await nextTask();
      if (number !== nOpened) return null;
      const end = performance.now() + SLICE;
      let step = steps.next();
      while (!step.done && performance.now() < end) step = steps.next();
      if (step.done) return step.value;
      show(t("playground.file.reading", { file: file.name, percent: Math.floor(100 * step.value) }));
    }
  };

  const open = async (files) => {
    if (!files.length) return;
    const number = ++nOpened;
    const [file] = files;
    show(t("playground.file.opening", { file: file.name }));
    try {
      if (files.length > 1) throw new Error(t("playground.file.several"));
      const limit = MAX_BYTES / 1e6;
      if (file.size > MAX_BYTES) throw new Error(t("playground.file.tooLarge", { file: file.name, limit }));
      const result = await readInSlices(file, number);
      if (!result) return;
      show(t("playground.file.read", { file: file.name }), false);
      onLog(result);
    } catch (problem) {
      if (number !== nOpened) return;
      show(problem.constructor === Error ? problem.message : t("playground.file.unreadable", { file: file.name }));
    }
  };

  input.addEventListener("change", () => {
    open([...input.files]);
    input.value = ""; // so that the same file can be chosen again
  });
  createDropZone(sign, open);
  return {
    clear() {
      nOpened++;
      show("");
    },
  };
}
