// Numbers as the pages write them.

export const formatCount = (n) => n.toLocaleString("en");

// "1 film", "1,234 films"
export const plural = (n, noun) => `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;

// Two decimals, with a true minus sign.
export const formatScore = (value) => value.toFixed(2).replace("-", "−");
