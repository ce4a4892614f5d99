from __future__ import annotations

import numpy as np
import pandas as pd

from recsys.data.dataset import Dataset
from recsys.recommend.profiles import genre_shares


def rated(rows: list[tuple[int, int, float]], genres: list[str]) -> Dataset:
    """Rows of (user, item, rating); as many items as ``genres``, and one user who rated nothing."""
    return Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(len(genres)), "title": "x", "genres": genres}),
        users=pd.DataFrame({"user": range(max(row[0] for row in rows) + 2)}),
    )


def test_shares_are_of_a_users_items_and_may_add_up_to_more_than_one():
    genres = genre_shares(rated([(0, 0, 5), (0, 1, 0), (0, 2, 1), (1, 2, 1)], ["Noir|Art", "Noir", "", "War"]))
    assert genres.names == ("Noir", "Art")  # nobody rated the war item
    np.testing.assert_allclose(genres.shares, [[2 / 3, 1 / 3], [0, 0], [0, 0]])


def test_genres_are_ordered_by_ratings_not_by_items_then_by_name():
    genres = genre_shares(rated([(0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 2, 1)], ["Z", "B|A", "B|A"]))
    assert genres.names == ("A", "B", "Z")
    np.testing.assert_allclose(genres.shares[1], [0, 0, 1])


def test_a_genre_called_unknown_is_none():
    genres = genre_shares(rated([(0, 0, 5), (0, 1, 5)], ["Noir", "unknown"]))
    assert genres.names == ("Noir",)
    np.testing.assert_allclose(genres.shares[0], [0.5])


def test_twenty_genres_at_most():
    names = [f"g{number:02d}" for number in range(25)]
    rows = [(user, item, 1.0) for item in range(25) for user in range(item + 1)]
    assert genre_shares(rated(rows, names)).names == tuple(reversed(names))[:20]


def test_without_genres_there_are_no_shares():
    genres = genre_shares(rated([(0, 0, 1)], [""]))
    assert genres.names == ()
    assert genres.shares.shape == (2, 0)
