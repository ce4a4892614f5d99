"""Split each user's ratings into an earlier and a later part, for evaluation and for early stopping."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by
from recsys.errors import ConfigError


@dataclass(frozen=True)
class Split:
    """The two parts of a data set.

    Attributes:
        train: the ratings to learn from; at least one of every user who has any.
        test: the hidden ratings; None where nothing is hidden.
        kind: ``"temporal"``, ``"random"`` where there are no timestamps, ``"none"`` with a holdout of 0.
    """

    train: Dataset
    test: Dataset | None
    kind: str


def split(dataset: Dataset, holdout: float = 0.2, rng: np.random.Generator | None = None) -> Split:
    """Hide the newest ``holdout`` of each user's ratings.

    Of each user's n ratings, sorted by (timestamp, item index), the first ``max(1, floor(n (1 - holdout)))`` are for
    training. Without timestamps the order is random.

    Args:
        dataset: the ratings to split.
        holdout: share to hide, from 0 to below 1.
        rng: used only where there are no timestamps; None for a generator of seed 0.

    Raises:
        ConfigError: ``holdout`` is outside its range.
    """
    if not 0 <= holdout < 1:
        raise ConfigError(f"holdout is {holdout}; expected a share from 0 to below 1")
    kind = "none" if holdout == 0 else "random" if dataset.timestamp is None else "temporal"
    hidden = _later_part(dataset, holdout, np.random.default_rng(0) if rng is None else rng)
    if not hidden.any():
        return Split(dataset, None, kind)
    return Split(dataset.subset(~hidden), dataset.subset(hidden), kind)


def _later_part(dataset: Dataset, holdout: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which ratings are hidden, bool (n_ratings,)."""
    if dataset.timestamp is None:
        # Drawn in the order of (user, item), so that the order of rows in the source changes nothing.
        time = np.empty(dataset.n_ratings, np.int64)
        draws = rng.random(dataset.n_ratings)
        time[order_by(dataset.user, dataset.item)] = draws.view(np.int64)  # floats >= 0 sort like their bits
    else:
        time = dataset.timestamp
    order = order_by(dataset.user, time, dataset.item)
    n_train = np.minimum(_training_sizes(dataset.user_counts, holdout), dataset.user_counts)  # 0 of a user with none
    sizes = np.column_stack([n_train, dataset.user_counts - n_train])  # (n_users, 2): earlier and later part
    hidden = np.empty(dataset.n_ratings, bool)
    hidden[order] = np.repeat(np.tile([False, True], dataset.n_users), sizes.reshape(-1))
    return hidden


def _training_sizes(counts: NDArray[np.int64], holdout: float) -> NDArray[np.int64]:
    """``max(1, floor(n (1 - holdout)))`` for each n of ``counts`` (n_users,).

    In fractions, because in floats 10 * (1 - 0.9) is 0.99..., and its floor 0.
    """
    share = 1 - Fraction(repr(float(holdout)))
    sizes = {int(n): max(1, int(n) * share.numerator // share.denominator) for n in np.unique(counts)}
    return np.array([sizes[int(n)] for n in counts], np.int64)
