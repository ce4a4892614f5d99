"""What a baseline is: its name, label and colour, how it is made, and which hyperparameters are tried."""

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
    """A baseline as the registry has it.

    Attributes:
        label: what people read.
        colour: #rrggbb on a light and on a dark background.
        factory: from training ratings and hyperparameters to something with ``scores``.
        grid: hyperparameters to choose from; where nothing can be held out, the first is taken.
        draft: from the seed to hyperparameters that are fixed while choosing, to be quick about it.
        final: from the seed to those that are fixed in the end, and stated with the result.
        try_all: from training ratings and a grid to a scorer for each of its entries, in order, where these can share
            work; None to make one after the other by the factory.
        skip_reason: why it cannot be computed on these ratings; None where it can.
        cold_start: how it is measured on new users; None where it cannot answer them.
        relative_time: about how long it takes on a large log, compared with the others; the longest is begun first.
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


