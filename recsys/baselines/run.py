"""Compute every baseline: tune it on validation data, fit it to the training part, recommend to all users."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import Tuned, tune, validation_split
from recsys.config import BuildConfig
from recsys.data.split import Split
from recsys.recommend.lists import Lists, recommend
from recsys.tasks import Send, Task


@dataclass(frozen=True, eq=False)
class BaselineResult:
    """One baseline, computed.

    Attributes:
        name: of the baseline in the registry.
        tuned: its hyperparameters, and the candidates.
        lists: every user's list.
    """

    name: str
    tuned: Tuned
    lists: Lists


@dataclass(frozen=True)
class SkippedBaseline:
    """A baseline that cannot be computed on these ratings, and why."""

    name: str
    reason: str


BaselineRow = BaselineResult | SkippedBaseline


def baseline_tasks(parts: Split, config: BuildConfig) -> list[Task[BaselineRow]]:
    """A task for each baseline, in the order of the registry; none if nothing is held out to measure them on."""
    if parts.test is None:
        return []
    validation = validation_split(parts.train, config.holdout, np.random.default_rng([config.train.seed, 1]))
    return [Task(name, partial(run_baseline, name, parts, validation, config)) for name in BASELINES]


def run_baseline(
    name: str, parts: Split, validation: Split, config: BuildConfig, send: Send
) -> BaselineRow:
    """One baseline, or why it cannot be computed.

    Args:
        name: of the baseline in the registry.
        parts: the training part and the held-out part.
        validation: the training part, or some of it, split again to choose hyperparameters.
        config: settings.
        send: not used: nothing is reported on the way.
    """
    spec = BASELINES[name]
    reason = spec.skip_reason(parts.train)
    if reason is not None:
        return SkippedBaseline(name, reason)
    tuned = tune(spec, validation, config.train.seed)
    scorer = spec.factory(parts.train, **tuned.hyperparameters)
    return BaselineResult(name, tuned, recommend(scorer, parts.train, parts.test, config.top_k))
