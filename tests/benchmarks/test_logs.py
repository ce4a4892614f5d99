"""The synthetic logs: their moments are those of MovieLens 20M, and they have tastes that a model can learn."""

import numpy as np
import pandas as pd
import pytest

import recsys
from tests.benchmarks.logs import Catalogue, Size, blocks
from tests.benchmarks.moments import PUBLISHED, moments

SIZE = Size(n_users=900, n_items=6_000, n_ratings=130_000)


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return pd.concat(list(blocks(SIZE, np.random.default_rng(0))), ignore_index=True)


def test_the_moments_of_a_small_log_are_those_of_movielens_20m(log):
    of_log = moments(log, SIZE.n_items)
    near = {"ratings a user: mean", "median", "Gini index", "mean rating", "standard deviation of ratings"}
    for name in near | {"least", "first year", "last year"}:
        assert of_log[name] == pytest.approx(PUBLISHED[name], rel=0.12), name
    # Both are of a few users and items with very many ratings, of whom a small log has fewer.
    assert of_log["standard deviation"] == pytest.approx(PUBLISHED["standard deviation"], rel=0.2)
    for name in ["per cent 0.5", *(f"{half / 2:.1f}" for half in range(2, 11))]:
        assert of_log[name] == pytest.approx(PUBLISHED[name], abs=1.5), name
    assert 0.5 < of_log["hours from a user's first rating to the last: median"] < 24
    assert of_log["most "] == pytest.approx(PUBLISHED["most "], rel=0.2)


def test_no_item_is_rated_before_it_exists_and_the_catalogue_grows(log):
    births = Catalogue.draw(SIZE, np.random.default_rng(0)).births
    assert (log.timestamp.to_numpy() >= births[log.movieId - 1]).all()
    third = (births.max() - births.min()) / 3
    assert all(((births - births.min()) // third == part).mean() > 0.1 for part in range(3))


def test_nobody_rates_an_item_twice_and_equal_seeds_give_equal_logs(log):
    assert not log.duplicated(["userId", "movieId"]).any()
    pd.testing.assert_frame_equal(next(blocks(SIZE, np.random.default_rng(0))), log)


def test_tastes_can_be_learned(log):
    ratings = log.rename(columns={"userId": "user", "movieId": "item"})
    parts = recsys.split(recsys.Dataset.from_frames(ratings), rng=np.random.default_rng(0))
    scorers = recsys.ALS(parts.train, dim=32, unobserved=0.1), recsys.Popularity(parts.train)
    als, popularity = (recsys.evaluate(scorer, parts.train, parts.test).mean["ndcg"] for scorer in scorers)
    assert als > 1.5 * popularity
