"""Make a data set from tables with any columns, and a report of how they were understood."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.config import ReadConfig, Role
from recsys.data.cleaning import CleanTable, clean_facts, clean_ratings, odd_facts
from recsys.data.column_kinds import describe_ratings, describe_table
from recsys.data.column_names import matches_of_name, says_counts, words_of
from recsys.data.columns import as_text
from recsys.data.dataset import Dataset, RepeatedPairError, Source
from recsys.data.duplicates import Rule, merge_duplicates
from recsys.data.fact_roles import find_item_columns, find_user_columns
from recsys.data.frames import Converted, convert_frames
from recsys.data.input_table import InputTable
from recsys.data.nouns import label_of_genres, name_of_counts, noun_of_names
from recsys.data.odd_values import odd_ages, odd_times, odd_years
from recsys.data.rating_roles import find_rating_columns
from recsys.data.rating_scale import count_scale, may_be_counts, rating_scale
from recsys.data.report import ReadReport
from recsys.data.roles import FACT_ROLES, SAMPLE_ROWS, RoleColumn, Roles
from recsys.data.row_facts import FactSource, Key, RowFacts, RowsOfLog, facts_of_rows
from recsys.data.tables import as_frame, need_columns
from recsys.errors import DataError
from recsys.schema import Label, Noun

_MAX_IDS = 100_000
"""How many ids of the ratings are looked for in the columns of other tables."""
_IDS_OF_ONE_KIND = frozenset({"isbn", "isbn10", "isbn13", "imdb", "tmdb", "tconst"})
"""Words in the names of further columns that say what the items are; other words, such as "site", do not."""
_ABOUT_COLUMN = re.compile(r"(items|users): column .* is left out", re.DOTALL)
logger = logging.getLogger(__name__)


def dataset_of_frames(
    ratings: Any, items: Any, users: Any, *, name: str, source: Source | None, config: ReadConfig
) -> Dataset:
    """See :meth:`~recsys.data.dataset.Dataset.from_frames`."""
    ratings = as_frame("ratings", ratings)
    roles = find_rating_columns("ratings", ratings.head(SAMPLE_ROWS), config.columns)
    if roles is None:
        need_columns("ratings", ratings, ["user", "item"], ["rating", "timestamp"])
        raise DataError("ratings has no columns of users and of items (name them in the argument columns)")
    for column in roles.guessed:
        logger.warning(
            "ratings: column %r seems to hold %ss; if not, name the right one in the argument columns",
            column.name, column.role,
        )  # fmt: skip
    log = _renamed(ratings, roles)
    facts = _facts_of_rows(RowsOfLog(log), roles, items is None, users is None, logger.warning)
    listed_items = _renamed_facts("item", items, ratings, roles, config)
    listed_users = _renamed_facts("user", users, ratings, roles, config)
    about_items = facts.items if items is None else listed_items
    about_users = facts.users if users is None else listed_users
    converted = convert_frames(log, about_items, about_users, logger.warning)
    frames = {"ratings": log, "items": listed_items, "users": listed_users}
    for warning in _odd_values(frames, converted.arrays["timestamp"]):
        logger.warning("%s", warning)
    rule = _rule(config, is_counted="rating" not in roles or converted.are_events)
    noun = noun_of_names([roles["item"]], people=[roles["user"]])
    dataset = _make_dataset(name, source, converted, rule, noun, roles, Label())
    if dataset.n_ratings < len(log):
        n_merged = len(log) - dataset.n_ratings
        logger.warning("%s; the ratings of a pair are merged into one", _repeated_ratings(n_merged))
    return dataset


def _repeated_ratings(n: int) -> str:
    """A clause about ratings that were merged into others: "2 ratings repeat a pair of user and item"."""
    return f"{n:,} {'ratings repeat' if n > 1 else 'rating repeats'} a pair of user and item"


def _odd_values(tables: Mapping[str, pd.DataFrame | None], times: NDArray[np.int64] | None) -> Iterator[str]:
    """Warnings about implausible values in frames, by the names of the frames; ``times`` are those of the ratings."""
    for name, frame in tables.items():
        if frame is None:
            continue
        locate = f"{name}, row {{}}".format
        if name == "ratings" and times is not None:
            yield from map(str, odd_times(times, frame["timestamp"], locate))
        if "year" in frame:
            yield from map(str, odd_years(frame["year"], locate))
        yield from map(str, odd_ages(frame, locate))


def _rule(config: ReadConfig, is_counted: bool) -> Rule | None:
    """How several ratings of a pair are merged; None if they are refused."""
    if config.duplicates == "refuse":
        return None
    return "count" if is_counted else config.duplicates


class LogInParts(FactSource, Protocol):
    """A log whose rows are in other processes."""

    def merge(self, arrays: dict[str, Any], rule: Rule | None) -> tuple[dict[str, Any], int]:
        """The arrays of a data set with one rating for each pair, and how many ratings were merged into others.

        Args:
            arrays: those of a digest of the log, which has each user and item.
            rule: how several ratings of a pair are merged; None to keep all of them.
        """
        ...


def _make_dataset(
    name: str,
    source: Source | None,
    converted: Converted,
    rule: Rule | None,
    noun: Noun,
    roles: Roles,
    genre_label: Label,
    parts: LogInParts | None = None,
) -> Dataset:
    """The data set with one rating for each pair, and the names of items, genres and ratings."""

    def make(arrays: dict[str, Any], is_counted: bool = False) -> Dataset:
        is_counted = is_counted or (says_counts(roles.name("rating") or "") and may_be_counts(arrays["rating"]))
        scale = count_scale if is_counted else rating_scale
        is_count = len(arrays["rating"]) > 0 and scale(arrays["rating"]).kind == "counts"
        return Dataset(
            name=name,
            source=source or Source(),
            noun=noun,
            genre_label=genre_label,
            rating_name=name_of_counts(roles.name("rating"), noun) if is_count else None,
            is_counted=is_counted,
            **arrays,
        )

    if parts is not None:
        merged, n_merged = parts.merge(converted.arrays, rule)
        return make(merged, is_counted=rule == "count" and n_merged > 0)
    try:
        return make(converted.arrays)
    except RepeatedPairError:  # large logs rarely have repeated pairs, and looking for them first would take a while
        if rule is None:
            raise
        merged, _ = merge_duplicates(converted.arrays, len(converted.arrays["item_ids"]), rule)
        return make(merged, is_counted=rule == "count")


def _renamed_facts(
    key: Literal["item", "user"], data: Any, ratings: pd.DataFrame, roles: Roles, config: ReadConfig
) -> pd.DataFrame | None:
    """A table of items or users with the package's names for columns; None if it has no rows."""
    table = None if data is None else as_frame(f"{key}s", data)
    if table is None or not len(table):
        return None
    rated: set[str] = set() if key in table else rated_ids(ratings[roles[key]])
    find = find_item_columns if key == "item" else find_user_columns
    fact_roles = find(f"{key}s", table.head(SAMPLE_ROWS), config.columns, rated, roles[key])
    if fact_roles is None:
        need_columns(f"{key}s", table, [key])
        raise DataError(f"{key}s has no column of {key} ids; expected one called {key!r}")
    return _renamed(table, fact_roles)


