// A chart to take away: what it shows as CSV, which needs no BokehJS, or as a picture with its title, legend and caption.
import { chartCanvas, chartItem } from "../shared/charts.js";
import { saveFile } from "../shared/save.js";
import { themeColour } from "../shared/theme_colours.js";

const PADDING = 20; // px, as all that follows
const [TITLE_SIZE, TEXT_SIZE, LINE_HEIGHT] = [18, 13, 20];
const [MARK_WIDTH, LEGEND_GAP] = [22, 24];

const QUOTE = "\u0022";

const isSource = ({ type, name, attributes }) => type === "object" && name === "ColumnDataSource" && attributes.name === "data";

// The sources below a value of a Bokeh item whose columns are data.
function sourcesIn(value) {
  if (value === null || typeof value !== "object") return [];
  return isSource(value) ? [value] : Object.values(value).flatMap(sourcesIn);
}

// A cell; Bokeh writes what is not a number, here what was not measured, as an object.
function csvCell(value) {
  const text = value !== null && typeof value === "object" ? "" : String(value);
  const isQuoted = [QUOTE, ",", "\n"].some((sign) => text.includes(sign));
  return isQuoted ? QUOTE + text.replaceAll(QUOTE, QUOTE + QUOTE) + QUOTE : text;
}

function csvOf(container) {
  const tables = sourcesIn(chartItem(container).doc.roots).map(({ attributes }) => new Map(attributes.data.entries));
  const names = [...new Set(tables.flatMap((table) => [...table.keys()]))].filter((name) => !name.startsWith("_"));
  const rows = tables.flatMap((table) => {
    const n = table.values().next().value.length;
    return Array.from({ length: n }, (_, row) => names.map((name) => csvCell(table.get(name)?.[row] ?? "")));
  });
  return [names, ...rows].map((row) => `${row.join(",")}\r\n`).join("");
}

// A text in lines of a width, in the font of the context.
function linesOf(context, text, width) {
  const lines = [];
  for (const word of text.trim().split(/\s+/)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && context.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

// The mark of an entry of the legend, as the style sheet draws it; `middle` is the height of the text's middle.
function drawMark(context, mark, x, middle) {
  const style = getComputedStyle(mark);
  context.beginPath();
  if (mark.classList.contains("dash")) {
    context.setLineDash([5, 3]);
    context.moveTo(x, middle);
    context.lineTo(x + 16, middle);
    context.strokeStyle = style.borderTopColor;
  } else if (mark.classList.contains("band")) {
    context.fillStyle = style.backgroundColor;
    context.fillRect(x, middle - 6, 16, 12);
    context.strokeStyle = style.borderTopColor;
    for (const y of [middle - 6, middle + 6]) {
      context.moveTo(x, y);
      context.lineTo(x + 16, y);
    }
  } else {
    const isHollow = mark.classList.contains("ring");
    context.arc(x + 8, middle, isHollow ? 5.5 : 4.5, 0, 2 * Math.PI);
    context.fillStyle = context.strokeStyle = isHollow ? style.borderTopColor : style.backgroundColor;
    if (!isHollow) context.fill();
  }
  context.lineWidth = 2;
  context.stroke();
  context.setLineDash([]);
}

// The entries of a legend in rows of a width: [[mark, text, x], ...] for each.
function legendRows(context, figure, width) {
  const rows = [];
  let x = Infinity;
  for (const entry of figure.querySelectorAll(":is(.legend, .map-legend) li")) {
    const text = [...entry.childNodes].map((part) => part.textContent.trim()).join(" ").trim();
    const entryWidth = MARK_WIDTH + context.measureText(text).width;
    if (x + entryWidth > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1).push([entry.firstElementChild, text, x]);
    x += entryWidth + LEGEND_GAP;
  }
  return rows;
}

// The last heading before a figure.
const headingOf = (figure) =>
  [...document.querySelectorAll("main :is(h1, h2, h3)")].findLast(
    (heading) => heading.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING,
  );

function pictureOf(figure, container) {
  const drawing = chartCanvas(container);
  if (!drawing) return null;
  const scale = drawing.width / container.clientWidth;
  const [width, height] = [container.clientWidth, drawing.height / scale];
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  const [titleFont, textFont] = [`700 ${TITLE_SIZE}px ${family}`, `${TEXT_SIZE}px ${family}`];
  context.font = titleFont;
  const title = linesOf(context, headingOf(figure).textContent, width);
  context.font = textFont;
  const legend = legendRows(context, figure, width);
  // biome-ignore lint/performance/useDomNodeTextContent: innerText leaves out what is hidden
  const caption = linesOf(context, figure.querySelector("figcaption").innerText, width);
  const titleHeight = title.length * 1.3 * TITLE_SIZE + 8;
  const legendHeight = legend.length * LINE_HEIGHT + (legend.length ? 8 : 0);
  canvas.width = scale * (width + 2 * PADDING);
  canvas.height = scale * (titleHeight + legendHeight + height + 12 + caption.length * LINE_HEIGHT + 2 * PADDING);
  context.scale(scale, scale);
  context.fillStyle = themeColour("--surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(PADDING, PADDING);
  context.textBaseline = "middle";
  const drawLines = (lines, font, colour, top, lineHeight) => {
    context.font = font;
    context.fillStyle = themeColour(colour);
    for (const [n, line] of lines.entries()) context.fillText(line, 0, top + (n + 0.5) * lineHeight);
  };
  drawLines(title, titleFont, "--ink", 0, 1.3 * TITLE_SIZE);
  context.font = textFont;
  legend.forEach((entries, n) => {
    const middle = titleHeight + (n + 0.5) * LINE_HEIGHT;
    for (const [mark, text, x] of entries) {
      drawMark(context, mark, x, middle);
      context.fillStyle = themeColour("--ink-2");
      context.fillText(text, x + MARK_WIDTH, middle);
    }
  });
  context.drawImage(drawing, 0, titleHeight + legendHeight, width, height);
  drawLines(caption, textFont, "--ink-2", titleHeight + legendHeight + height + 12, LINE_HEIGHT);
  return canvas;
}

// Save the chart of a figure as "csv" or "png".
export function download(figure, format) {
  const container = figure.querySelector("[data-chart]");
  const name = `${container.dataset.chart}.${format}`;
  if (format === "csv") saveFile(name, new Blob([csvOf(container)], { type: "text/csv" }));
  else pictureOf(figure, container)?.toBlob((blob) => saveFile(name, blob));
}
