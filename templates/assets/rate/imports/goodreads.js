// Goodreads: the export of a visitor's library (Book Id,Title,Author,...,ISBN,ISBN13,My Rating,...,Exclusive Shelf,...). An ISBN is
// written as ="0439023483" so that spreadsheets keep its zeros, a series after the title, and 0 stars mean no rating.
import { parseRatingCell, parseYearCell } from "./fields.js";

const SERIES = /\s*\([^()]*#[^()]*\)\s*$/; // "(The Hunger Games, #1)"

export const goodreads = {
  label: "Goodreads",
  recognises: (columns) => columns.has("title", "my rating", "exclusive shelf"),
  read: (rows, columns) =>
    rows.map((row) => {
      const stars = parseRatingCell(columns.value(row, "my rating"))?.[0] || null;
      if (!stars && columns.value(row, "exclusive shelf") !== "read") return null; // to-read, currently-reading, ...
      return {
        title: columns.value(row, "title").replace(SERIES, ""),
        year: parseYearCell(columns.value(row, "original publication year", "year published")),
        isEdition: true, // the year is that of one of many editions
        isbns: [columns.value(row, "isbn13"), columns.value(row, "isbn")],
        stars,
        date: columns.value(row, "date read", "date added"),
      };
    }),
};