def _renamed(frame: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """The frame with columns named after their roles, without other columns that have such a name."""
    rename = {column.name: role for role, column in roles.columns.items() if column.name != role}
    taken = set(rename.values())
    columns = [name for name in frame.columns if str(name) in roles.names or str(name) not in taken]
    chosen = frame if len(columns) == len(frame.columns) else frame[columns]
    return chosen.rename(columns=lambda name: rename.get(str(name), name)) if rename else chosen


def rated_ids(column: pd.Series[Any]) -> set[str]:
    """The distinct ids of the ratings as they are written; only the first 100,000 if there are more."""
    unique = pd.unique(column.dropna())[:_MAX_IDS]
    return {as_text(value).strip() for value in unique}


def interpret_tables(
    ratings: InputTable,
    items: InputTable | None = None,
    users: InputTable | None = None,
    *,
    name: str,
    config: ReadConfig,
    source: Source | None = None,
) -> tuple[Dataset, ReadReport]:
    """Make a data set from tables of files, and a report of how they were understood.

    Args:
        ratings: the log.
        items: facts about items; None if there is no such table.
        users: facts about users; None if there is no such table.
        name: the name of the data set.
        config: what to do with several ratings of a pair, and with rows that cannot be read.
        source: licence and the like.

    Raises:
        DataError: the tables cannot be understood, or a row cannot be read and is not to be skipped.
    """
    log = clean_ratings(ratings, config.lenient)
    return interpret_log(ratings, log, len(log.frame), items, users, name=name, config=config, source=source)


def interpret_log(
    ratings: InputTable,
    log: CleanTable,
    n_rows: int,
    items: InputTable | None,
    users: InputTable | None,
    *,
    name: str,
    config: ReadConfig,
    source: Source | None = None,
    parts: LogInParts | None = None,
) -> tuple[Dataset, ReadReport]:
    """Do the same as :func:`interpret_tables` with ratings that are clean already.

    Args:
        ratings: the ratings as they were read: all of them or, of a log in parts, its digest.
        log: the same, cleaned.
        n_rows: the number of rows of the cleaned log.
        items: see :func:`interpret_tables`.
        users: see :func:`interpret_tables`.
        name: see :func:`interpret_tables`.
        config: see :func:`interpret_tables`.
        source: see :func:`interpret_tables`.
        parts: the log, if ``ratings`` is a digest of it; None if ``ratings`` has all rows.

    Raises:
        DataError: see :func:`interpret_tables`.
    """
    if not n_rows:
        raise DataError(f"{ratings.file} has no rows with a rating (expected at least one): {'; '.join(log.notes)}")
    rows = RowsOfLog(log.frame) if parts is None else parts
    facts = _facts_of_rows(rows, ratings.roles, items is None, users is None, log.notes.append)
    about_items = _clean_facts(items, "items", facts.items)
    about_users = _clean_facts(users, "users", facts.users)
    is_counted = "rating" not in log.frame or (log.rating is not None and log.rating.form == "events")
    rule = _rule(config, is_counted)
    read_and_cleaned = (ratings, items, users, log, about_items, about_users)
    notes = [note for table in read_and_cleaned if table is not None for note in table.notes]
    warnings = [warning for table in read_and_cleaned if table is not None for warning in table.warnings]
    genres = (items or ratings).roles.name("genres")
    converted = _convert(ratings, log, about_items, about_users, notes.append, label_of_genres(genres))
    files = [table.file for table in (items, ratings) if table is not None]
    noun = noun_of_names(_telling_names(ratings, items), [*files, name], [ratings.roles["user"]])
    dataset = _make_dataset(name, source, converted, rule, noun, ratings.roles, label_of_genres(genres), parts)
    notes += _notes_on_rows(dataset, converted, ratings, log, n_rows - dataset.n_ratings, rule, items, users)
    about_rows = {**ratings.left_out, **facts.left_out}
    for table, kind in ((items, "items"), (users, "users")):
        if table is None:
            about_rows |= {name: _about(kind, text) for name, text in converted.columns[kind].items()}
    tables = [describe_table(ratings, log.frame, dataset, about_rows, log.rating)]
    for table, clean, kind in ((items, about_items, "items"), (users, about_users, "users")):
        if table is not None and clean is not None:
            tables.append(describe_table(table, clean.frame, dataset, converted.columns[kind], None))
    return dataset, ReadReport(tuple(tables), tuple(notes), tuple(warnings), noun, dataset.rating_name)


def _facts_of_rows(
    log: FactSource, roles: Roles, has_no_items: bool, has_no_users: bool, note: Callable[[str], None]
) -> RowFacts:
    """Facts in the rows of ratings about items and users, if these have no table."""
    without_table: dict[Key, bool] = {"item": has_no_items, "user": has_no_users}
    keys = [key for key, has_no_table in without_table.items() if has_no_table]
    return facts_of_rows(log, FACT_ROLES, roles.others, keys, note)


def _clean_facts(
    table: InputTable | None, kind: Literal["items", "users"], facts: pd.DataFrame | None
) -> CleanTable | None:
    """The cleaned table of items or users, or facts about them from the rows of the ratings; None without both."""
    if table is not None:
        clean = clean_facts(table)
        clean.warnings += map(str, odd_facts(table))
        return clean
    if facts is None:
        return None
    return clean_facts(InputTable(f"the {kind}", "", facts, Roles(kind, _exact_roles(facts, kind), ())))


def _about(kind: str, text: str) -> str:
    """What was done with a column of the ratings, in words: "about items: category, 3 values"."""
    return text if text.startswith("left out") else f"about {kind}: {text}"


def _exact_roles(frame: pd.DataFrame, kind: Literal["items", "users"]) -> dict[Role, RoleColumn]:
    """The columns with the package's own names."""
    roles: tuple[Role, ...] = ("item", *FACT_ROLES) if kind == "items" else ("user",)
    return {role: RoleColumn(role, role, "name") for role in roles if role in frame}


def _convert(
    ratings: InputTable,
    log: CleanTable,
    items: CleanTable | None,
    users: CleanTable | None,
    note: Callable[[str], None],
    genres: Label,
) -> Converted:
    try:
        frames = [None if table is None else table.frame for table in (items, users)]
        # The table of columns says which are left out, and why.
        return convert_frames(log.frame, frames[0], frames[1], _without_columns(note), genres.many)
    except DataError as error:
        raise DataError(f"{ratings.file}: {error}") from None


def _without_columns(note: Callable[[str], None]) -> Callable[[str], None]:
    """A function that passes on sentences, except those about columns that are left out."""

    def pass_on(sentence: str) -> None:
        if not _ABOUT_COLUMN.match(sentence):
            note(sentence)

    return pass_on


def _notes_on_rows(
    dataset: Dataset,
    converted: Converted,
    ratings: InputTable,
    log: CleanTable,
    n_merged: int,
    rule: Rule | None,
    items: InputTable | None,
    users: InputTable | None,
) -> list[str]:
    """Sentences about duplicates, events, unknown ids and missing times."""
    notes = []
    if log.rating is not None and log.rating.form == "events":
        events = ", ".join(log.rating.events)
        notes.append(f"{ratings.roles['rating']!r} holds events ({events}): their number is the rating")
    elif "rating" not in log.frame and rule is not None and n_merged:
        counts = describe_ratings(dataset, None)
        notes.append(f"there is no column of ratings: a rating is how many rows a user and item have ({counts})")
    elif "rating" not in log.frame:
        notes.append("there is no column of ratings: every pair counts 1")
    elif n_merged:
        how = {"mean": "their mean counts", "sum": "their sum counts"}.get(str(rule), "the newest counts")
        if rule == "newest" and dataset.timestamp is None:
            how = "there are no times to tell the newest, so their mean counts (set duplicates to choose)"
        notes.append(f"{_repeated_ratings(n_merged)}: {how}")
    for table, kind in ((items, "items"), (users, "users")):
        n = converted.n_unlisted[kind]
        if table is not None and n:
            shown = "shown by id" if kind == "items" else "without features"
            noun = kind if n > 1 else kind[:-1]
            notes.append(f"{n:,} {noun} with ratings {'are' if n > 1 else 'is'} not in {table.file}: {shown}")
    if any(match.role == "title" for match in matches_of_name(ratings.roles["item"])):
        notes.append(f"there is no column of item ids: rows with the same {ratings.roles['item']!r} are of one item")
    if dataset.timestamp is None:
        notes.append("there are no times: the ratings held out to measure the models are drawn at random")
    return notes


def _telling_names(ratings: InputTable, items: InputTable | None) -> list[str]:
    """Names of columns that may say what the items are, the most informative first."""
    tables = [table for table in (items, ratings) if table is not None]
    names = [table.roles["item"] for table in tables]
    titles = [table.roles.columns["title"] for table in tables if "title" in table.roles]
    names += [title.name for title in titles if title.how != "contents"]
    others = [title.name for title in titles] + [name for table in tables for name in table.roles.others]
    return names + [name for name in others if not _IDS_OF_ONE_KIND.isdisjoint(words_of(name))]
