// A ratings file as a log, by the rules of recsys/data, whose words and patterns it gets: what it reads, `recsys.load_dataset`
// reads too, and in the same way. It does less: it refuses, in a sentence,
//   - packed files and zips, JSON and Parquet, UTF-32
//   - tables with a row for each user and a column for each item
// and it takes one table alone: titles, years and genres if they stand in the rows of the ratings, no further columns.
// Digits are those of ASCII. Numbers and times are in 64 bits, a time with a fraction of a second keeps it.
import { t } from "../../shared/strings.js";
import { keepRows } from "./cells.js";
import { createContents } from "./contents.js";
import { createFactsReader } from "./facts.js";
import { drawUsers, mergeRatings, orderIds } from "./log.js";
import { createColumnNames } from "./names.js";
import { createRatingParser } from "./opinions.js";
import { createRatingsReader } from "./ratings.js";
import { findRoles } from "./roles.js";
import { scaleShares } from "./slices.js";
import { findForm, firstLines, readColumns, sampleRows, shownNames } from "./table.js";
import { decodeFile, refuseFile } from "./text.js";
import { isWide } from "./wide.js";

export const MAX_LOG = 200_000; // ratings
const FACTS = ["title", "year", "genres"];
const ENDINGS = /(\.(csv|tsv|tab|txt|dat|data|psv))?(\.(zip|gz|zst|bz2|xz))*$/i;
const [DECODED, PARSED, CLEANED] = [0.2, 0.7, 0.9]; // shares of the work that are done then

// Which columns of a table hold what, by its first rows.
function findColumns(form, blocks, columnNames, describe, ratingParser) {
  const sample = sampleRows(form, blocks);
  const names = [...sample.keys()];
  const [{ file }, columns] = [form, shownNames(form)];
  const contents = new Map(names.map((name) => [name, describe(sample.get(name))]));
  const isTable = form.hasHeader && isWide(sample, contents, columnNames, ratingParser);
  if (isTable) refuseFile(t("playground.file.wide", { file }));
  return findRoles(sample, contents, columnNames) ?? refuseFile(t("playground.file.noColumns", { file, columns }));
}

// The notes on which columns were taken for what.
function describeRoles(form, roles) {
  const columnOf = (role) => roles.get(role)?.name ?? "";
  const columns = [
    t("playground.file.asUser", { column: columnOf("user") }),
    t("playground.file.asItem", { column: columnOf("item") }),
    roles.has("rating") && t("playground.file.asRating", { column: columnOf("rating") }),
    roles.has("timestamp") && t("playground.file.asTime", { column: columnOf("timestamp") }),
  ].filter(Boolean);
  const guessed = [...roles.values()].filter(({ isGuess }) => isGuess).map(({ name }) => name);
  return [
    t("playground.file.columns", { columns: columns.join(", ") }),
    guessed.length && form.hasHeader && t("playground.file.guessed", { columns: guessed.join(", ") }),
  ];
}

// The ratings of drawn users alone, with the users and items that are left renumbered.
function keepUsers(ratings, isDrawn, nItems) {
  let rows = new Int32Array(ratings.user.length);
  const isRated = new Uint8Array(nItems);
  let n = 0;
  for (let row = 0; row < rows.length; row++) {
    if (!isDrawn[ratings.user[row]]) continue;
    rows[n++] = row;
    isRated[ratings.item[row]] = 1;
  }
  rows = rows.subarray(0, n);
  const left = [isDrawn, isRated].map((is) => Int32Array.from(is, (_, position) => position).filter((position) => is[position]));
  const [newUser, newItem] = left.map((some, k) => {
    const position = new Int32Array([isDrawn, isRated][k].length);
    some.forEach((old, fresh) => {
      position[old] = fresh;
    });
    return position;
  });
  const keep = (column) => column && Float64Array.from(rows, (row) => column[row]);
  return {
    ...{ users: left[0], items: left[1], rating: keep(ratings.rating), time: keep(ratings.time) },
    user: rows.map((row) => newUser[ratings.user[row]]),
    item: rows.map((row) => newItem[ratings.item[row]]),
  };
}

