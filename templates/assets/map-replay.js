// The replay: films move to their places as they did while the model learned. Its data loads when it is asked for.
"use strict";

globalThis.marqueeMap.makeReplay = (box, plot, told) => {
  const { films } = globalThis.marqueeMap;
  const button = box.querySelector("[data-replay]");
  if (!button) return { show: () => {}, present: () => null, isOpen: () => false };
  const panel = box.querySelector("#map-replay");
  const [play, slider] = [panel.querySelector("[data-play]"), panel.querySelector("input")];
  const output = panel.querySelector("[data-epoch]");
  const losses = globalThis.marqueeMap.makeLosses(panel.querySelector("[data-losses]"));
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let data = null; // as map_replay.js
  let film = null; // one model's: { epochs, frames: [[x, y], ...], extent }
  let shown = null; // the model of `film`
  let rows = []; // of item_ids
  let at = 0; // where it stands, in frames
  let request = 0;

  // Pairs of 16 bits in a square from `low` to `high`; films that are not in the replay stay where they are served.
  const decode = (text, { low, high }, served) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const numbers = new DataView(bytes.buffer);
    return [0, 1].map((axis) => {
      const found = Float64Array.from(served[axis]);
      const unit = (high[axis] - low[axis]) / 65535;
      rows.forEach((row, n) => {
        if (row >= 0) found[row] = low[axis] + numbers.getUint16(4 * n + 2 * axis, true) * unit;
      });
      return found;
    });
  };

  const open = (model) => {
    const found = data.models[model];
    if (!found) return null;
    rows = data.item_ids.map(films.row);
    const served = films.places[model];
    const frames = found.frames.map((text) => decode(text, found, served));
    frames[frames.length - 1] = served.map((axis) => Float64Array.from(axis)); // exactly, not in 16 bits
    const edge = (axis, of) => of(...frames.map((frame) => frame[axis].reduce((one, two) => of(one, two))));
    const extent = [edge(0, Math.min), edge(1, Math.min), edge(0, Math.max), edge(1, Math.max)];
    return { epochs: found.epochs, frames, extent };
  };

  const seek = (place) => {
    at = Math.min(Math.max(place, 0), film.frames.length - 1);
    const [one, two] = [film.frames[Math.floor(at)], film.frames[Math.ceil(at)]];
    const share = at % 1;
    plot.move(...one.map((axis, n) => (share ? axis.map((value, row) => value + (two[n][row] - value) * share) : axis)));
    const epoch = film.epochs[Math.floor(at)] * (1 - share) + film.epochs[Math.ceil(at)] * share;
    slider.value = Math.round(at);
    const said = `Epoch ${Math.round(epoch)} of ${film.epochs.at(-1)}`;
    slider.setAttribute("aria-valuetext", said);
    output.textContent = said;
    losses.at(epoch);
  };

  const isPlaying = () => request !== 0;

  const label = () => {
    play.textContent = isPlaying() ? "Pause" : film && at >= film.frames.length - 1 ? "Play again" : "Play";
  };

  const stop = () => {
    cancelAnimationFrame(request);
    request = 0;
    label();
  };

  const start = () => {
    if (at >= film.frames.length - 1) seek(0);
    const perFrame = Math.min(Math.max(300, 2500 / film.frames.length), 9000 / film.frames.length);
    let before = performance.now();
    const step = (now) => {
      seek(at + Math.max(now - before, 0) / perFrame);
      before = now;
      if (at >= film.frames.length - 1) {
        stop();
        tell();
      } else request = requestAnimationFrame(step);
    };
    request = requestAnimationFrame(step);
    label();
  };

  const tell = () => told({ epoch: film.epochs[Math.round(at)] });

  const close = () => {
    const hadFocus = panel.contains(document.activeElement);
    stop();
    film = shown = null;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (hadFocus) button.focus();
  };

  const seekEpoch = (epoch) => {
    const away = film.epochs.map((one) => Math.abs(one - epoch));
    seek(away.indexOf(Math.min(...away)));
    label();
  };

  const begin = (model, epoch) => {
    stop();
    film = open(model);
    shown = film && model;
    if (!film) {
      close();
      return told({ epoch: null }); // this model's way was not recorded
    }
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    play.hidden = calm.matches;
    slider.max = film.frames.length - 1;
    losses.draw(films.losses[model] ?? []);
    plot.place(film.frames[0], film.extent);
    seekEpoch(epoch);
  };

  const load = async () => {
    try {
      data ??= await globalThis.marqueeExported("map_replay");
      button.textContent = "Replay";
    } catch {
      button.textContent = "The replay could not be loaded";
    }
    return data !== null;
  };

  button.addEventListener("click", async () => {
    if (film) return told({ epoch: null });
    if (!(await load())) return;
    told({ epoch: 0 });
    if (!film) return;
    if (calm.matches) slider.focus();
    else {
      start();
      play.focus({ preventScroll: true });
    }
  });
  play.addEventListener("click", () => {
    if (isPlaying()) {
      stop();
      tell();
    } else start();
  });
  slider.addEventListener("input", () => {
    stop();
    seek(Number(slider.value));
    label();
    tell();
  });
  panel.querySelector("[data-close]").addEventListener("click", () => told({ epoch: null }));

  return {
    // Open at an epoch, or closed where it is null. Resolves when the films are where they belong.
    async show({ model, epoch }) {
      if (epoch === null) {
        if (film) {
          close();
          return true;
        }
        return false;
      }
      if (!data && !(await load())) return false;
      if (shown !== model) {
        begin(model, epoch);
        return false;
      }
      if (!isPlaying() && film.epochs[Math.round(at)] !== epoch) {
        seekEpoch(epoch);
      }
      return false;
    },
    isOpen: () => film !== null,
    // The epoch that is shown: the nearest one of which there is a frame.
    epoch: () => film.epochs[Math.round(at)],
    // Which films move; null where all may be seen.
    present: () => (film ? new Set(rows) : null),
  };
};
