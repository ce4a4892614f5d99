"""What a metric is: a name, a label, its formula in words, and the function that computes it.

Letters in shapes: n lists, one for each evaluated user, and k positions in each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Hits = NDArray[np.bool_]
"""(n, k): whether the user rated the listed item, or one of the same title and year, in the held-out part."""
Counts = NDArray[np.integer[Any]]
"""(n,): relevant items of each user, at least one."""


class TrainingCounts(Protocol):
    """What a metric of lists may know of the training part: no more than the exported files contain.

    So the metric can be computed again from these files. A :class:`~recsys.data.dataset.Dataset` has all of it.
    """

    @property
    def n_users(self) -> int:
        """The number of all users."""

    @property
    def n_items(self) -> int:
        """The number of items in the catalogue."""

    @property
    def item_counts(self) -> NDArray[np.int64]:
        """(n_items,): training ratings of each item."""

    @property
    def genres(self) -> NDArray[np.bool_]:
        """(n_items, n_genres), which items have which genres."""

    @property
    def genre_names(self) -> tuple[str, ...]:
        """(n_genres,), the names of the columns; one may stand for an unknown genre."""


@dataclass(frozen=True)
class AccuracyMetric:
    """One number per user, from the hits in their list; the mean over users gets a bootstrap interval."""

    name: str
    """Its key in ``metrics.json``."""
    label: str
    """Its name on pages."""
    formula: str
    """How it is computed, in words; pages and ``metrics.json`` state it."""
    per_user: Callable[[Hits, Counts], NDArray[np.float64]]
    """From hits (n, k) and numbers of relevant items (n,) to one value for each user (n,)."""


@dataclass(frozen=True)
class ListMetric:
    """One number for all lists together, beyond accuracy."""

    name: str
    label: str
    formula: str
    over_lists: Callable[[NDArray[np.integer[Any]], TrainingCounts], float | None]
    """From lists (n, k), -1 for no item, and the training part to a value; None where the data does not allow it."""
