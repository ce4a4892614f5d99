"""MovieLens as GroupLens publishes it: ml-100k, the ``::`` files of 1M and 10M, the CSV of later sets.

Puts together what ``layouts`` finds and the readers of its lines return. Must not know about downloads
or about where the project keeps its own sample.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recsys.data.dataset import Dataset, Source
from recsys.data.readers.catalogue import read_items, read_users
from recsys.data.readers.editions import edition
from recsys.data.readers.layouts import Place, find_movielens
from recsys.data.readers.ratings import check_known, check_repeated, read_ratings
from recsys.errors import DataError


def read_movielens(path: Path, *, name: str | None = None, source: Source | None = None) -> Dataset:
    """Read MovieLens's ratings, films and, where the set has them, users.

    Args:
        path: a folder with the files in it or in one folder inside it, a zip of such, or the ratings file itself.
        name: what to call the data set; without it, the published set's name where the content is one, else the
            folder's.
        source: licence and the like; without it, those of the published set, else none.

    Raises:
        DataError: a file is missing, a line cannot be read, or the files do not fit together.
    """
    place = find_movielens(path)
    ratings, items, users = _read_tables(place)
    known = edition(ratings, items)
    try:
        return Dataset.from_frames(
            ratings,
            items,
            users,
            name=name or (known.name if known else place.name),
            source=source or (known.source if known else Source()),
        )
    except DataError:
        # Only now: a search for pairs rated twice is too dear where there are none, and the data set has made it.
        check_repeated(place.content(place.layout.ratings), ratings)
        raise


def _read_tables(place: Place) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]:
    """Ratings, films and users, every id of the first known to the others."""
    layout = place.layout
    log = place.content(layout.ratings)
    ratings = read_ratings(log)
    items = read_items(place.content(layout.items), place.find(layout.genres))
    check_known(log, ratings, "item", items, layout.items.file)
    people = place.find(layout.users)
    if people is None:
        return ratings, items, None
    users = read_users(people)
    check_known(log, ratings, "user", users, people.table.file)
    return ratings, items, users
