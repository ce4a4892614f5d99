// Resolves in a task of its own, so that the browser can draw and answer the visitor first.
export const nextTask = () => new Promise((resolve) => setTimeout(resolve));
