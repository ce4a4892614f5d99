// What the learner and the page agree on.

export const MAX_CLOSED_FORM_ITEMS = 1500; // a matrix of items by items is inverted in the page
