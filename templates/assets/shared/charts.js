// Draw the Bokeh charts of a page, and paint them with the colours of the visitor's theme.

const PRINT_WIDTH = 680; // px

const drawnCharts = new Map(); // the Bokeh documents, by the container that each is drawn in
const colours = new Map(); // by CSS variable, of the current theme
const probe = document.createElement("i");
probe.className = "chart-colour";
probe.hidden = true;
probe.style.forcedColorAdjust = "none"; // colours tell points and curves apart, in high contrast too
document.body.append(probe);

// The value of a CSS variable as a colour that a canvas takes. The value may be a function such as light-dark(), so the
// browser has to compute it, on an element. A variable that the style sheet lacks gets a neutral colour.
export function themeColour(variable) {
  if (!colours.has(variable)) {
    probe.style.color = `var(${variable}, var(--neutral))`;
    colours.set(variable, getComputedStyle(probe).color);
  }
  return colours.get(variable);
}

// Call `repaint` whenever the theme changes: by the switch in the head, or by the system.
export function onThemeChange(repaint) {
  document.addEventListener("marquee:theme", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}

function paintModel(model, font) {
  const textColour = themeColour("--ink-2");
  const tag = (model.tags ?? []).find((name) => typeof name === "string" && name.startsWith("--"));
  if (model.type === "Figure") {
    model.setv({ outline_line_color: themeColour("--line") });
  } else if (model.type.endsWith("Axis")) {
    model.setv({
      axis_label_text_color: textColour,
      axis_label_text_font: font,
      axis_label_text_font_style: "normal",
      major_label_text_color: textColour,
      major_label_text_font: font,
      axis_line_color: themeColour("--line-2"),
      major_tick_line_color: themeColour("--line-2"),
      minor_tick_line_color: null,
    });
  } else if (model.type === "Grid") {
    model.setv({ grid_line_color: themeColour("--line") });
  } else if (model.type === "Legend") {
    model.setv({
      label_text_color: textColour,
      label_text_font: font,
      label_text_font_size: "12px",
      background_fill_color: themeColour("--surface"),
      background_fill_alpha: 0.85,
      border_line_color: null,
    });
  } else if (tag && model.type === "Span") {
    model.setv({ line_color: themeColour(tag) });
  } else if (tag && model.type === "GlyphRenderer") {
    for (const glyph of [model.glyph, model.nonselection_glyph, model.selection_glyph]) {
      if (!glyph || glyph === "auto") continue;
      const fields = { line_color: themeColour(tag) };
      if ("fill_color" in glyph) fields.fill_color = themeColour(tag);
      glyph.setv(fields);
    }
  }
}

function paintChart(bokehDocument, container) {
  // In print, on white paper, the style sheet inverts what was painted for a dark page.
  container.toggleAttribute("data-dark", themeColour("--surface") !== "rgb(255, 255, 255)");
  const font = getComputedStyle(document.body).fontFamily;
  for (const root of bokehDocument.roots()) for (const model of root.references()) paintModel(model, font);
}

onThemeChange(() => {
  colours.clear();
  drawnCharts.forEach(paintChart);
});

// Paper is narrower than a window, and a canvas does not reflow: scale it down.
addEventListener("beforeprint", () => {
  for (const { style, clientWidth } of drawnCharts.keys()) {
    style.width = `${clientWidth}px`;
    style.zoom = Math.min(1, PRINT_WIDTH / clientWidth);
  }
});
addEventListener("afterprint", () => {
  for (const { style } of drawnCharts.keys()) style.width = style.zoom = "";
});

// Draw the chart of a container, of a page that has loaded BokehJS. Resolves to its Bokeh document.
export async function drawChart(container) {
  const item = JSON.parse(document.getElementById(`chart-${container.dataset.chart}`).textContent);
  const root = item.doc.roots[0];
  // A single figure gets the height that the style sheet gives its container; a layout knows its own.
  if (root.name === "Figure") root.attributes.height = container.clientHeight;
  container.replaceChildren(); // what stands there in place of the chart
  await Bokeh.embed.embed_item(item, container);
  const bokehDocument = Bokeh.documents[Bokeh.documents.length - 1];
  paintChart(bokehDocument, container);
  drawnCharts.set(container, bokehDocument);
  container.toggleAttribute("data-drawn", true);
  return bokehDocument;
}
