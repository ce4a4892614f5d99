// Any other table with a column of titles or ids: with ratings, years and dates where it has columns of these.
import { parseRatingCell, parseYearCell } from "./fields.js";

const TITLES = [
  ...["title", "name", "item title", "film", "movie", "book", "game", "song", "track", "album", "anime", "show", "series"],
  ...["film title", "movie title", "book title", "movie name", "book name", "article"],
  ...["titel", "titre", "titulo", "titolo", "tytul", "tytuł", "název", "nazev", "başlık", "название", "タイトル", "标题"],
];
const IDS = ["item", "item id", "itemid", "id", "movie id", "movieid", "book id", "bookid", "product id", "asin", "artist"];
const RATINGS = [
  ...["my rating", "your rating", "rating", "user rating", "stars", "star rating", "score", "my score"],
  ...["my vote", "vote", "grade", "note", "bewertung", "wertung", "puntuacion", "voto", "nota"],
  ...["sterne", "calificacion", "valoracion", "avaliacao", "classificacao", "cijfer", "beoordeling", "betyg"],
  ...["ocena", "hodnoceni", "arvosana", "karakter", "puan", "оценка", "評価", "评分", "meine bewertung", "ma note"],
];
const RATINGS_OF_TEN = ["rating10", "rating 10", "rating 1 10"];
const YEARS = ["year", "release year", "released", "release date", "jahr", "annee", "ano", "anno", "jaar", "rok"];
const DATES = ["watched date", "watcheddate", "date watched", "date rated", "date read", "last watched", "date", "timestamp"];
const IMDB_IDS = ["imdb id", "imdbid", "imdb", "const", "tconst"];
const ISBNS = ["isbn13", "isbn 13", "isbn", "isbn10", "isbn 10"];

// The upper end of the scale that ratings are on, by the highest: of 5, of 10 or of 100.
function scaleOf(ratings) {
  const highest = ratings.reduce((max, [value]) => Math.max(max, value), 0);
  return [5, 10, 100].find((end) => highest <= end) ?? highest;
}

export const plain = {
  label: "",
  recognises: (columns) => columns.hasAny(...TITLES, ...IMDB_IDS, ...ISBNS, ...IDS),
  read(rows, columns) {
    const ratings = rows.map((row) => parseRatingCell(columns.value(row, ...RATINGS_OF_TEN, ...RATINGS)));
    const end = columns.hasAny(...RATINGS_OF_TEN) ? 10 : scaleOf(ratings.filter((rating) => rating && !rating[1]));
    return rows.map((row, n) => {
      const [value, ownEnd] = ratings[n] ?? [null];
      return {
        title: columns.value(row, ...TITLES),
        id: columns.value(row, ...IDS),
        year: parseYearCell(columns.value(row, ...YEARS)),
        imdbId: columns.value(row, ...IMDB_IDS),
        isbns: ISBNS.map((name) => columns.value(row, name)),
        stars: value === null ? null : (5 * value) / (ownEnd ?? end),
        date: columns.value(row, ...DATES),
      };
    });
  },
};
