// The script of pages whose charts need nothing but to be drawn. BokehJS is loaded when a chart first comes near the
// window, and every chart is drawn when it does, in a task of its own: reading the rest waits for none of this.
import { loadBokeh, whenVisitorActs } from "../shared/bokeh.js";
import { drawChart, showFailure } from "../shared/charts.js";
import { nextTask } from "../shared/task.js";
import { download } from "./download.js";

const NEAR = "200px"; // around the window

const bokehAddress = document.currentScript.dataset.bokeh;
const containers = document.querySelectorAll("[data-chart]");
const nearContainers = new Set(); // of charts that are not drawn
let loadedBokeh = null; // a promise
let isDrawing = false;

// Charts that come near meanwhile are drawn as well; those that were scrolled past are not.
async function drawNearCharts() {
  loadedBokeh ??= loadBokeh(bokehAddress);
  await loadedBokeh;
  for (const container of nearContainers) {
    await nextTask();
    if (!nearContainers.delete(container)) continue;
    observer.unobserve(container);
    await drawChart(container);
  }
}

function giveUp() {
  observer.disconnect();
  showFailure(containers);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-download]");
  if (button) download(button.closest("figure"), button.dataset.download);
});

const observer = new IntersectionObserver(
  async (entries) => {
    for (const { isIntersecting, target } of entries) nearContainers[isIntersecting ? "add" : "delete"](target);
    if (isDrawing || !nearContainers.size) return;
    isDrawing = true;
    await drawNearCharts().catch(giveUp);
    isDrawing = false;
  },
  { rootMargin: NEAR },
);
whenVisitorActs().then(() => {
  for (const container of containers) observer.observe(container);
});
