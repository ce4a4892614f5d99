// The loss curves beside the replay, as a small drawing with a mark at the epoch shown.
"use strict";

globalThis.marqueeMap.makeLosses = (box) => {
  const [WIDTH, HEIGHT] = [600, 100];

  const drawn = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  const text = (className, content) => Object.assign(document.createElement("span"), { className, textContent: content });

  let mark = null;
  let told = []; // where the losses at the epoch stand, training before validation
  let records = [];
  let across = () => 0;

  return {
    // `rows` are [epoch, training loss, validation loss or null].
    draw(rows) {
      records = rows;
      mark = null;
      if (!rows.length) return box.replaceChildren();
      const values = rows.flatMap((row) => row.slice(1)).filter((value) => value !== null);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const [first, last] = [rows[0][0], rows.at(-1)[0]];
      across = (epoch) => (WIDTH * (Math.min(Math.max(epoch, first), last) - first)) / Math.max(last - first, 1);
      const down = (loss) => HEIGHT - (HEIGHT * (loss - low)) / (high - low || 1);
      const svg = drawn("svg", { viewBox: `0 -4 ${WIDTH} ${HEIGHT + 8}`, preserveAspectRatio: "none", role: "img" });
      svg.setAttribute("aria-label", `Loss by epoch, from ${high.toFixed(2)} to ${low.toFixed(2)}`);
      for (const [column, name] of [[1, "train"], [2, "validation"]]) {
        const known = rows.filter((row) => (row[column] ?? null) !== null);
        if (!known.length) continue;
        const points = known.map((row) => `${across(row[0]).toFixed(1)},${down(row[column]).toFixed(1)}`).join(" ");
        svg.append(drawn("polyline", { points, class: name }));
      }
      mark = drawn("line", { y1: -4, y2: HEIGHT + 4, class: "mark" });
      svg.append(mark);
      const legend = document.createElement("p");
      legend.className = "losses-legend";
      legend.append(text("train", "training loss "));
      if (svg.querySelector(".validation")) legend.append(text("validation", "validation loss "));
      told = [...legend.children].map((name) => name.appendChild(document.createElement("b")));
      const scale = document.createElement("div");
      scale.className = "losses-scale";
      scale.append(text("", high.toFixed(2)), text("", low.toFixed(2)));
      const frame = document.createElement("div");
      frame.className = "losses";
      frame.append(scale, svg);
      box.replaceChildren(legend, frame);
    },

    at(epoch) {
      if (!mark) return;
      const x = across(epoch).toFixed(1);
      mark.setAttribute("x1", x);
      mark.setAttribute("x2", x);
      const row = records.findLast((one) => one[0] <= Math.round(epoch)) ?? records[0];
      told.forEach((place, n) => (place.textContent = row[n + 1]?.toFixed(3) ?? "–"));
    },
  };
};
