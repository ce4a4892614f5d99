"""Several ratings of one pair become one, whatever the order of rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.dataset import Dataset
from recsys.data.rating_scale import Counts, Equal, Opinions

LOG = pd.DataFrame(
    [("a", "x", 1.0, 30), ("a", "x", 5.0, 40), ("a", "x", 3.0, 20), ("b", "x", 2.0, 10), ("a", "y", 4.0, 10)],
    columns=["user", "item", "rating", "timestamp"],
)


def merged(log: pd.DataFrame, rule: str) -> dict[tuple[str, str], tuple[float, int | None]]:
    dataset = Dataset.from_frames(log, duplicates=rule)
    times = [None] * dataset.n_ratings if dataset.timestamp is None else dataset.timestamp.tolist()
    return {
        (dataset.user_ids[user], dataset.item_ids[item]): (rating, time)
        for user, item, rating, time in zip(
            dataset.user, dataset.item, dataset.rating.tolist(), times, strict=True
        )
    }  # fmt: skip


@pytest.mark.parametrize(("rule", "rating"), [("newest", 5), ("mean", 3), ("sum", 9)])
def test_a_pair_has_the_newest_the_mean_or_the_sum_and_the_newest_time(rule, rating):
    assert merged(LOG, rule) == {("a", "x"): (rating, 40), ("b", "x"): (2, 10), ("a", "y"): (4, 10)}


def test_without_times_the_newest_is_the_mean():
    assert merged(LOG.drop(columns="timestamp"), "newest")["a", "x"] == (3, None)


def test_of_several_newest_ones_the_mean_counts():
    assert merged(LOG.assign(timestamp=[40, 40, 20, 10, 10]), "newest")["a", "x"] == (3, 40)


@pytest.mark.parametrize("rule", ["newest", "mean", "sum"])
def test_rows_without_a_rating_are_counted(rule):
    assert merged(LOG.drop(columns="rating"), rule)["a", "x"] == (3, 40)


def test_events_are_counted():
    events = Dataset.from_frames(LOG.assign(rating=["view", "view", "buy", "view", "view"]), duplicates="newest")
    assert sorted(events.rating.tolist()) == [1, 1, 3]
    assert events.rating_scale.kind == "counts"


def test_numbers_of_rows_are_counts_even_where_the_same_ratings_are_opinions():
    plays = pd.DataFrame({"user": [0, 0, 0, 1, 1, 1], "item": [0, 0, 1, 0, 0, 1]})
    counted = Dataset.from_frames(plays, duplicates="sum")
    rated = Dataset.from_frames(pd.DataFrame({"user": [0, 0, 1, 1], "item": [0, 1, 0, 1], "rating": [2, 1, 2, 1]}))
    assert counted.rating.tolist() == rated.rating.tolist()
    assert (counted.rating_scale, rated.rating_scale) == (Counts(1, 2), Opinions(1, 2))
    assert (counted.rating_name, rated.rating_name) == ("times", None)
    assert counted.sha256 != rated.sha256  # models of them differ
    part = counted.subset(np.array([True, True, False, True]))
    assert part.rating_scale.kind == replace(part, name="part").rating_scale.kind == "counts"


def test_where_no_pair_has_several_rows_all_are_alike():
    clicks = pd.DataFrame({"user": [0, 0, 1], "item": [0, 1, 0]})
    clicked = Dataset.from_frames(clicks, duplicates="sum")
    assert clicked.rating_scale == Equal(1, 1)
    assert clicked.sha256 == Dataset.from_frames(clicks.assign(rating=1)).sha256


rows = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from([0.1, 0.7, 2.3, 4.9]), st.integers(0, 3)),
    min_size=1, max_size=20,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(rows, st.sampled_from(["newest", "mean", "sum"]), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_to_the_last_bit(log, rule, random):
    frames = []
    for _ in range(2):
        frames.append(pd.DataFrame(log, columns=["user", "item", "rating", "timestamp"]))
        log = random.sample(log, len(log))
    first, second = (Dataset.from_frames(frame, duplicates=rule) for frame in frames)
    assert first.sha256 == second.sha256
    assert len(np.unique(first.user * 10 + first.item)) == first.n_ratings
