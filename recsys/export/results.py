"""What a build computed, before it becomes JSON: arrays by the names of models and baselines."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recsys.baselines.tuning import Tuned
from recsys.config import BuildConfig
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation.relevance import relevant_ratings
from recsys.evaluation.report import Report
from recsys.models.fitted import Fitted
from recsys.recommend.explain import Reasons
from recsys.recommend.lists import Lists
from recsys.schema import DiscoveryCurves, NewUsers
from recsys.training.snapshots import Frames


@dataclass(frozen=True, eq=False)
class EvaluationResults:
    """How good the lists are.

    Attributes:
        reports: by name of model or baseline; empty where nothing is held out, or nothing of it counts as relevant.
        tuned: the hyperparameters of every baseline that was computed.
        skipped: why a baseline was not computed, by its name.
        discovery: the models' lists re-ranked; None where nothing was measured.
    """

    reports: dict[str, Report] = field(default_factory=dict)
    tuned: dict[str, Tuned] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    discovery: DiscoveryCurves | None = None


@dataclass(frozen=True, eq=False)
class Results:
    """All that the exported files are made of.

    Attributes:
        dataset: all ratings.
        split: their training and held-out parts.
        config: the settings.
        models: trained models by name, in the order of the registry.
        lists: every user's list, by name of model or baseline.
        evaluation: how good they are, by the same names.
        reasons: why a model recommends what it does, by its name.
        ranks: the ranks a model gives to what is held out, by its name: (n_hidden,), in the order of
            ``split.test.matrix``.
        frames: a model's item vectors over its epochs, by its name; of the items that ``tracked_items(dataset)``
            gives.
        new_users: how good lists are for users who were not in training; None where that was not measured.
        new_users_in_time: the same where they give the items they rated first; None also without times.
        shown: the lists that pages show in place of a model's own, by its name; empty where they show these.
        shown_reasons: why these items, likewise.
    """

    dataset: Dataset
    split: Split
    config: BuildConfig
    models: dict[str, Fitted]
    lists: dict[str, Lists]
    evaluation: EvaluationResults = field(default_factory=EvaluationResults)
    reasons: dict[str, Reasons] = field(default_factory=dict)
    ranks: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    frames: dict[str, Frames] = field(default_factory=dict)
    new_users: NewUsers | None = None
    new_users_in_time: NewUsers | None = None
    shown: dict[str, Lists] = field(default_factory=dict)
    shown_reasons: dict[str, Reasons] = field(default_factory=dict)

    @cached_property
    def relevant(self) -> Dataset | None:
        """The held-out ratings that count as relevant; None where none does."""
        return relevant_ratings(self.split.train, self.split.test, self.config.relevant_from)
