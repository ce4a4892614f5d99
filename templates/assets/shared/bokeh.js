// When BokehJS is loaded: it is large, and to start it takes a phone a second.
import { element } from "./element.js";

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

export const loadBokeh = (address) =>
  new Promise((resolve, reject) => {
    const script = element("script", { src: address });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${script.src} did not load`));
    document.head.append(script);
  });
