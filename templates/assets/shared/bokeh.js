// When BokehJS is loaded: it is large, and to start it takes a phone a second.
import { element } from "./element.js";
import { withDecimalSeparator } from "./format.js";

const TOUCH_ONLY = "(hover: none) and (pointer: coarse)";
const ACTS = ["scroll", "pointerdown", "touchstart", "keydown", "focusin"];

// Resolves when the visitor does something on a touch screen, where every second of the processor counts; elsewhere at once.
export function whenVisitorActs() {
  if (!matchMedia(TOUCH_ONLY).matches) return Promise.resolve();
  return new Promise((resolve) => {
    const acted = () => {
      for (const act of ACTS) removeEventListener(act, acted, true);
      resolve();
    };
    for (const act of ACTS) addEventListener(act, acted, { capture: true, passive: true });
  });
}

// Decimal numbers with as many decimals as the longest of them has; other texts as they are.
function withEqualDecimals(texts) {
  if (!texts.every((text) => /^[-−]?\d+(\.\d+)?$/.test(text))) return texts;
  const parts = texts.map((text) => text.split("."));
  const most = Math.max(...parts.map(([, decimals = ""]) => decimals.length));
  return parts.map(([whole, decimals = ""]) => (most ? `${whole}.${decimals.padEnd(most, "0")}` : whole));
}

// BokehJS strips zeros at the end of each number of an axis, 0.2 between 0.19 and 0.21, and writes a decimal point in every
// language: write numbers of axes and tooltips as the page does.
function formatNumbersAsThePage() {
  const { DEFAULT_FORMATTERS } = Bokeh.require("core/util/templating");
  for (const name of ["basic", "numeral"]) {
    const format = DEFAULT_FORMATTERS[name];
    DEFAULT_FORMATTERS[name] = (value, ...options) => {
      const text = format(value, ...options);
      return typeof value === "number" ? withDecimalSeparator(text) : text;
    };
  }
  const { prototype } = Bokeh.require("models/formatters/basic_tick_formatter").BasicTickFormatter;
  const { doFormat } = prototype;
  prototype.doFormat = function formatTicks(...ticks) {
    return withEqualDecimals(doFormat.apply(this, ticks)).map(withDecimalSeparator);
  };
}

export const loadBokeh = (address) =>
  new Promise((resolve, reject) => {
    const script = element("script", { src: address });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${script.src} did not load`));
    document.head.append(script);
  }).then(formatNumbersAsThePage);
