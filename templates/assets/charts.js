// Embeds the charts of a page and paints them from the CSS variables of the visitor's theme.
"use strict";

{
  const places = document.querySelectorAll("[data-chart]");
  const painted = [];

  const paint = (model, font) => {
    const text = colour("--ink-2");
    const tag = (model.tags ?? []).find((name) => typeof name === "string" && name.startsWith("--"));
    if (model.type === "Figure") {
      model.setv({ outline_line_color: colour("--line") });
    } else if (model.type.endsWith("Axis")) {
      model.setv({
        axis_label_text_color: text,
        axis_label_text_font: font,
        axis_label_text_font_style: "normal",
        major_label_text_color: text,
        major_label_text_font: font,
        axis_line_color: colour("--line-2"),
        major_tick_line_color: colour("--line-2"),
        minor_tick_line_color: null,
      });
    } else if (model.type === "Grid") {
      model.setv({ grid_line_color: colour("--line") });
    } else if (model.type === "Legend") {
      model.setv({
        label_text_color: text,
        label_text_font: font,
        label_text_font_size: "12px",
        background_fill_color: colour("--surface"),
        background_fill_alpha: 0.85,
        border_line_color: null,
      });
    } else if (tag && model.type === "Span") {
      model.setv({ line_color: colour(tag) });
    } else if (tag && model.type === "GlyphRenderer") {
      for (const glyph of [model.glyph, model.nonselection_glyph, model.selection_glyph]) {
        if (!glyph || glyph === "auto") continue;
        const fields = { line_color: colour(tag) };
        if ("fill_color" in glyph) fields.fill_color = colour(tag);
        glyph.setv(fields);
      }
    }
  };

  // A token of the style sheet as a colour that a canvas takes: its value may be a function of the theme, so a browser
  // computes it, on an element of its own. A baseline that the style sheet does not know is painted like popularity.
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  const known = new Map();
  const colour = (name) => {
    if (!known.has(name)) {
      probe.style.color = `var(${name}, var(--popularity))`;
      known.set(name, getComputedStyle(probe).color);
    }
    return known.get(name);
  };

  const repaint = () => {
    known.clear();
    // On paper, which is white, what was painted for a dark page is inverted by the style sheet.
    const isDark = colour("--surface") !== "rgb(255, 255, 255)";
    for (const place of places) place.toggleAttribute("data-dark", isDark);
    const font = getComputedStyle(document.body).fontFamily;
    for (const root of painted) for (const model of root.references()) paint(model, font);
  };

  const embed = async (place) => {
    const item = JSON.parse(document.getElementById(`chart-${place.dataset.chart}`).textContent);
    const root = item.doc.roots[0];
    // One figure takes the height the style sheet gives its place; a layout knows its own.
    if (root.name === "Figure") root.attributes.height = place.clientHeight;
    await Bokeh.embed.embed_item(item, place);
    const doc = Bokeh.documents[Bokeh.documents.length - 1];
    painted.push(...doc.roots());
    return [place.dataset.chart, doc];
  };

  const all = async () => {
    const found = new Map();
    for (const place of places) found.set(...(await embed(place)));
    repaint();
    return found;
  };

  // Paper is narrower than a window, and a canvas does not flow: it is made smaller as it is.
  const PAPER = 680;
  addEventListener("beforeprint", () => {
    for (const { style, clientWidth } of places) {
      style.width = `${clientWidth}px`;
      style.zoom = Math.min(1, PAPER / clientWidth);
    }
  });
  addEventListener("afterprint", () => {
    for (const { style } of places) style.width = style.zoom = "";
  });

  // Resolves to the Bokeh documents of the page, by the name of their chart.
  globalThis.marqueeCharts = all();
  globalThis.marqueeColour = colour;
  document.addEventListener("marquee:theme", repaint);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
}
