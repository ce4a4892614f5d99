"""Compute every baseline: tune it on validation data, fit it to the training part, recommend to all users."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from recsys.baselines.background import in_background
from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import Tuned, tune, validation_split
from recsys.config import BuildConfig
from recsys.data.split import Split
from recsys.recommend.lists import Lists, recommend

MIN_RATINGS_FOR_PROCESS = 50_000
"""Ratings from which on baselines run in a second process, beside the models: to start one takes half a second."""


@dataclass(frozen=True, eq=False)
class BaselineResult:
    """One baseline, computed.

    Attributes:
        name: of its row.
        tuned: its hyperparameters, and those they were chosen among.
        lists: every user's list.
        seconds: how long all of it took.
    """

    name: str
    tuned: Tuned
    lists: Lists
    seconds: float


@dataclass(frozen=True)
class SkippedBaseline:
    """A baseline that cannot be computed on these ratings, and why."""

    name: str
    reason: str


BaselineResults = Iterator[BaselineResult | SkippedBaseline]
RunBaselines = Callable[[Split, BuildConfig], AbstractContextManager[BaselineResults]]
"""Begins to compute the baselines, whose results are read in the block."""


def run_baselines(parts: Split, config: BuildConfig) -> BaselineResults:
    """All baselines in the order of the registry; none where nothing is held out to measure them by."""
    if parts.test is None:
        return
    seed = config.train.seed
    validation = validation_split(parts.train, config.holdout, np.random.default_rng([seed, 1]))
    for name, spec in BASELINES.items():
        reason = spec.skip_reason(parts.train)
        if reason is not None:
            yield SkippedBaseline(name, reason)
            continue
        start = time.perf_counter()
        tuned = tune(spec, validation, seed)
        scorer = spec.factory(parts.train, **tuned.hyperparameters)
        lists = recommend(scorer, parts.train, parts.test, config.top_k)
        yield BaselineResult(name, tuned, lists, time.perf_counter() - start)


def in_this_process(parts: Split, config: BuildConfig) -> AbstractContextManager[BaselineResults]:
    """Compute each baseline when it is asked for."""
    return nullcontext(run_baselines(parts, config))


def in_second_process(parts: Split, config: BuildConfig) -> AbstractContextManager[BaselineResults]:
    """Compute the baselines while this process trains the models, where that pays.

    For the command alone. The second process imports the main module anew: the script of a library user would run
    twice if it is not guarded by ``if __name__ == "__main__"``, and baselines added while a program runs would be
    missing.
    """
    if parts.train.n_ratings < MIN_RATINGS_FOR_PROCESS:
        return in_this_process(parts, config)
    return in_background(run_baselines, parts, config)
