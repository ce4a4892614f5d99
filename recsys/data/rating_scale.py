"""How much a rating weighs in a history, by what the ratings of a log are: opinions, counts, or all alike.

What they are follows from their distribution, not from their two ends: one mad value must not change what all others
weigh, and plays or hours are not stars. Only of numbers of rows it is known that they are counts. Of a data set:
:attr:`recsys.data.dataset.Dataset.rating_scale`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from recsys.data.decimals import shortest_decimals
from recsys.data.outliers import usual_range

DISLIKE = -0.1
"""Weight of the lowest opinion; the highest has 1. Below zero, so that a bad rating counts against an item."""
LEAST_COUNT = 0.7
"""Weight of the lowest count above zero; the highest has 1. Who played something once chose it too: with 0 nDCG@10
falls by 3 % on hours of play, from 0.5 to 1 it is flat."""
STARS = 5
"""Of the scale from one star on the Rate page."""
LIKED_FROM = 3.0
"""Stars that are a like where ratings are counts, or all alike."""
_COUNTS_ABOVE_MIDDLE = 0.1
"""Share of the ratings in the upper half of their range below which they are taken for counts. Scales of opinions
have most of their ratings there; plays, hours and clicks have a long tail."""
_MAX_NEGATIVE = 0.01
"""Share of negative ratings up to which the others may be counts; the negative ones are then errors."""
_SUPPORT, _SUPPORT_FROM = 1e-4, 1000
"""Share of the ratings that must lie at or beyond an end of their range; of so many ratings, two at least."""

Kind = Literal["scale", "counts", "equal"]


@dataclass(frozen=True)
class RatingScale(ABC):
    """What the ratings of a log are.

    Attributes:
        low, high: the range of the ratings, without outliers; what lies beyond an end weighs as that end.
        kind: for reports and files.
    """

    low: float
    high: float

    kind: ClassVar[Kind]

    @abstractmethod
    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Weights of ratings of any shape."""

    def describe(self, ratings: NDArray[np.floating[Any]]) -> str:
        """What ratings (n,) were read as, for people."""
        n_beyond = int(((ratings < self.low) | (ratings > self.high)).sum())
        beyond = f"; {n_beyond:,} beyond it weigh as its ends" if n_beyond else ""
        return f"a scale from {_shown(self.low)} to {_shown(self.high)}{beyond}"


class Opinions(RatingScale):
    """Opinions, such as one to five stars: the lowest weighs :data:`DISLIKE`, the highest 1."""

    kind: ClassVar[Kind] = "scale"

    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Weights of ratings of any shape."""
        fractions = (np.asarray(ratings, np.float64) - self.low) / (self.high - self.low)
        # The square root rises steeply from the low end, so that only ratings close to the lowest weigh less than 0.
        weights: NDArray[np.float64] = DISLIKE + (1 - DISLIKE) * np.sqrt(np.clip(fractions, 0, 1))
        return weights


class Counts(RatingScale):
    """Counts, such as plays, hours or purchases: any is a choice, and more are a stronger one, by logarithm.

    The lowest above zero weighs :data:`LEAST_COUNT`, the highest 1, and between them it is their ratio that counts,
    so that hours weigh as minutes do. A count of zero, or below it, weighs nothing.
    """

    kind: ClassVar[Kind] = "counts"

    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Weights of ratings of any shape."""
        counts = np.asarray(ratings, np.float64)
        if self.low == self.high:
            return np.where(counts > 0, 1.0, 0.0)
        fractions = np.log(np.clip(counts, self.low, self.high) / self.low) / np.log(self.high / self.low)
        return np.where(counts > 0, LEAST_COUNT + (1 - LEAST_COUNT) * fractions, 0.0)

    def describe(self, ratings: NDArray[np.floating[Any]]) -> str:
        """What ratings (n,) were read as, for people."""
        return f"counts: {_shown(ratings.min())} to {_shown(ratings.max())}, weighed by logarithm"


class Equal(RatingScale):
    """All alike, as in a log of clicks: each weighs 1. What lies below, an outlier, counts against an item."""

    kind: ClassVar[Kind] = "equal"

    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Weights of ratings of any shape."""
        return np.where(np.asarray(ratings, np.float64) < self.low, DISLIKE, 1.0)

    def describe(self, ratings: NDArray[np.floating[Any]]) -> str:
        """What ratings (n,) were read as, for people."""
        n_others = int((ratings != self.low).sum())
        others = f" but {n_others:,}" if n_others else ""
        return f"interactions without a rating: all{others} are {_shown(self.low)}"


KINDS: dict[str, type[RatingScale]] = {scale.kind: scale for scale in (Opinions, Counts, Equal)}


def rating_scale(ratings: NDArray[np.floating[Any]]) -> RatingScale:
    """What ratings (n,) are, by their distribution: see the classes.

    They are counts where next to none is negative, and few lie in the upper half of their range or, from the lowest
    value, which most of them have, to the highest each value is rarer than the last.
    """
    support = _support(len(ratings))
    low, high = usual_range(ratings, support)
    if low == high:
        return Equal(low, high)
    counts = ratings[ratings >= 0]
    if len(ratings) - len(counts) < _MAX_NEGATIVE * len(ratings):
        least, most = usual_range(counts, support)
        if least < most and _have_long_tail(counts[(counts >= least) & (counts <= most)]):
            lowest = usual_range(counts[counts > 0], support)[0]
            if lowest < most:
                return Counts(lowest, most)
    return Opinions(low, high)


def count_scale(counts: NDArray[np.floating[Any]]) -> RatingScale:
    """The scale of counts (n,), all above zero, that are known to be counts whatever their distribution.

    A high one may be an outlier, and so all may be alike; the lowest is none.
    """
    low, high = float(counts.min()), usual_range(counts, _support(len(counts)))[1]
    return Equal(low, high) if low == high else Counts(low, high)


def _support(n: int) -> int:
    """How many of n ratings must lie at or beyond an end of their range."""
    return max(2, int(_SUPPORT * n)) if n >= _SUPPORT_FROM else 1


def _have_long_tail(ratings: NDArray[np.floating[Any]]) -> bool:
    """Whether few of the ratings (n,) lie in the upper half of their range, or most at its low end and fewer above.

    So ones and twos are purchases if most are ones, and thumbs down and up only if 0 or less is among them.
    """
    middle = (float(ratings.min()) + float(ratings.max())) / 2
    if (ratings > middle).mean() < _COUNTS_ABOVE_MIDDLE:
        return True
    lowest = ratings.min()
    if lowest <= 0 or (ratings == lowest).mean() <= 0.5:
        return False
    _, counts = np.unique(ratings, return_counts=True)
    return bool((np.diff(counts) < 0).all())


def rating_step(scale: RatingScale, ratings: NDArray[np.floating[Any]]) -> float | None:
    """The smallest difference between two values of ratings (n,), within the scale; None where there is one value.

    Values that next to none of the ratings have are left out: a few errors do not make a scale finer.
    """
    import pandas as pd  # here, so that importing recsys does without; it counts without sorting

    counts = pd.Series(ratings[(ratings >= scale.low) & (ratings <= scale.high)]).value_counts()
    usual = counts.index[counts >= _SUPPORT * len(ratings)].to_numpy()
    values = shortest_decimals(np.sort(usual if len(usual) > 1 else counts.index.to_numpy()))
    return (round(float(np.diff(values).min()), 6) or None) if len(values) > 1 else None


def _shown(rating: float) -> str:
    """A number for people: ``324,660``, ``0.5``; in as few digits as name a float32."""
    return f"{float(str(np.float32(rating))):,.12g}"
