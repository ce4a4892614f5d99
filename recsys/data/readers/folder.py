"""Decide which file of a folder holds the ratings, the items and the users, by names and, where these fail, by ids.

A table of ratings has users and items; a table of items has ids of items and no users, a table of users the reverse.
Files that settings or options name are handled elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from recsys.config import ReadConfig
from recsys.data.column_names import WEAK, matches_of_name, same_name, word_set, words_of
from recsys.data.fact_roles import find_item_columns, find_user_columns
from recsys.data.rating_roles import find_rating_columns
from recsys.data.readers.files import Files, name_of_data
from recsys.data.readers.formats import open_table
from recsys.data.readers.movielens import known_columns
from recsys.data.readers.table import HeadingsError, SourceTable
from recsys.data.readers.wide import open_wide
from recsys.data.roles import Roles
from recsys.data.row_facts import Key
from recsys.data.wide import describe_wide
from recsys.errors import DataError
from recsys.text import quoted_path

_NO_TABLES = word_set(
    "md rst toml py ipynb html htm css js ts sh pl r bat yaml yml ini cfg log png "
    "jpg jpeg gif svg webp ico pdf doc docx "
    "ppt pptx zip bib tex lock pt pth pkl pickle bin exe so dll mp3 mp4 license"
)
"""Extensions of files in a folder that are not opened."""
_TABLES = word_set("csv tsv tab dat data psv jsonl ndjson parquet pq gz zst bz2 xz base test train")
"""Extensions of files that are probably meant for tables, so that it is an error if they are not."""
_NOT_DATA = re.compile(r"(?i)(readme|licen[cs]e|copying|changelog|citation|notice|makefile|requirements)\b.*")
_ZIPPED = re.compile(r"(?i)[^.~].*\.(csv|tsv|tab|txt|dat|data|jsonl|json)\.zip")
"""A table that is the only file in a zip, as Kaggle packs it."""
_PARTS = word_set("train training test testing base valid validation val dev fold holdout split probe")
"""Words in the names of files that hold a part of a log."""
_RATINGS = word_set(
    "rating ratings interaction interactions event events play plays purchase purchases review reviews log logs "
    "history listens transactions orders feedback"
)
_ITEMS = word_set(
    "item items movie movies film films book books product products article articles game games song songs track "
    "tracks artist artists anime show shows recipe recipes catalog catalogue metadata meta titles papers"
)
_USERS = word_set("user users reader readers customer customers member members people profiles listeners")
_MIN_OVERLAP = 0.5
"""A table whose name says nothing holds items or users if at least this share of its ids is rated."""

MAX_FILES = 500
"""The largest number of files that are opened."""
_MIN_UNIQUE = 0.5
"""At least this share of the ids must be distinct in a table with a row for each item or user."""


@dataclass(frozen=True)
class Candidate:
    """A file that may be the ratings."""

    table: SourceTable
    roles: Roles
    note: str | None = None
    """What was done to the table, for the report."""


@dataclass(frozen=True)
class Tables:
    """The tables of a folder, or of the file that was chosen."""

    ratings: tuple[Candidate, ...]
    """The tables that may be the ratings; if there are several, they are equally likely."""
    others: tuple[SourceTable, ...]
    problems: tuple[DataError, ...]
    """The errors of files that were probably meant for tables."""


def find_tables(files: Files, config: ReadConfig, taken: Collection[str] = ()) -> Tables:
    """Open all files that may be tables, and find the ratings among them.

    Args:
        files: the files of a folder; if one was chosen, only this is opened.
        config: the names of columns.
        taken: the names of files that are known to be something else than ratings.
    """
    names = sorted(name for name in files.names if may_be_table(name)) if files.chosen is None else [files.chosen]
    if len(names) > MAX_FILES:
        raise DataError(
            f"{quoted_path(files.path)} holds {len(names):,} files that may be tables (give the path of the ratings)"
        )
    candidates, wide, others, problems = [], [], [], []
    for name in names:
        if name in taken:
            continue
        try:
            table = open_table(name, partial(files.open, name), known_columns(name))
            by_columns = open_wide(table, config.columns)
            roles = None if by_columns else find_rating_columns(table.file, table.sample, config.columns)
        except DataError as error:
            is_meant = files.chosen is not None or isinstance(error, HeadingsError)
            if is_meant or _ending(name) in _TABLES or _ZIPPED.fullmatch(name):
                problems.append(error)
            continue
        if by_columns is not None:
            wide.append(by_columns)
            others.append(table)
        elif roles is None:
            others.append(table)
        else:
            candidates.append(Candidate(table, roles))
    if others:  # a row among other tables is a profile, such as that in Letterboxd's exports, and no log
        profiles = [candidate for candidate in candidates if len(candidate.table.sample) == 1]
        candidates = [candidate for candidate in candidates if candidate not in profiles]
        others += [candidate.table for candidate in profiles]
    if wide:  # in the folder of a poll, a table in which no item has two rows is a list of the items
        lists = [candidate for candidate in candidates if not _has_repeated_items(candidate)]
        candidates = [candidate for candidate in candidates if candidate not in lists]
        others += [candidate.table for candidate in lists]
    chosen = _most_likely(candidates)
    if not candidates:
        chosen = [Candidate(ratings, roles, describe_wide(layout)) for ratings, roles, layout in wide]
        others = [table for table in others if table.file not in {candidate.table.file for candidate in chosen}]
    others += [candidate.table for candidate in candidates if candidate not in chosen]
    return Tables(tuple(chosen), tuple(others), tuple(problems))


def find_facts(
    tables: Iterable[SourceTable], kind: Key, ratings: Roles, rated_ids: Collection[str], config: ReadConfig
) -> list[tuple[SourceTable, Roles]]:
    """The tables that may be the items or the users, the most likely first.

    Args:
        tables: all tables except the ratings.
        kind: "item" or "user".
        ratings: the roles of the columns of the ratings.
        rated_ids: the ids of the items or users in the ratings, as text.
        config: the names of columns.
    """
    ranked = []
    for table in tables:
        roles = fact_columns(table, kind, ratings, rated_ids, config)
        if roles is None:
            continue
        names, other_names = (_ITEMS, _USERS) if kind == "item" else (_USERS, _ITEMS)
        words = _words(table.file)
        is_called, is_called_other = bool(words & names), bool(words & other_names) and not words & names
        has_key_name, has_other_key = _has_role(table, kind), _has_role(table, "user" if kind == "item" else "item")
        key = roles[kind]
        overlap = share_known(table, key, rated_ids)
        if not overlap or is_called_other or (has_other_key and not is_called):
            continue
        if not (is_called or has_key_name or (overlap >= _MIN_OVERLAP and _may_be_key(table, key, ratings))):
            continue
        if table.sample[key].nunique() < _MIN_UNIQUE * len(table.sample):
            continue  # another log, or a table with several rows for each
        rank = (is_called, "title" in roles, has_key_name, overlap, len(table.columns))
        ranked.append((rank, table, roles))
    return [(table, roles) for _, table, roles in sorted(ranked, key=lambda entry: entry[0], reverse=True)]


def why_unused(table: SourceTable, ratings: Roles, rated_ids: Mapping[Key, Collection[str]]) -> str:
    """Why a table of a folder, and others like it, are neither the items nor the users, in words.

    Args:
        table: the table.
        ratings: the roles of the columns of the ratings.
        rated_ids: the ids of the items and of the users in the ratings, as text.
    """
    if all(same_name(ratings[key], table.columns) for key in rated_ids):
        return "they are other logs"
    ids = [column for column in table.columns for known in rated_ids.values()
           if share_known(table, column, known) >= _MIN_OVERLAP]  # fmt: skip
    if not ids:
        return "none of their columns has the ids of the rated items or users"
    if all(table.sample[column].nunique() < _MIN_UNIQUE * len(table.sample) for column in ids):
        return "they have several rows for an id"
    return "of tables with the ids of the ratings, only the most likely ones are used"


def fact_columns(
    table: SourceTable, kind: Key, ratings: Roles, rated_ids: Collection[str], config: ReadConfig
) -> Roles | None:
    """The roles of the columns of a table of items or users; None if no column has their ids."""
    find = find_item_columns if kind == "item" else find_user_columns
    return find(table.file, table.sample, config.columns, rated_ids, ratings[kind])


def share_known(table: SourceTable, column: str, rated_ids: Collection[str]) -> float:
    """The share of the ids in the first rows of a table that are rated, or of the rated ids if these are fewer."""
    ids = {str(value) for value in table.sample[column].unique()}
    return len(ids & set(rated_ids)) / max(1, min(len(ids), len(rated_ids)))


def _most_likely(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without those that are less likely; several if they are equally likely."""
    left = list(candidates)
    criteria: tuple[Callable[[Candidate], bool], ...] = (
        lambda candidate: not _words(candidate.table.file) & _PARTS,
        lambda candidate: not {column.role for column in candidate.roles.guessed} & {"user", "item"},
        lambda candidate: "rating" in candidate.roles,
        lambda candidate: bool(_words(candidate.table.file) & _RATINGS),
    )
    for is_likely in criteria:
        likely = [candidate for candidate in left if is_likely(candidate)]
        left = likely or left
    return left


def _has_repeated_items(candidate: Candidate) -> bool:
    return bool(candidate.table.sample[candidate.roles["item"]].duplicated().any())


def _has_role(table: SourceTable, role: str) -> bool:
    return table.has_header and any(
        match.role == role and match.rank < WEAK for name in table.columns for match in matches_of_name(name)
    )


def _may_be_key(table: SourceTable, column: str, ratings: Roles) -> bool:
    """Whether a column may hold the ids although the table has another name; "tag_id" holds ids of tags."""
    words = words_of(column)
    return not table.has_header or words == ("id",) or words in map(words_of, ratings.names)


def may_be_table(name: str) -> bool:
    """Whether a file of a folder is opened, by its name."""
    if _ZIPPED.fullmatch(name):
        return True
    return not (name.startswith((".", "~$")) or _NOT_DATA.fullmatch(name) or _ending(name) in _NO_TABLES)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def _words(name: str) -> set[str]:
    """The words of the name of a file: "ua.base" has the word "base", "u1test" has not the word "test"."""
    return set(words_of(name_of_data(name).replace(".", " ").replace("_", " ")))
