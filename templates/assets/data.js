// Data for scripts, loaded when asked for. A page opened from disk may not fetch, but it may add a script.
"use strict";

globalThis.marqueeLoad = (name, root) => {
  const loaded = (globalThis.marqueeData ??= new Map());
  if (loaded.has(name)) return Promise.resolve(loaded.get(name));
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${root}assets/data-${name}.js`;
    script.onload = () => resolve(loaded.get(name));
    script.onerror = () => reject(new Error(`${script.src} did not load`));
    document.head.append(script);
  });
};
