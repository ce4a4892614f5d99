// A ratings file as a log, by the rules of recsys/data, whose words and patterns it gets: what it reads,
// `recsys.load_dataset` reads too, and in the same way. It does less: it refuses, in a sentence,
//   - packed files and zips, JSON and Parquet, UTF-32
// and it takes one table alone: titles, years and genres if they stand in the rows of the ratings, no further columns.
// Digits are those of ASCII. Numbers and times are in 64 bits, a time with a fraction of a second keeps it.
import { t } from "../../shared/strings.js";
import { keepRows, positionsOf, takeAt } from "./cells.js";
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
import { findWide, readWide } from "./wide.js";

export const MAX_LOG = 200_000; // ratings
const FACTS = ["title", "year", "genres"];
const ENDINGS = /(\.(csv|tsv|tab|txt|dat|data|psv))?(\.(zip|gz|zst|bz2|xz))*$/i;
const DECODED = 0.3; // share of the work on a table
const [PARSED, CLEANED] = [0.7, 0.9]; // shares of all work

// What reads names, contents, ratings and facts, by the words and patterns of data-reading-rules.js.
function createReaders(rules) {
  const ratingParser = createRatingParser(rules.ratings);
  return {
    ...{ rules, ratingParser, columnNames: createColumnNames(rules.names) },
    describe: createContents(rules.contents, ratingParser),
    readRatingRows: createRatingsReader(rules, ratingParser),
    readFacts: createFactsReader(rules),
  };
}

// Which columns of a table hold what, by its first rows: { roles }, or { wide }, how a table with a column for each
// item is.
function findColumns(form, blocks, { columnNames, describe, ratingParser }) {
  const sample = sampleRows(form, blocks);
  const contents = new Map([...sample].map(([name, cells]) => [name, describe(cells)]));
  const wide = form.hasHeader ? findWide(sample, contents, columnNames, ratingParser) : null;
  const roles = wide ? null : findRoles(sample, contents, columnNames);
  if (!wide && !roles) refuseFile(t("playground.file.noColumns", { file: form.file, columns: shownNames(form) }));
  return { wide, roles };
}

// A generator: the table of a file, { form, roles, cells, lines }, of which `cells` has all columns with a role.
function* readTable(bytes, file, readers) {
  const { rules, columnNames } = readers;
  const blocks = yield* scaleShares(decodeFile(bytes, file, rules.formats.starts), 0, DECODED);
  const form = findForm(firstLines(blocks), file, columnNames, rules);
  yield DECODED;
  const { wide, roles } = findColumns(form, blocks, readers);
  yield DECODED;
  const names = wide ? [] : [...roles.values()].map(({ name }) => name);
  const steps = wide ? readWide(form, blocks, wide, readers.ratingParser.isBlank) : readColumns(form, blocks, names);
  const table = yield* scaleShares(steps, DECODED, 1);
  if (!table.lines.length) refuseFile(t("playground.file.noRows", { file, expected: shownNames(form) }));
  const wideRoles = () => new Map([...table.cells.keys()].map((role) => [role, { name: role, isGuess: false }]));
  return { ...table, form, file, wide, roles: roles ?? wideRoles() };
}

// Notes on which columns were taken for what.
function describeRoles({ form, roles, wide }) {
  if (wide) return [t("playground.file.wide", { n: wide.items.size }), wide.isZeroBlank && t("playground.file.zeros")];
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

function describeMerged({ nMerged, time }, { isCounted }) {
  if (!nMerged) return "";
  if (isCounted) return t("playground.file.counted", { n: nMerged });
  return time ? t("playground.file.newest", { n: nMerged }) : t("playground.file.mean", { n: nMerged });
}

// The ratings of drawn users alone, with the users and items that are left renumbered.
function keepUsers(ratings, isDrawn, nItems) {
  const rows = positionsOf(takeAt(isDrawn, ratings.user));
  const isRated = new Uint8Array(nItems);
  for (let n = 0; n < rows.length; n++) isRated[ratings.item[rows[n]]] = 1;
  const left = [isDrawn, isRated].map(positionsOf);
  const [newUser, newItem] = left.map((some, k) => {
    const position = new Int32Array([isDrawn, isRated][k].length);
    some.forEach((old, fresh) => {
      position[old] = fresh;
    });
    return position;
  });
  return {
    ...{ users: left[0], items: left[1] },
    user: takeAt(newUser, takeAt(ratings.user, rows)),
    item: takeAt(newItem, takeAt(ratings.item, rows)),
    rating: ratings.rating && takeAt(ratings.rating, rows),
    time: ratings.time && takeAt(ratings.time, rows),
  };
}

// Reads the bytes of a file. Yields the share of the work that is done, every few milliseconds; returns { log, titles,
// itemIds, userIds, name, notes }. Throws an Error with a sentence that says what came, what was expected and what to
// do.
export function* readRatings(bytes, file, rules, limit = MAX_LOG) {
  const readers = createReaders(rules);
  const table = yield* scaleShares(readTable(bytes, file, readers), 0, PARSED);
  const rated = yield* scaleShares(readers.readRatingRows(table), PARSED, CLEANED);
  if (!rated.user.codes.length) refuseFile(t("playground.file.noRatings", { file }));
  const users = orderIds(rated.user);
  yield CLEANED;
  const items = orderIds(rated.item);
  yield CLEANED;
  const [nUsers, nItems] = [users.ids.length, items.ids.length];
  const indexed = { ...rated, user: users.index, item: items.index };
  const merged = yield* scaleShares(mergeRatings(indexed, nUsers, nItems), CLEANED, 1);
  const columns = new Map();
  for (const role of FACTS) {
    if (table.roles.has(role)) columns.set(role, keepRows(table.cells.get(table.roles.get(role).name), rated.rows));
  }
  const facts = yield* scaleShares(readers.readFacts(rated.item, columns), CLEANED, 1);
  const total = merged.user.length;
  const isDrawn = total > limit ? drawUsers(merged.user, nUsers, limit) : new Uint8Array(nUsers).fill(1);
  yield 1;
  const kept = keepUsers(merged, isDrawn, nItems);
  yield 1;
  const n = kept.user.length;
  if (!n) refuseFile(t("playground.file.largeUsers", { file, limit }));
  const ofItem = (values) => Array.from(kept.items, (item) => values[items.order[item]]);
  const itemIds = Array.from(kept.items, (item) => items.ids[item]);
  const { genres, years } = facts;
  return {
    log: {
      ...{ nUsers: kept.users.length, nItems: kept.items.length },
      ...{ user: kept.user, item: kept.item, rating: kept.rating, time: kept.time },
      genres: genres && { names: genres.names, ofItem: ofItem(genres.ofItem) },
      years: years && Float64Array.from(ofItem(years)),
    },
    titles: ofItem(facts.titles).map((title, item) => title ?? itemIds[item]),
    itemIds,
    userIds: Array.from(kept.users, (user) => users.ids[user]),
    name: file.replace(ENDINGS, "") || file,
    notes: [
      n < total && t("playground.file.drawn", { kept: n, total, n: kept.users.length, nUsers }),
      ...describeRoles(table),
      ...rated.notes,
      ...facts.leftOut.map((role) => t("playground.file.leftOut", { column: table.roles.get(role).name })),
      describeMerged(merged, rated),
      !kept.time && t("playground.file.noTimes"),
    ].filter(Boolean),
  };
}
