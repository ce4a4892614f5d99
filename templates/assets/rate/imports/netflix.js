// Netflix: the viewing history of a profile (Title,Date), and ViewingActivity.csv from the download of all personal
// information. There are no ratings and no years, and each episode of a series has its own row.
const SEASON =
  /^(?:limited series|collection|(?:season|series|part|volume|vol\.?|book|chapter|staffel|teil|saison|partie|temporada|parte|stagione|seizoen|deel)\s*\d+\b.*)$/i;

// "Stranger Things: Season 1: Chapter One" is of the series "Stranger Things"; "Mission: Impossible" is a film.
function seriesOf(title) {
  const parts = title.split(": ");
  const season = parts.findIndex((part, n) => n > 0 && SEASON.test(part));
  return season > 0 ? parts.slice(0, season).join(": ") : null;
}

export const netflix = {
  label: "Netflix",
  recognises: (columns, header) =>
    columns.has("title", "supplemental video type") || (header.length === 2 && columns.has("title", "date")),
  read: (rows, columns) =>
    rows.map((row) => {
      if (columns.value(row, "supplemental video type")) return null; // a trailer
      const title = columns.value(row, "title");
      return {
        title: seriesOf(title) ?? title,
        year: null,
        stars: null,
        date: columns.value(row, "date", "start time"),
      };
    }),
};
