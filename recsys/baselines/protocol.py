"""What a baseline is: its label and colour, how it is made, and which hyperparameters are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from recsys.data.dataset import Dataset
from recsys.evaluation.cold_start import ColdStartModel
from recsys.evaluation.ranking import Scorer

Settings = Mapping[str, int | float]
"""Hyperparameters by name, as the factory of a baseline takes them."""


@dataclass(frozen=True, kw_only=True)
class BaselineSpec:
    """An entry of the registry of baselines.

    Attributes:
        label: its name on pages.
        colour: #rrggbb on a light and on a dark page.
        factory: from training ratings and hyperparameters to something with ``scores``.
        grid: hyperparameters to choose from; the first is taken if nothing can be held out.
        draft: from the seed to hyperparameters that are fixed while choosing, such as a smaller size to save time.
        final: from the seed to hyperparameters that are fixed in the end, and stated with the result.
        try_all: from training ratings and a grid to a scorer for each of its entries, in order, if these can share
            work; None to make each with the factory.
        skip_reason: why it cannot be computed on these ratings; None if it can.
        cold_start: how it is measured on new users; None if it cannot answer them.
        relative_time: about how long it takes on a large log, relative to the others; the longest begins first.
    """

    label: str
    colour: tuple[str, str]
    factory: Callable[..., Scorer]
    grid: Sequence[Settings] = ({},)
    draft: Callable[[int], Settings] = lambda seed: {}
    final: Callable[[int], Settings] = lambda seed: {}
    try_all: Callable[[Dataset, Sequence[Settings]], Iterable[Scorer]] | None = None
    skip_reason: Callable[[Dataset], str | None] = lambda train: None
    cold_start: ColdStartModel | None = None
    relative_time: float = 1.0


