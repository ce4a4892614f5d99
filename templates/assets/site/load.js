// Load data on demand. A page opened from disk may not fetch, but it may add a script element.
import { element } from "../shared/element.js";
import { marquee } from "../shared/marquee.js";
import { outdatedError } from "../shared/outdated.js";
import { showOutdatedNotice } from "./notice.js";

// Adds `root`, `load` and `loadExported` to `marquee`. Must run while this script is the current one.
export function installLoader() {
  const root = document.currentScript.src.replace(/assets\/[^/]*$/, "");
  const build = document.documentElement.dataset.build ?? "";
  const promises = new Map(); // by address

  // The data that a script has left under a name, if it has the stamp that the page expects; undefined: any.
  const takeData = (name, stamp) => {
    if (!marquee.data?.has(name)) throw new Error(`${name}: the script holds no data`);
    if (stamp === undefined || (marquee.stamps?.get(name) ?? "") === stamp) return marquee.data.get(name);
    marquee.data.delete(name);
    showOutdatedNotice();
    throw outdatedError();
  };

  const loadScript = (address, name, stamp) =>
    new Promise((resolve, reject) => {
      marquee.data?.delete(name); // what an earlier attempt may have left
      marquee.stamps?.delete(name);
      const script = element("script", { src: root + address + (stamp ? `?v=${stamp}` : "") });
      const fail = (problem) => {
        promises.delete(address); // the next call tries again
        reject(problem);
      };
      script.onload = () => {
        try {
          resolve(takeData(name, stamp));
        } catch (problem) {
          fail(problem);
        }
      };
      script.onerror = () => fail(new Error(`${script.src} did not load`));
      document.head.append(script);
    });

  const loadOnce = (address, name, stamp) => {
    if (!promises.has(address)) promises.set(address, loadScript(address, name, stamp));
    return promises.get(address);
  };

  marquee.root = root;
  marquee.load = (name) => loadOnce(`assets/data-${name}.js`, name, build);
  marquee.loadExported = (name, stamp) => loadOnce(`data/${name}.js`, name, stamp);
}
