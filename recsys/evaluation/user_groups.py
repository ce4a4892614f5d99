"""Users in thirds, by how much they rated and how popular their items are; and the popularity of their lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.evaluation.bootstrap import Intervals, bootstrap_intervals
from recsys.evaluation.metrics.metric import TrainingCounts
from recsys.schema import Interval, UserGroup

ACTIVITY = ("few", "some", "many")
TASTE = ("niche", "mixed", "mainstream")

FORMULAS = {
    "by_activity": "the evaluated users in thirds by n_train, cut at numpy.quantile(n_train, [1/3, 2/3], "
    "method='lower'), where a user at a cut is in the lower third and thirds without a user are left out; the nDCG "
    "of each third, with an interval as for the metrics from resamples of its own users",
    "popularity": "for each user, the mean n_train of the items in their list (recommended) and of those they rated "
    "in training (rated); the mean of each over thirds of the users by the latter, cut in the same way",
}


class Third(NamedTuple):
    """A third of the evaluated users.

    Attributes:
        group: its name, range of values and size.
        members: bool (n_evaluated,), who belongs to it.
    """

    group: UserGroup
    members: NDArray[np.bool_]


def thirds(values: NDArray[Any], names: Sequence[str]) -> tuple[Third, ...]:
    """Cut users (n,) in three by their values; users with equal values stay together, empty thirds are left out."""
    cuts = np.quantile(values, [1 / 3, 2 / 3], method="lower")
    third = np.searchsorted(cuts, values, side="left")  # (n,): 0, 1 or 2
    groups = []
    for number, name in enumerate(names):
        members = third == number
        if members.any():
            inside = values[members]
            groups.append(Third(UserGroup(name, float(inside.min()), float(inside.max()), len(inside)), members))
    return tuple(groups)


def intervals_by_group(
    per_user: Mapping[str, NDArray[np.float64]], groups: Sequence[Third], intervals: Intervals = bootstrap_intervals
) -> dict[str, list[Interval]]:
    """The means over the users of each group, with intervals, by name of a model or baseline.

    Args:
        per_user: by name, one value for each user: (n,).
        groups: of these users.
        intervals: the bootstrap; all models share its draws of a group.
    """
    by_group = [
        intervals({name: values[members] for name, values in per_user.items()}) for _, members in groups
    ]
    return {name: [means[name] for means in by_group] for name in per_user}


def rated_popularity(train: Dataset, users: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Mean number of ratings of the items each user (n,) rated: float64 (n,); each has a rating in ``train``."""
    total = np.bincount(train.user, train.item_counts[train.item], train.n_users)
    mean: NDArray[np.float64] = total[users] / train.user_counts[users]
    return mean


def recommended_popularity(train: TrainingCounts, items: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """Mean number of ratings of the items of each list (n, k): float64 (n,); 0 for an empty list."""
    is_item = items >= 0
    total = np.where(is_item, train.item_counts[items], 0).sum(axis=1)
    mean: NDArray[np.float64] = total / np.maximum(is_item.sum(axis=1), 1)
    return mean
