// The layouts of exports that are understood; the first that recognises the columns reads the table.
//
// Each has { label, recognises(columns, header), read(rows, columns) }, where `columns` are those of fields.js and `read`
// gives, row by row, null for what was not watched or read, or an entry
//   title         "" if there is none
//   year          or null
//   stars         from 0.5 to 5, or null: watched or read without a rating
//   date          as text, "" if there is none
//   otherTitles, id, imdbId, isbns    where the layout has them
//   isEdition     the year says little about which item it is
//   isPart        an episode: only its id says which item it is
// and `isNotSeen(fileName)`, where a file of the same columns lists what was not watched.
import { goodreads } from "./goodreads.js";
import { imdb } from "./imdb.js";
import { letterboxd } from "./letterboxd.js";
import { netflix } from "./netflix.js";
import { plain } from "./plain.js";
import { storygraph } from "./storygraph.js";

export const KNOWN_FORMATS = [letterboxd, imdb, goodreads, storygraph, netflix];
export const FORMATS = [...KNOWN_FORMATS, plain];
