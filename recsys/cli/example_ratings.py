"""A small table of ratings that shows a newcomer what theirs may look like: real films, invented users."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import numpy as np

from recsys.data.load import read_path, sample_folder

USERS = (
    "Ada", "Ben", "Cleo", "David", "Elif", "Felix", "Grace", "Hugo", "Ines", "Jonas",
    "Kira", "Liam", "Mona", "Nils", "Olga", "Pablo", "Quinn", "Rosa", "Sami", "Tara",
    "Uma", "Victor", "Wanda", "Xenia", "Yusuf", "Zoe", "Anton", "Bella", "Carl", "Dora",
)  # fmt: skip
"""Names for the first users of the embedded sample."""
N_FILMS = 60
"""The films that these users rated most; with all of them most would have a single rating."""
COLUMNS = ("user", "film", "rating", "date", "year", "genres")


def example_ratings() -> str:
    """The table as CSV, by user and date; lines end in a line feed."""
    sample = read_path(sample_folder())
    is_named = sample.user < len(USERS)
    n_ratings = np.bincount(sample.item[is_named], minlength=sample.n_items)
    films = np.argsort(-n_ratings, kind="stable")[:N_FILMS]
    rows = np.flatnonzero(is_named & np.isin(sample.item, films))
    assert sample.timestamp is not None
    times = sample.timestamp[rows]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row, time in sorted(zip(rows, times, strict=True), key=lambda pair: (sample.user[pair[0]], pair[1])):
        film = sample.item[row]
        genres = [name for name, has in zip(sample.genre_names, sample.genres[film], strict=True) if has]
        table.writerow([
            USERS[sample.user[row]],
            sample.titles[film],
            f"{sample.rating[row]:g}",
            f"{datetime.fromtimestamp(int(time), UTC):%Y-%m-%d %H:%M}",
            f"{sample.years[film]:.0f}",
            "|".join(genres),
        ])  # fmt: skip
    return text.getvalue()
