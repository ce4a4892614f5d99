"""What a build computed, before it becomes JSON: arrays by the names of models and baselines."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recsys.config import BuildConfig
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation.cold_start import NewUsersReport
from recsys.export.metrics import Judged
from recsys.models.fitted import Fitted
from recsys.recommend.explain import Reasons
from recsys.recommend.lists import Lists
from recsys.training.snapshots import Recorder


@dataclass(frozen=True, eq=False)
class Results:
    """All that artefacts are made of.

    Attributes:
        dataset: all ratings.
        split: their training and hidden parts.
        config: the settings.
        models: trained models by name.
        lists: every user's list, by name of model or baseline.
        judged: how good they are, by the same names.
        reasons: why a model recommends what it does, by its name.
        ranks: where a model ranks what is hidden, by its name: (n_hidden,), in the order of ``split.test.matrix``.
        recorders: what was kept of a model's epochs, by its name; of the films that ``moving_films(dataset)`` gives.
        new_users: how good lists are for people who were not in training; None where that was not measured.
    """

    dataset: Dataset
    split: Split
    config: BuildConfig
    models: dict[str, Fitted]
    lists: dict[str, Lists]
    judged: Judged = field(default_factory=Judged)
    reasons: dict[str, Reasons] = field(default_factory=dict)
    ranks: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    recorders: dict[str, Recorder] = field(default_factory=dict)
    new_users: NewUsersReport | None = None
