"""How much a rating weighs in a history, by what the ratings of a log are: opinions, counts, or all alike.

The distribution of the ratings decides, not their lowest and highest value: a single absurd value must not change the
weights of all others, and plays or hours are not stars. Numbers of rows are known to be counts, and so are ratings in
a column with a name such as plays. The scale of a data set is :attr:`recsys.data.dataset.Dataset.rating_scale`.
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
"""Weight of the lowest count above zero; the highest has 1. A user who played something once chose it too: with 0,
nDCG@10 on hours of play is 3 % lower; from 0.5 to 1 it is flat."""
STARS = 5
"""The highest number of stars on the Rate page; the lowest is one."""
LIKED_FROM = 3.0
"""So many stars, or more, are a like if ratings are counts, or all alike."""
_COUNTS_ABOVE_MIDDLE = 0.1
"""Ratings are counts if a smaller share than this is in the upper half of their range. On scales of opinions, most
ratings are there; plays, hours and clicks have a long tail."""
_MAX_NEGATIVE = 0.01
"""Ratings may be counts if a smaller share than this is negative; the negative ones are then errors."""
_SUPPORT, _SUPPORT_FROM = 1e-4, 1000
"""The share of the ratings that must be at or beyond an end of the range, at least two; and the number of ratings
from which this is required."""

Kind = Literal["scale", "counts", "equal"]


@dataclass(frozen=True)
class RatingScale(ABC):
    """What the ratings of a log are.

    Attributes:
        low, high: the range of the ratings without outliers; ratings beyond an end weigh as much as that end.
        kind: the name of the scale in reports and files.
    """

    low: float
    high: float

    kind: ClassVar[Kind]

    @abstractmethod
    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Weights of ratings of any shape."""

    def describe(self, ratings: NDArray[np.floating[Any]]) -> str:
        """How ratings (n,) were read, in words."""
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
    """Counts, such as plays, hours or purchases: any count is a choice, and a higher one is a stronger choice.

    The lowest count above zero weighs :data:`LEAST_COUNT`, the highest 1, and those between by their logarithm, so
    that hours and minutes have the same weights. A count of zero or less weighs 0.
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
        """How ratings (n,) were read, in words."""
        return f"counts: {_shown(ratings.min())} to {_shown(ratings.max())}, weighed by logarithm"


class Equal(RatingScale):
    """Ratings that are all alike, as in a log of clicks: each weighs 1. A lower outlier counts against an item."""

    kind: ClassVar[Kind] = "equal"

    def weights(self, ratings: NDArray[Any]) -> NDArray[np.float64]:
        """Weights of ratings of any shape."""
        return np.where(np.asarray(ratings, np.float64) < self.low, DISLIKE, 1.0)

    def describe(self, ratings: NDArray[np.floating[Any]]) -> str:
        """How ratings (n,) were read, in words."""
        n_others = int((ratings != self.low).sum())
        others = f" but {n_others:,}" if n_others else ""
        return f"interactions without a rating: all{others} are {_shown(self.low)}"


KINDS: dict[str, type[RatingScale]] = {scale.kind: scale for scale in (Opinions, Counts, Equal)}


def rating_scale(ratings: NDArray[np.floating[Any]]) -> RatingScale:
    """The scale of ratings (n,), decided by their distribution.

    They are counts if hardly any is negative and, besides, few are in the upper half of their range, or most have the
    lowest value and each higher value is rarer than the one before.
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
    """The scale of numbers (n,), none below zero, that are known to be counts whatever their distribution.

    High counts may be outliers, so that all others may be alike; the lowest above zero is never an outlier.
    """
    positive = counts[counts > 0]
    if not len(positive):
        return Equal(0.0, 0.0)
    low, high = float(positive.min()), usual_range(positive, _support(len(positive)))[1]
    return Equal(low, high) if low == high else Counts(low, high)


def may_be_counts(ratings: NDArray[np.floating[Any]]) -> bool:
    """Whether ratings (n,) that look like opinions may be counts, if the name of their column says so."""
    return rating_scale(ratings).kind == "scale" and ratings.min() >= 0 and count_scale(ratings).kind == "counts"


def _support(n: int) -> int:
    """How many of n ratings must be at or beyond an end of their range."""
    return max(2, int(_SUPPORT * n)) if n >= _SUPPORT_FROM else 1


def _have_long_tail(ratings: NDArray[np.floating[Any]]) -> bool:
    """Whether few ratings (n,) are above the middle of their range, or most are the lowest and each next is rarer.

    So ones and twos are purchases if most are ones; thumbs down and up are not, because they include 0 or less.
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
    """The smallest difference between two values of ratings (n,) within the scale; None if there is only one value.

    Values that hardly any rating has are ignored, so that a few errors do not make the scale finer.
    """
    import pandas as pd  # here, so that importing recsys does not need it; it counts without sorting

    counts = pd.Series(ratings[(ratings >= scale.low) & (ratings <= scale.high)]).value_counts()
    usual = counts.index[counts >= _SUPPORT * len(ratings)].to_numpy()
    values = shortest_decimals(np.sort(usual if len(usual) > 1 else counts.index.to_numpy()))
    return (round(float(np.diff(values).min()), 6) or None) if len(values) > 1 else None


def _shown(rating: float) -> str:
    """A number in words: ``324,660``, ``0.5``; with as few digits as identify a float32."""
    return f"{float(str(np.float32(rating))):,.12g}"
