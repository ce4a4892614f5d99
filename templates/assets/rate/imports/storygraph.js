// The StoryGraph: the export of a visitor's library (Title,Authors,Contributors,ISBN/UID,Format,Read Status,...,Star Rating,...).
// Quarter stars.
import { parseRatingCell } from "./fields.js";

export const storygraph = {
  label: "The StoryGraph",
  recognises: (columns) => columns.has("title", "read status", "star rating"),
  read: (rows, columns) =>
    rows.map((row) => {
      const stars = parseRatingCell(columns.value(row, "star rating"))?.[0] || null;
      if (!stars && columns.value(row, "read status") !== "read") return null;
      return {
        title: columns.value(row, "title"),
        year: null,
        isEdition: true,
        isbns: [columns.value(row, "isbn uid")],
        stars,
        date: columns.value(row, "last date read", "date added"),
      };
    }),
};
