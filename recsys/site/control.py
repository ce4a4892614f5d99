"""The control with which visitors rate an item: it follows from the ratings in the data."""

from __future__ import annotations

from typing import Literal

from recsys.schema import Artefacts, RatingsSummary
from recsys.site.pages.wanted import is_wanted

_MAX_WHOLE_STARS = 5
"""Steps of a scale up to which each is a whole star."""

Control = Literal["stars", "half-stars", "likes"]
"""How visitors rate: by one to five stars, by half stars, or by liking an item or not."""


def can_rate(artefacts: Artefacts) -> bool:
    """Whether visitors can rate items: the deep tower answers them, and the settings want the page for it."""
    return artefacts.deep_tower is not None and is_wanted("rate", artefacts)


def control_of(ratings: RatingsSummary | None) -> Control:
    """How visitors rate on a site of these ratings.

    Whole stars where the data has at most five steps, as from 1 to 5, half stars where it has more, as from half a
    star to five or from 1 to 10. Counts and clicks, and scales of two steps, are liked or not.
    """
    if ratings is None:
        return "stars"
    if ratings.kind != "scale":
        return "likes"
    n_steps = round((ratings.high - ratings.low) / (ratings.step or 1)) + 1
    if n_steps <= 2:
        return "likes"
    return "stars" if n_steps <= _MAX_WHOLE_STARS else "half-stars"
