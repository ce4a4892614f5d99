// Create elements. Content is appended as nodes or text, never parsed as HTML, so titles and ids need no escaping.

export function element(tag, attributes = {}, ...content) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...content);
  return created;
}

export function svgElement(tag, attributes = {}, ...content) {
  const created = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.append(...content);
  return created;
}

export function button(attributes, onClick, ...content) {
  const created = element("button", { type: "button", ...attributes }, ...content);
  created.addEventListener("click", onClick);
  return created;
}

// Put `children` into `list` in their order, moving only those that are out of place: an element that keeps its place
// keeps the focus.
export function arrange(list, children) {
  const wanted = new Set(children);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, position) => {
    if (list.children[position] !== child) list.insertBefore(child, list.children[position] ?? null);
  });
}
