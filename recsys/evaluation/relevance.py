"""Which held-out ratings count as relevant, the same for every model and baseline; and why there may be none."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.rating_scale import Kind
from recsys.data.split import Split
from recsys.data.twins import Twins
from recsys.errors import ConfigError

EVERY_RATING: dict[Kind, str] = {
    "scale": "all items the user rated in the held-out part, whatever the rating",
    "counts": "all items of the user in the held-out part, whatever the count",
    "equal": "all items of the user in the held-out part",
}
_FROM_A_COUNT = "the items of the user with {relevant_from:g} or more in the held-out part; lower counts do not count"
FROM_A_RATING: dict[Kind, str] = {
    "scale": "the items the user rated {relevant_from:g} or higher in the held-out part; lower ratings do not count",
    "counts": _FROM_A_COUNT,
    "equal": _FROM_A_COUNT,
}
"""What counts as relevant with a threshold, by the kind of the ratings."""

TWINS = (
    "; an item does not count if the user rated a twin of it in training (an item of the same title and year, see "
    "twins in items.json); a listed item counts as rated if the user rated it or a twin of it, and twins that are "
    "both held out count once"
)


def check_threshold(relevant_from: Any) -> None:
    """Refuse a threshold that ratings cannot be compared with.

    Raises:
        ConfigError: ``relevant_from`` is neither a finite number nor None.
    """
    is_number = isinstance(relevant_from, Real) and not isinstance(relevant_from, bool)
    if relevant_from is not None and not (is_number and math.isfinite(relevant_from)):
        raise ConfigError(f"relevant_from is {relevant_from!r}; expected a finite number, or None for all ratings")


def relevant_ratings(
    train: Dataset, test: Dataset | None, relevant_from: float | None = None
) -> Dataset | None:
    """The ratings of ``test`` that count as relevant; None if there are none.

    An item whose twin the user rated in training is never listed, so it does not count for any row.

    Args:
        train: the training ratings, of the same users and items.
        test: the held-out ratings; None where nothing is held out.
        relevant_from: the lowest rating that counts; None where all do.
    """
    if test is None:
        return None
    is_relevant = ~_twin_is_rated(train, test)
    if relevant_from is not None:
        is_relevant &= reaches(test.rating, relevant_from)
    if is_relevant.all():
        return test
    return test.subset(is_relevant) if is_relevant.any() else None


def relevant_counts(train: Dataset, relevant: Dataset) -> NDArray[np.int64]:
    """How many relevant items each user's list could hold if it were long enough: (n_users,).

    That is the number of their ratings, where ratings of twins count once, because a list holds at most one of them.

    Args:
        train: the training ratings.
        relevant: the held-out ratings that count.
    """
    if not train.twins:
        return relevant.user_counts
    pairs = _pairs(relevant, train.twins, np.ones(relevant.n_ratings, bool))
    return np.bincount(np.unique(pairs) // relevant.n_items, minlength=relevant.n_users)


def _twin_is_rated(train: Dataset, test: Dataset) -> NDArray[np.bool_]:
    """For which ratings of ``test`` (n,) the user rated an item of the same title and year in training."""
    twins = train.twins
    is_rated = np.zeros(test.n_ratings, bool)
    if twins:
        has_twin = twins.has_twin[test.item]
        is_rated[has_twin] = np.isin(
            _pairs(test, twins, has_twin), _pairs(train, twins, twins.has_twin[train.item])
        )
    return is_rated


def _pairs(ratings: Dataset, twins: Twins, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A number for the user and the group of twins of each rating where ``mask`` is true: (n,)."""
    return ratings.user[mask].astype(np.int64) * ratings.n_items + twins.first[ratings.item[mask]]


def reaches(ratings: NDArray[np.floating[Any]], relevant_from: float) -> NDArray[np.bool_]:
    """Which ratings (n,) are at least as high as the threshold."""
    # The threshold is rounded as ratings are: a rating of 4.1 is 4.0999999 in float32.
    is_relevant: NDArray[np.bool_] = ratings >= ratings.dtype.type(relevant_from)
    return is_relevant


def protocol(relevant_from: float | None, twins: Twins, kind: Kind) -> str:
    """What counts as relevant, in words that fit the kind of the ratings."""
    rule = EVERY_RATING[kind] if relevant_from is None else FROM_A_RATING[kind].format(relevant_from=relevant_from)
    return rule + (TWINS if twins else "")


def skip_reason(parts: Split, holdout: float, relevant_from: float | None) -> str | None:
    """Why nothing can be measured, as a sentence without its full stop; None if something can."""
    if relevant_ratings(parts.train, parts.test, relevant_from) is not None:
        return None
    if holdout == 0:
        return "holdout is 0, so nothing is held out from training"
    if parts.test is None:  # of two or more ratings, at least one is held out
        return "no user has more than one item, so nothing can be held out from training"
    return none_relevant(parts.test, relevant_from)


def none_relevant(test: Dataset, relevant_from: float | None) -> str:
    """Why none of the held-out ratings counts."""
    if relevant_from is None or reaches(test.rating, relevant_from).any():
        return "every held-out item that would count is one that its user has under another id in training"
    return (
        f"relevant_from is {relevant_from:g}, and the highest held-out rating is {test.rating.max():g}, so no item "
        "counts as relevant"
    )
