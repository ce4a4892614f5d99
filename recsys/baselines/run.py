"""Compute every baseline: tune it on validation data, fit it to the training part, recommend to all users."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import Tuned, tune, validation_split
from recsys.config import BuildConfig
from recsys.data.split import Split
from recsys.recommend.lists import Lists, recommend


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


def run_baselines(parts: Split, config: BuildConfig) -> Iterator[BaselineResult | SkippedBaseline]:
    """All baselines in the order of the registry; none where nothing is hidden to measure them by."""
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
