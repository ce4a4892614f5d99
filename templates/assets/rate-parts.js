// Small parts that the scripts of the Rate page share: how elements are made, how numbers and lists are written.
"use strict";

globalThis.marqueeRate ??= {};

{
  const element = (name, attributes = {}, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content);
    return made;
  };

  const button = (attributes, act, ...content) => {
    const made = element("button", { type: "button", ...attributes }, ...content);
    made.addEventListener("click", act);
    return made;
  };

  // Puts `items` into `list` in their order, without touching what stands in its place already: what has the focus keeps
  // it unless it is gone.
  const arrange = (list, items) => {
    const wanted = new Set(items);
    for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
    items.forEach((item, place) => {
      if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
    });
  };

  globalThis.marqueeRate.parts = {
    element,
    button,
    arrange,
    count: (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`,
    fixed: (value) => value.toFixed(2).replace("-", "−"),
  };
}
