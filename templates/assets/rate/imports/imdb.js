// IMDb: the export of a visitor's ratings, and of a list, where only rated titles have a rating. The columns of today
// (Const,Your Rating,Date Rated,Title,...) and those until 2017 (position,const,created,...,You rated,...). Ratings from
// 1 to 10.
import { parseRatingCell, parseYearCell } from "./fields.js";

export const imdb = {
  label: "IMDb",
  recognises: (columns) => columns.has("const", "title") && columns.hasAny("your rating", "you rated"),
  read: (rows, columns) =>
    rows.map((row) => {
      const rating = parseRatingCell(columns.value(row, "your rating", "you rated"));
      if (!rating) return null; // on a list, but not rated: whether it was seen is not known
      return {
        title: columns.value(row, "title"),
        otherTitles: [columns.value(row, "original title")],
        year: parseYearCell(columns.value(row, "year")),
        imdbId: columns.value(row, "const"),
        isPart: /episode/i.test(columns.value(row, "title type")), // its title is not that of the series
        stars: rating[0] / 2,
        date: columns.value(row, "date rated", "modified", "created"),
      };
    }),
};