// Reads the bytes of a file with the words and patterns of data-reading-rules.js. Yields the share of the work that is done,
// every few milliseconds; returns { log, titles, itemIds, userIds, name, notes }. Throws an Error with a sentence that says
// what came, what was expected and what to do.
export function* readRatings(bytes, fileName, rules, limit = MAX_LOG) {
  const columnNames = createColumnNames(rules.names);
  const ratingParser = createRatingParser(rules.ratings);
  const describe = createContents(rules.contents, ratingParser);
  const blocks = yield* scaleShares(decodeFile(bytes, fileName, rules.formats.starts), 0, DECODED);
  const form = findForm(firstLines(blocks), fileName, columnNames, rules.files);
  yield DECODED;
  const roles = findColumns(form, blocks, columnNames, describe, ratingParser);
  yield DECODED;
  const table = yield* scaleShares(readColumns(form, blocks, [...roles.values()].map(({ name }) => name)), DECODED, PARSED);
  if (!table.lines.length) refuseFile(t("playground.file.noRows", { file: fileName, expected: shownNames(form) }));
  const rated = yield* scaleShares(createRatingsReader(rules, ratingParser)({ ...table, file: fileName }, roles), PARSED, CLEANED);
  if (!rated.user.codes.length) refuseFile(t("playground.file.noRatings", { file: fileName }));
  const [users, items] = [orderIds(rated.user), orderIds(rated.item)];
  yield CLEANED;
  const indexed = { ...rated, user: users.index, item: items.index };
  const merged = yield* scaleShares(mergeRatings(indexed, users.ids.length, items.ids.length), CLEANED, 1);
  const columns = new Map(FACTS.filter((role) => roles.has(role)).map((role) => [role, keepRows(table.cells.get(roles.get(role).name), rated.isKept)]));
  const facts = yield* scaleShares(createFactsReader(rules)(rated.item, columns), CLEANED, 1);
  const total = merged.user.length;
  const isDrawn = total > limit ? drawUsers(merged.user, users.ids.length, limit) : new Uint8Array(users.ids.length).fill(1);
  const kept = keepUsers(merged, isDrawn, items.ids.length);
  const [n, nUsers, nItems] = [kept.user.length, kept.users.length, kept.items.length];
  if (!n) refuseFile(t("playground.file.largeUsers", { file: fileName, limit }));
  const ofItem = (values) => [...kept.items].map((item) => values[items.order[item]]);
  const itemIds = [...kept.items].map((item) => items.ids[item]);
  const { genres, years } = facts;
  return {
    log: {
      ...{ nUsers, nItems, user: kept.user, item: kept.item, rating: kept.rating, time: kept.time },
      genres: genres ? { names: genres.names, ofItem: ofItem(genres.ofItem) } : null,
      years: years ? Float64Array.from(ofItem(years)) : null,
    },
    titles: ofItem(facts.titles).map((title, k) => title ?? itemIds[k]),
    itemIds,
    userIds: [...kept.users].map((user) => users.ids[user]),
    name: fileName.replace(ENDINGS, "") || fileName,
    notes: [
      n < total && t("playground.file.drawn", { kept: n, total, n: nUsers, nUsers: users.ids.length }),
      ...describeRoles(form, roles),
      ...rated.notes,
      ...facts.leftOut.map((role) => t("playground.file.leftOut", { column: roles.get(role).name })),
      merged.nMerged && describeMerged(merged, rated),
      !kept.time && t("playground.file.noTimes"),
    ].filter(Boolean),
  };
}

function describeMerged({ nMerged, time }, { isCounted }) {
  if (isCounted) return t("playground.file.counted", { n: nMerged });
  return time ? t("playground.file.newest", { n: nMerged }) : t("playground.file.mean", { n: nMerged });
}
