// Patterns of recsys/data that data-reading-rules.js holds, as regular expressions.

// Matches whole texts.
export const wholePattern = ({ source, flags }) => new RegExp(`^(?:${source})$`, flags);

// Matches anywhere in a text.
export const anyPattern = ({ source, flags }) => new RegExp(source, flags);

// A function that keeps its results by argument, which is a text.
export function memoized(compute) {
  const results = new Map();
  return (text) => {
    if (!results.has(text)) results.set(text, compute(text));
    return results.get(text);
  };
}

// A function that gives a text without what a terminal or a page would obey instead of showing it, as
// recsys/data/printable.py explains.
export function createControlFilter({ whitespace, control }) {
  const [spaces, controls] = [whitespace, control].map(({ source, flags }) => new RegExp(source, `${flags}g`));
  return (text) => text.replace(spaces, " ").replace(controls, "\ufffd");
}
