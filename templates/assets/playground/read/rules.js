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
