// Letterboxd: ratings.csv (Date,Name,Year,Letterboxd URI,Rating), and the same without a rating in watched.csv, with more in
// diary.csv and reviews.csv. Half stars from 0.5 to 5.
import { parseRatingCell, parseYearCell } from "./fields.js";

export const letterboxd = {
  label: "Letterboxd",
  recognises: (columns) => columns.has("name", "year", "letterboxd uri"),
  isNotSeen: (fileName) => /watchlist/i.test(fileName), // the same columns as watched.csv
  read: (rows, columns) =>
    rows.map((row) => ({
      title: columns.value(row, "name"),
      year: parseYearCell(columns.value(row, "year")),
      stars: parseRatingCell(columns.value(row, "rating"))?.[0] ?? null,
      date: columns.value(row, "watched date", "date"),
    })),
};
