// Draw the Bokeh charts of a page with the colours of the visitor's theme.
import { markTheme, onThemeChange, themeColour } from "./theme_colours.js";

const PRINT_WIDTH = 680; // px
const [VARIABLE, COLOUR] = ["_variable", "_colour"]; // columns of a source, as in charts/figures.py

const drawnCharts = new Map(); // the Bokeh document and the view of its root, by the container that each is drawn in

// The attributes of a model of this type that depend on the theme.
function themeOf(type, font) {
  if (type === "Figure") return { outline_line_color: themeColour("--line") };
  if (type === "Grid") return { grid_line_color: themeColour("--line") };
  if (type.endsWith("Axis")) {
    return {
      axis_label_text_color: themeColour("--ink-2"),
      axis_label_text_font: font,
      axis_label_text_font_style: "normal",
      major_label_text_color: themeColour("--ink-2"),
      major_label_text_font: font,
      axis_line_color: themeColour("--line-2"),
      major_tick_line_color: themeColour("--line-2"),
    };
  }
  return null;
}

// A tag of a model names the variable with its colour.
const variableOf = (tags) => (tags ?? []).find((tag) => typeof tag === "string" && tag.startsWith("--"));

const glyphsOf = (renderer) =>
  [renderer.glyph, renderer.selection_glyph, renderer.nonselection_glyph].filter((glyph) => glyph && glyph !== "auto");

// The attributes of what a tag gives a colour; `isFilled` tells whether it is a glyph with an area.
function tagColours(variable, isFilled) {
  const colour = themeColour(variable);
  return isFilled ? { line_color: colour, fill_color: colour } : { line_color: colour };
}

// Put the colours into the JSON of a chart, so that it need not be drawn twice.
function paintItem(value, font) {
  if (value === null || typeof value !== "object") return;
  const { type, name, attributes } = value;
  if (type === "object" && attributes) {
    const variable = variableOf(attributes.tags);
    Object.assign(attributes, themeOf(name, font));
    if (variable && name === "Span") Object.assign(attributes, tagColours(variable, false));
    if (variable && name === "GlyphRenderer") {
      for (const { attributes: style } of glyphsOf(attributes)) Object.assign(style, tagColours(variable, "fill_color" in style));
    }
    if (name === "ColumnDataSource") {
      const columns = new Map(attributes.data.entries);
      if (columns.has(VARIABLE)) {
        columns.set(COLOUR, columns.get(VARIABLE).map(themeColour));
        attributes.data.entries = [...columns];
        return;
      }
    }
  }
  for (const part of Object.values(value)) paintItem(part, font);
}

function paintModel(model, font) {
  const variable = variableOf(model.tags);
  const theme = themeOf(model.type, font);
  if (theme) model.setv(theme);
  if (variable && model.type === "Span") model.setv(tagColours(variable, false));
  if (variable && model.type === "GlyphRenderer") {
    for (const glyph of glyphsOf(model)) glyph.setv(tagColours(variable, "fill_color" in glyph));
  }
  if (model.type === "ColumnDataSource" && VARIABLE in model.data) {
    model.data = { ...model.data, [COLOUR]: [...model.data[VARIABLE]].map(themeColour) };
  }
}

const bodyFont = () => getComputedStyle(document.body).fontFamily;

onThemeChange(() => {
  for (const [container, { bokehDocument }] of drawnCharts) {
    markTheme(container);
    for (const root of bokehDocument.roots()) for (const model of root.references()) paintModel(model, bodyFont());
  }
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

// What a page embeds for a chart: a Bokeh item.
export const chartItem = (container) =>
  JSON.parse(document.getElementById(`chart-${container.dataset.chart}`).textContent);

// The chart of a container as it is drawn, as a canvas; undefined where it is not drawn.
export const chartCanvas = (container) => drawnCharts.get(container)?.view.export("png").canvas;

// Draw the chart of a container, of a page that has loaded BokehJS. Resolves to its Bokeh document.
export async function drawChart(container) {
  const item = chartItem(container);
  paintItem(item.doc.roots, bodyFont());
  // The figure gets the height that the style sheet gives its container.
  item.doc.roots[0].attributes.height = container.clientHeight;
  const alternatives = [...container.children]; // what says that there is no chart
  container.replaceChildren();
  try {
    const [view] = await Bokeh.embed.embed_item(item, container);
    const bokehDocument = Bokeh.documents[Bokeh.documents.length - 1];
    drawnCharts.set(container, { bokehDocument, view });
    markTheme(container);
    container.toggleAttribute("data-drawn", true);
    return bokehDocument;
  } catch (problem) {
    container.replaceChildren(...alternatives);
    throw problem;
  }
}

// Say in place of charts that they could not be drawn.
export function showFailure(containers) {
  for (const container of containers) if (!drawnCharts.has(container)) container.toggleAttribute("data-failed", true);
}
