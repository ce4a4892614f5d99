// Put an element into a text, at the place that the text has for it: t("user.heading", { id: SLOT }).

export const SLOT = "\ufffc"; // the character that stands for an object in a text

export const withElement = (text, element) => text.split(SLOT).flatMap((piece, n) => (n ? [element, piece] : [piece]));
