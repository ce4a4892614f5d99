"""MovieLens as GroupLens publishes it: ml-100k, the ``::`` files of 1M and 10M, the CSV of later sets."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
import pandas as pd

from recsys.data.dataset import Dataset, Source
from recsys.data.matching import refuse_lost_zeros
from recsys.data.readers.catalogue import read_genre_names, read_items, read_users
from recsys.data.readers.delimited import Table, TableFile
from recsys.data.readers.editions import edition
from recsys.data.readers.files import Files
from recsys.data.readers.ratings import check_known, check_repeated, ids_not_in, read_ratings
from recsys.data.readers.reader import Reader
from recsys.errors import DataError

LABEL = (
    "a MovieLens folder or its zip, with u.data and u.item, ratings.dat and movies.dat, or ratings.csv and movies.csv"
)
logger = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_RATING = ("user", "item", "rating", "timestamp")
_ITEM = ("item", "title", "genres")


@dataclass(frozen=True)
class Layout:
    """The files of one of the formats that MovieLens has had."""

    ratings: Table
    items: Table
    users: Table | None = None
    genres: Table | None = None
    """The names of the genre flags, where items have flags."""


LAYOUTS = (
    Layout(
        ratings=Table("u.data", "\t", _RATING),
        items=Table("u.item", "|", ("item", "title", "date", "video date", "url")),  # and a flag for each genre
        users=Table("u.user", "|", ("user", "age", "gender", "occupation", "zip code")),
        genres=Table("u.genre", "|", ("genre", "number")),
    ),
    Layout(
        ratings=Table("ratings.dat", "::", _RATING),
        items=Table("movies.dat", "::", _ITEM),
        users=Table("users.dat", "::", ("user", "gender", "age", "occupation code", "zip code")),
    ),
    Layout(
        ratings=Table("ratings.csv", ",", _RATING, header="userId,movieId,rating,timestamp"),
        items=Table("movies.csv", ",", _ITEM, header="movieId,title,genres", encodings=("utf-8",)),
    ),
)


def _layouts(files: Files) -> list[Layout]:
    """The layouts whose ratings or items are among the files; with a chosen file, the one whose ratings it holds."""
    if files.chosen is not None:
        return [layout for layout in LAYOUTS if layout.ratings.file == files.chosen]
    return [layout for layout in LAYOUTS if {layout.ratings.file, layout.items.file} & files.names]


def _read(files: Files) -> Dataset:
    layouts = _layouts(files)
    if len(layouts) > 1:
        tables = " and ".join(layout.ratings.file for layout in layouts)
        raise DataError(f"'{files.path}' holds ratings more than once: {tables} (give the path of one of them)")
    layout = layouts[0]
    ratings_file = _table_file(files, layout.ratings)
    ratings = read_ratings(ratings_file)
    items = read_items(_table_file(files, layout.items), _read_optional(files, layout.genres, read_genre_names))
    check_known(ratings_file, ratings, "item", items, layout.items.file)
    users = _read_optional(files, layout.users, partial(_known_users, ratings=ratings))
    name, source = edition(files, ratings, items) or (files.name, Source())
    try:
        return Dataset.from_frames(ratings, items, users, name=name, source=source)
    except DataError:
        # Only now: looking for pairs that are rated twice is slow, and the data set has found that there is one.
        check_repeated(ratings_file, ratings)
        raise


def _read_optional(files: Files, table: Table | None, read: Callable[[TableFile], _Result]) -> _Result | None:
    """What an optional file holds; None where there is none, or, with a warning, where it cannot be read."""
    if table is None or table.file not in files.names:
        return None
    try:
        return read(_table_file(files, table))
    except DataError as error:
        logger.warning("%s; %s is optional, so it is left out", error, table.file)
        return None


def _known_users(file: TableFile, ratings: pd.DataFrame) -> pd.DataFrame:
    """The users' facts; a warning says how many users have none.

    Raises:
        DataError: a line cannot be read, or nobody who rates has one.
    """
    users = read_users(file)
    refuse_lost_zeros("user", np.asarray(ratings["user"].unique()), users["user"].to_numpy())
    unknown = ids_not_in(ratings["user"], users["user"])
    if len(unknown) == ratings["user"].nunique():
        raise DataError(f"{file.table.file} has a line for none of the users, such as {unknown[0]}")
    if len(unknown):
        logger.warning("%s has no line for user %s; such users: %d", file.table.file, unknown[0], len(unknown))
    return users


def _table_file(files: Files, table: Table) -> TableFile:
    if table.file not in files.names:
        raise DataError(f"'{files.path}' has no {table.file} (expected {LABEL})")
    return TableFile(table, partial(files.open, table.file))


READER = Reader("movielens", LABEL, matches=lambda files: bool(_layouts(files)), read=_read)
