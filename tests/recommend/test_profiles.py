from __future__ import annotations

import numpy as np
import pandas as pd

from recsys.data.dataset import Dataset
from recsys.recommend.profiles import genre_shares, rating_histograms


def rated(rows: list[tuple[int, int, float]], genres: list[str]) -> Dataset:
    """Rows of (user, item, rating); as many items as ``genres``, and one user who rated nothing."""
    return Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(len(genres)), "title": "x", "genres": genres}),
        users=pd.DataFrame({"user": range(max(row[0] for row in rows) + 2)}),
    )


def test_few_values_have_a_bin_each():
    histograms = rating_histograms(rated([(0, 0, 4.5), (1, 0, 0.5), (2, 0, 4.5), (0, 2, 3.0)], ["", "", ""]))
    assert histograms.low.tolist() == histograms.high.tolist() == [0.5, 3, 4.5]
    assert histograms.counts.tolist() == [[1, 0, 2], [0, 0, 0], [0, 1, 0]]


def test_ten_values_have_a_bin_each_and_eleven_have_bins_of_one_width():
    ten = rating_histograms(rated([(user, 0, user / 2) for user in range(10)], [""]))
    assert ten.low.tolist() == ten.high.tolist() == [user / 2 for user in range(10)]
    eleven = rating_histograms(rated([(user, 0, user * 2) for user in range(11)], [""]))
    assert eleven.low.tolist() == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
    assert eleven.high.tolist() == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    # A rating on an edge is in the upper bin; the greatest is in the last one.
    assert eleven.counts.tolist() == [[1, 1, 1, 1, 1, 1, 1, 1, 1, 2]]


def test_one_value_has_one_bin():
    histograms = rating_histograms(rated([(0, 0, 1), (1, 0, 1), (0, 1, 1)], ["", ""]))
    assert (histograms.low.tolist(), histograms.high.tolist(), histograms.counts.tolist()) == ([1], [1], [[2], [1]])


def test_every_rating_is_in_one_bin():
    rng = np.random.default_rng(0)
    dataset = rated([(user, int(item), float(rng.normal())) for user in range(30) for item in range(5)], [""] * 5)
    histograms = rating_histograms(dataset)
    assert len(histograms.low) == 10
    np.testing.assert_array_equal(histograms.counts.sum(axis=1), dataset.item_counts)


def test_shares_are_of_a_users_items_and_may_add_up_to_more_than_one():
    genres = genre_shares(rated([(0, 0, 5), (0, 1, 0), (0, 2, 1), (1, 2, 1)], ["Noir|Art", "Noir", "", "War"]))
    assert genres.names == ("Noir", "Art")  # nobody rated the war item
    np.testing.assert_allclose(genres.shares, [[2 / 3, 1 / 3], [0, 0], [0, 0]])


def test_genres_are_ordered_by_ratings_not_by_items_then_by_name():
    genres = genre_shares(rated([(0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 2, 1)], ["Z", "B|A", "B|A"]))
    assert genres.names == ("A", "B", "Z")
    np.testing.assert_allclose(genres.shares[1], [0, 0, 1])


def test_twenty_genres_at_most():
    names = [f"g{number:02d}" for number in range(25)]
    rows = [(user, item, 1.0) for item in range(25) for user in range(item + 1)]
    assert genre_shares(rated(rows, names)).names == tuple(reversed(names))[:20]


def test_without_genres_there_are_no_shares():
    genres = genre_shares(rated([(0, 0, 1)], [""]))
    assert genres.names == ()
    assert genres.shares.shape == (2, 0)
