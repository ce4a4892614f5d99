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
        test: the held-out ratings; None if nothing is held out.
        kind: ``"temporal"``, ``"random"`` if times cannot order the ratings, ``"none"`` with a holdout of 0.
        n_cut_in_ties: for a temporal split, the number of users whose last training rating and first held-out rating
            have the same time, so that chance decided which of their ratings of that time are held out.
    """

    train: Dataset
    test: Dataset | None
    kind: str
    n_cut_in_ties: int = 0


def split(dataset: Dataset, holdout: float = 0.2, rng: np.random.Generator | None = None) -> Split:
    """Hide the newest ``holdout`` of each user's ratings.

    Of each user's n ratings, sorted by timestamp, the first ``max(1, floor(n (1 - holdout)))`` are for training.
    Ratings of equal times are in random order: the order of lines or ids would not do, as both often follow
    popularity. Where there are no timestamps, or all are equal, all ratings are in random order.

    Args:
        dataset: the ratings to split.
        holdout: share to hide, from 0 to below 1.
        rng: draws the order of equal times; None for a generator of seed 0.

    Raises:
        ConfigError: ``holdout`` is outside its range.

    >>> import pandas as pd
    >>> from recsys import Dataset, split
    >>> log = pd.DataFrame({"user": ["ann"] * 4, "item": list("abcd"), "rating": [5, 4, 3, 1], "timestamp": range(4)})
    >>> parts = split(Dataset.from_frames(log), holdout=0.25)
    >>> parts.kind, parts.train.n_ratings, parts.test.item_ids[parts.test.item].tolist()
    ('temporal', 3, ['d'])
    """
    if not 0 <= holdout < 1:
        raise ConfigError(f"holdout is {holdout}; expected a share from 0 to below 1")
    kind = "none" if holdout == 0 else "temporal" if dataset.has_times else "random"
    counts = dataset.user_counts
    n_train = np.minimum(_training_sizes(counts, holdout), counts)  # (n_users,), 0 of a user with no rating
    first_hidden = (np.cumsum(counts) - counts + n_train)[n_train < counts]  # in the order, of users with any
    if not len(first_hidden):
        return Split(dataset, None, kind)
    order, n_cut_in_ties = _by_time(dataset, first_hidden, np.random.default_rng(0) if rng is None else rng)
    sizes = np.column_stack([n_train, counts - n_train])  # (n_users, 2): earlier and later part
    hidden = np.empty(dataset.n_ratings, bool)
    hidden[order] = np.repeat(np.tile([False, True], dataset.n_users), sizes.reshape(-1))
    return Split(dataset.subset(~hidden), dataset.subset(hidden), kind, n_cut_in_ties if kind == "temporal" else 0)


def _by_time(dataset: Dataset, cuts: NDArray[np.int64], rng: np.random.Generator) -> tuple[NDArray[np.intp], int]:
    """The ratings of each user in turn, by time, those of equal times at a cut in random order.

    Args:
        dataset: the ratings.
        cuts: (n,), ascending positions in the order, before which users are cut; at most one for each user.
        rng: draws the order of equal times.

    Returns:
        The order (n_ratings,), and the number of cuts between equal times.
    """
    time = np.zeros(dataset.n_ratings, np.int64) if dataset.timestamp is None else dataset.timestamp
    # Equal times are first ordered by item, so that draws do not depend on the order of lines in the source.
    order = order_by(dataset.user, time, dataset.item)
    user, time = dataset.user[order], time[order]
    run = np.cumsum(np.r_[False, (user[1:] != user[:-1]) | (time[1:] != time[:-1])])  # (n_ratings,), of equal times
    is_cut = np.zeros(run[-1] + 1, bool)  # of each run
    in_ties = cuts[run[cuts] == run[cuts - 1]]
    is_cut[run[in_ties]] = True
    tied = np.flatnonzero(is_cut[run])  # only these have to be shuffled
    draws = rng.random(len(tied)).view(np.int64)  # floats >= 0 sort like their bits
    order[tied] = order[tied][order_by(run[tied], draws)]
    return order, len(in_ties)


def _training_sizes(counts: NDArray[np.int64], holdout: float) -> NDArray[np.int64]:
    """``max(1, floor(n (1 - holdout)))`` for each n of ``counts`` (n_users,).

    Computed with fractions, because in floats 10 * (1 - 0.9) is 0.99..., and its floor 0.
    """
    share = 1 - Fraction(repr(float(holdout)))
    sizes = {int(n): max(1, int(n) * share.numerator // share.denominator) for n in np.unique(counts)}
    return np.array([sizes[int(n)] for n in counts], np.int64)
