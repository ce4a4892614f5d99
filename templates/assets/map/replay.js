// The replay: items move to their positions as they did while the model was trained. Its data loads on demand.
import { decodeArray } from "../shared/decode.js";
import { marquee } from "../shared/marquee.js";
import { describeFailure } from "../shared/outdated.js";
import { t } from "../shared/strings.js";
import { itemRow, items, positionsOf } from "./items.js";
import { createLossChart } from "./losses.js";
import { PROJECTION } from "./state.js";

const MAX_STEP = 65535; // frames are in 16 bits: 0 is `low`, 65535 is `high`

// One frame as positions [all x, all y], by row. Items that the replay does not track stay where the model has them.
function decodeFrame(text, rows, { low, high }, finalPositions) {
  const steps = decodeArray(text, "uint16"); // (n tracked * 2,): x, y of each
  return [0, 1].map((axis) => {
    const values = Float64Array.from(finalPositions[axis]);
    const unit = (high[axis] - low[axis]) / MAX_STEP;
    rows.forEach((row, n) => {
      if (row >= 0) values[row] = low[axis] + steps[2 * n + axis] * unit;
    });
    return values;
  });
}

// The frames of one model, with the epoch of each, and the extent of them all.
function decodeRecording(recording, rows, finalPositions) {
  const frames = recording.frames.map((text) => decodeFrame(text, rows, recording, finalPositions));
  frames[frames.length - 1] = finalPositions.map((axis) => Float64Array.from(axis)); // exact, without 16-bit rounding
  const edge = (axis, best) => best(...frames.map((frame) => frame[axis].reduce((a, b) => best(a, b))));
  const extent = [edge(0, Math.min), edge(1, Math.min), edge(0, Math.max), edge(1, Math.max)];
  return { epochs: recording.epochs, frames, extent };
}

// The positions between two frames: linear from one to the next.
function interpolate(from, to, share) {
  return from.map((axis, n) => (share ? axis.map((value, row) => value + (to[n][row] - value) * share) : axis));
}

// `onChange({ epoch })` reports the epoch shown; null: closed.
export function createReplay(box, plot, onChange) {
  const toggleButton = box.querySelector("[data-replay]");
  if (!toggleButton) return { show: () => {}, trackedRows: () => null, isOpen: () => false };
  const panel = box.querySelector("#map-replay");
  const [playButton, slider] = [panel.querySelector("[data-play]"), panel.querySelector("input")];
  const epochOutput = panel.querySelector("[data-epoch]");
  const lossChart = createLossChart(panel.querySelector("[data-losses]"));
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  let data = null; // map_replay.js
  let rows = []; // of data.item_ids; -1: not on the map
  let recording = null; // of the model shown
  let shownModel = null;
  let position = 0; // in frames, with fractions between them
  let animation = 0;

  const lastFrame = () => recording.frames.length - 1;
  const isPlaying = () => animation !== 0;
  const shownEpoch = () => recording.epochs[Math.round(position)];
  const reportEpoch = () => onChange({ epoch: shownEpoch() });

  const seek = (newPosition) => {
    position = Math.min(Math.max(newPosition, 0), lastFrame());
    const [before, after, share] = [Math.floor(position), Math.ceil(position), position % 1];
    plot.moveItems(...interpolate(recording.frames[before], recording.frames[after], share));
    const epoch = recording.epochs[before] * (1 - share) + recording.epochs[after] * share;
    slider.value = Math.round(position);
    const label = t("map.replay.epoch", { epoch: Math.round(epoch), last: recording.epochs.at(-1) });
    slider.setAttribute("aria-valuetext", label);
    epochOutput.textContent = label;
    lossChart.showEpoch(epoch);
  };

  const seekEpoch = (epoch) => {
    const distances = recording.epochs.map((recorded) => Math.abs(recorded - epoch));
    seek(distances.indexOf(Math.min(...distances)));
    labelPlayButton();
  };

  const labelPlayButton = () => {
    const isAtEnd = recording && position >= lastFrame();
    playButton.textContent = t(isPlaying() ? "map.replay.pause" : isAtEnd ? "map.replay.again" : "map.replay.play");
  };

  const stop = () => {
    cancelAnimationFrame(animation);
    animation = 0;
    labelPlayButton();
  };

  const start = () => {
    if (position >= lastFrame()) seek(0);
    const { length } = recording.frames;
    const msPerFrame = Math.min(Math.max(300, 2500 / length), 9000 / length); // 9 seconds in all at most
    let previous = performance.now();
    const step = (now) => {
      seek(position + Math.max(now - previous, 0) / msPerFrame);
      previous = now;
      if (position >= lastFrame()) {
        stop();
        reportEpoch();
      } else animation = requestAnimationFrame(step);
    };
    animation = requestAnimationFrame(step);
    labelPlayButton();
  };

  const close = () => {
    const hadFocus = panel.contains(document.activeElement);
    stop();
    recording = shownModel = null;
    panel.hidden = true;
    toggleButton.setAttribute("aria-expanded", "false");
    if (hadFocus) toggleButton.focus();
  };

  const open = (model, epoch) => {
    stop();
    rows = data.item_ids.map(itemRow);
    const encoded = data.models[model];
    recording = encoded ? decodeRecording(encoded, rows, positionsOf(model, PROJECTION)) : null;
    shownModel = recording && model;
    if (!recording) {
      close();
      return onChange({ epoch: null }); // the training of this model was not recorded
    }
    panel.hidden = false;
    toggleButton.setAttribute("aria-expanded", "true");
    playButton.hidden = reducedMotion.matches;
    slider.max = lastFrame();
    lossChart.draw(items.losses[model] ?? []);
    plot.showPositions(recording.frames[0], recording.extent);
    seekEpoch(epoch);
  };

  const loadData = async () => {
    try {
      data ??= await marquee.loadExported("map_replay", toggleButton.dataset.replay);
      toggleButton.textContent = t("map.replay.open");
    } catch (problem) {
      toggleButton.textContent = describeFailure(problem, t("map.replay.failed"));
    }
    return data !== null;
  };

  toggleButton.addEventListener("click", async () => {
    if (recording) return onChange({ epoch: null });
    if (!(await loadData())) return;
    onChange({ epoch: 0 });
    if (!recording) return;
    panel.parentElement.scrollIntoView({ block: "nearest" }); // the controls with the plot below them
    if (reducedMotion.matches) slider.focus();
    else {
      start();
      playButton.focus({ preventScroll: true });
    }
  });
  playButton.addEventListener("click", () => {
    if (isPlaying()) {
      stop();
      reportEpoch();
    } else start();
  });
  slider.addEventListener("input", () => {
    stop();
    seek(Number(slider.value));
    labelPlayButton();
    reportEpoch();
  });
  panel.querySelector("[data-close]").addEventListener("click", () => onChange({ epoch: null }));

  return {
    // Open at an epoch, or close for null. Resolves to whether it was closed just now.
    async show({ model, epoch }) {
      if (epoch === null) {
        const wasOpen = recording !== null;
        if (wasOpen) close();
        return wasOpen;
      }
      if (!data && !(await loadData())) return false;
      if (shownModel !== model) open(model, epoch);
      else if (!isPlaying() && shownEpoch() !== epoch) seekEpoch(epoch);
      return false;
    },
    isOpen: () => recording !== null,
    epoch: shownEpoch, // the nearest one that has a frame
    // The rows that move; null while the replay is closed.
    trackedRows: () => (recording ? new Set(rows) : null),
  };
}
