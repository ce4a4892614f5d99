// Load data on demand. A page opened from disk may not fetch, but it may add a script element.
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";

// Adds `root`, `load` and `loadExported` to `marquee`. Must run while this script is the current one.
export function installLoader() {
  const root = document.currentScript.src.replace(/assets\/[^/]*$/, "");
  const promises = new Map(); // by address

  const loadScript = (address, name) =>
    new Promise((resolve, reject) => {
      const script = element("script", { src: root + address });
      script.onload = () => resolve(marquee.data.get(name));
      script.onerror = () => {
        promises.delete(address); // the next call tries again
        reject(new Error(`${script.src} did not load`));
      };
      document.head.append(script);
    });

  const loadOnce = (address, name) => {
    if (!promises.has(address)) promises.set(address, loadScript(address, name));
    return promises.get(address);
  };

  marquee.root = root;
  marquee.load = (name) => loadOnce(`assets/data-${name}.js`, name);
  marquee.loadExported = (name) => loadOnce(`data/${name}.js`, name);
}
