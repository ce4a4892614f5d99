from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from recsys.data.dataset import Dataset
from recsys.data.decimals import shortest_decimals
from recsys.recommend.histograms import Histograms, rating_histograms


def rated(rows: list[tuple[int, int, float]], n_items: int = 1) -> Dataset:
    return Dataset.from_frames(
        pd.DataFrame(rows, columns=["user", "item", "rating"]),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
    )


def of_one_item(ratings: Sequence[float]) -> Histograms:
    return rating_histograms(rated([(user, 0, float(rating)) for user, rating in enumerate(ratings)]))


def bars(histograms: Histograms) -> list[tuple[float, float, int]]:
    """Lowest and highest rating of each bin, and how many the one item has in it."""
    return list(zip(histograms.low.tolist(), histograms.high.tolist(), histograms.counts[0].tolist(), strict=True))


def test_few_values_have_a_bin_each():
    histograms = rating_histograms(rated([(0, 0, 4.5), (1, 0, 0.5), (2, 0, 4.5), (0, 2, 3.0)], 3))
    assert histograms.low.tolist() == histograms.high.tolist() == [0.5, 3, 4.5]
    assert histograms.counts.tolist() == [[1, 0, 2], [0, 0, 0], [0, 1, 0]]


def test_whole_stars_from_0_to_10_have_a_bin_each():
    ratings = [star for star in range(11) for _ in range(star + 1)]
    assert bars(of_one_item(ratings)) == [(star, star, star + 1) for star in range(11)]


def test_one_value_has_one_bin():
    assert bars(of_one_item([1, 1, 1])) == [(1, 1, 3)]


def test_half_stars_from_0_to_10_are_grouped_by_equal_numbers_of_values():
    assert bars(of_one_item(np.arange(0, 10.5, 0.5))) == [
        *((float(low), low + 0.5, 2) for low in range(10)), (10, 10, 1)
    ]  # fmt: skip


def test_a_fine_scale_has_bins_of_equal_width():
    histograms = of_one_item(np.arange(0, 100.5))
    assert histograms.low.tolist() == list(range(0, 100, 10))
    assert histograms.high.tolist() == list(range(10, 101, 10))
    assert histograms.counts.tolist() == [[10] * 9 + [11]]  # a rating at an end is in the upper bin


def test_counts_have_bins_of_about_equal_ratio_with_whole_ends():
    plays = [2**power for power in range(11) for _ in range(2 ** (11 - power))]
    histograms = of_one_item([*plays, 3, 7, 40, 90, 200, 400, 700])
    assert bars(histograms)[:3] == [(1, 1, 2048), (2, 3, 1025), (4, 7, 513)]
    assert histograms.high[-1] == 1024
    assert (histograms.low[1:] == histograms.high[:-1] + 1).all()


def test_ends_of_bins_can_be_read():
    rng = np.random.default_rng(0)
    hours = of_one_item(np.round(rng.lognormal(1.5, 2, 500), 1) + 0.1)
    assert all(float(f"{end:.1e}") == end for end in hours.low[1:].tolist())
    share = of_one_item(rng.uniform(-10, 10, 500))
    assert share.low[1:].tolist() == pytest.approx(np.arange(-8, 10, 2), abs=0.2)
    assert all(round(end, 1) == end for end in share.low[1:].tolist())


def test_outliers_do_not_widen_the_bins_and_are_in_the_last_one():
    mad = of_one_item([*np.arange(0, 100.5), 1e6])
    assert mad.low.tolist() == list(range(0, 100, 10))
    assert mad.high[-1] == 1e6
    assert mad.counts[0, -1] == 12


@pytest.mark.parametrize("draw", [
    lambda rng: rng.normal(size=150),
    lambda rng: rng.exponential(30, size=150),
    lambda rng: np.ceil(rng.lognormal(4, 2, 150)),
    lambda rng: np.where(rng.random(150) < 0.3, 0, rng.lognormal(1, 2, 150)),
    lambda rng: np.r_[np.ones(140), rng.random(10)],
    lambda rng: rng.integers(-10, 11, 150),
])  # fmt: skip
def test_every_rating_is_in_the_one_bin_that_says_so(draw):
    ratings = shortest_decimals(draw(np.random.default_rng(0)))
    histograms = of_one_item(ratings)
    assert len(histograms.low) <= 11
    assert histograms.counts.sum() == 150
    assert (histograms.low <= histograms.high).all()
    assert (histograms.high[:-1] <= histograms.low[1:]).all()
    assert (histograms.low[0], histograms.high[-1]) == (ratings.min(), ratings.max())
    for low, high, count in bars(histograms):
        assert ((ratings > low) & (ratings < high)).sum() <= count <= ((ratings >= low) & (ratings <= high)).sum()
