from __future__ import annotations

import numpy as np
import pytest

from recsys.evaluation.bootstrap import bootstrap_intervals


def literal_bootstrap(values: list[float], resamples: int, seed: int) -> tuple[float, float]:
    """95 % percentile interval of the mean, as the protocol states it; one generator for all resamples."""
    rng = np.random.default_rng(seed)
    means = sorted(
        sum(values[user] for user in rng.integers(len(values), size=len(values))) / len(values)
        for _ in range(resamples)
    )

    def percentile(share: float) -> float:
        position = share * (resamples - 1)
        below = int(position)
        above = min(below + 1, resamples - 1)
        return means[below] + (position - below) * (means[above] - means[below])

    return percentile(0.025), percentile(0.975)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_interval_is_that_of_drawing_users_one_by_one(seed):
    values = np.random.default_rng(1).random(17)
    interval = bootstrap_intervals({"map": values}, resamples=200, seed=seed)["map"]
    assert (interval.low, interval.high) == pytest.approx(literal_bootstrap(values.tolist(), 200, seed))
    assert interval.mean == pytest.approx(sum(values) / 17)


def test_by_default_there_are_a_thousand_resamples_of_seed_zero():
    values = np.random.default_rng(3).random(6)
    interval = bootstrap_intervals({"ndcg": values})["ndcg"]
    assert (interval.low, interval.high) == pytest.approx(literal_bootstrap(values.tolist(), 1000, 0))


def test_all_metrics_share_the_draws():
    values = np.random.default_rng(2).random(9)
    intervals = bootstrap_intervals({"a": values, "b": 2 * values}, resamples=50)
    assert intervals["b"].low == pytest.approx(2 * intervals["a"].low)
    assert intervals["b"].high == pytest.approx(2 * intervals["a"].high)


@pytest.mark.parametrize("n_users", [13, 200])
def test_the_interval_of_a_metric_does_not_depend_on_the_other_metrics(n_users):
    values = {name: np.random.default_rng(seed).random(n_users) for seed, name in enumerate("abcdefghi")}
    alone = {name: bootstrap_intervals({name: column}, resamples=50)[name] for name, column in values.items()}
    for n_metrics in range(2, len(values) + 1):
        together = dict(list(values.items())[:n_metrics])
        assert bootstrap_intervals(together, resamples=50) == {name: alone[name] for name in together}


def test_equal_users_leave_an_interval_of_no_width():
    interval = bootstrap_intervals({"mrr": np.full(5, 0.5)})["mrr"]
    assert interval.low == interval.mean == interval.high == 0.5
