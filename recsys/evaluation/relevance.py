"""Which hidden ratings count as relevant, the same for every model and baseline; and why there may be none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.split import Split

EVERY_RATING = "all items the user rated in the hidden part, whatever the rating"
FROM_A_RATING = "the items the user rated {relevant_from:g} or higher in the hidden part; lower ratings do not count"


def relevant_ratings(
    train: Dataset, test: Dataset | None, relevant_from: float | None = None
) -> Dataset | None:
    """The ratings of ``test`` that count as relevant; None where none does.

    Args:
        train: the training ratings, of the same users and items.
        test: the hidden ratings; None where nothing is hidden.
        relevant_from: the lowest rating that counts; None where all do.
    """
    if test is None or relevant_from is None:
        return test
    is_relevant = reaches(test.rating, relevant_from)
    return test.subset(is_relevant) if is_relevant.any() else None


def reaches(ratings: NDArray[np.floating[Any]], relevant_from: float) -> NDArray[np.bool_]:
    """Which ratings (n,) are at least as high as the threshold."""
    # Compared as the type that ratings have: a rating of 4.1 is 4.0999999 in float32, and so must the threshold be.
    is_relevant: NDArray[np.bool_] = ratings >= ratings.dtype.type(relevant_from)
    return is_relevant


def protocol(relevant_from: float | None) -> str:
    """What counts as relevant, in words."""
    return EVERY_RATING if relevant_from is None else FROM_A_RATING.format(relevant_from=relevant_from)


def skip_reason(parts: Split, holdout: float, relevant_from: float | None) -> str | None:
    """Why nothing can be measured, as a sentence without its full stop; None where something can."""
    if relevant_ratings(parts.train, parts.test, relevant_from) is not None:
        return None
    if holdout == 0:
        return "holdout is 0, so no rating is hidden from training"
    if parts.test is None:  # of two ratings or more, one at least is hidden
        return "no user has more than one rating, so none can be hidden from training"
    return none_relevant(parts.test, relevant_from)


def none_relevant(test: Dataset, relevant_from: float | None) -> str:
    """Why none of the hidden ratings counts."""
    return (
        f"relevant_from is {relevant_from:g}, and the highest hidden rating is {test.rating.max():g}, so no item "
        "counts as relevant"
    )
