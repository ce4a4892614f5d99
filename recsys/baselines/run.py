"""What the models are held against: every baseline's lists, with its settings chosen on validation data.

Knows baselines as recipes, and ratings; nothing of models, JSON or pages.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recsys.baselines.tuning import Chosen, choose, recipes, validation
from recsys.config import BuildConfig
from recsys.data.split import Split
from recsys.recommend.lists import Lists, recommend


@dataclass(frozen=True, eq=False)
class Rival:
    """One baseline, computed.

    Attributes:
        name: of its row.
        chosen: its settings, and among what they were chosen.
        lists: every user's.
        seconds: all of it took.
    """

    name: str
    chosen: Chosen
    lists: Lists
    seconds: float


@dataclass(frozen=True)
class Skipped:
    """One that cannot be computed for these ratings, and why."""

    name: str
    why: str


def rivals(parts: Split, config: BuildConfig) -> Iterator[Rival | Skipped]:
    """All of them, in the order of their rows; none where nothing is hidden to measure them by."""
    if parts.test is None:
        return
    seed = config.train.seed
    tried_on = validation(parts.train, config.holdout, np.random.default_rng([seed, 1]))
    for name, recipe in recipes(seed).items():
        why = recipe.obstacle(parts.train)
        if why is not None:
            yield Skipped(name, why)
            continue
        start = time.perf_counter()
        chosen = choose(recipe, tried_on)
        scorer = recipe.make(parts.train, **chosen.settings)
        lists = recommend(scorer, parts.train, parts.test, config.top_k)
        yield Rival(name, chosen, lists, time.perf_counter() - start)
