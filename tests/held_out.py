"""Deep models and histories that they were not trained on: of the sample, of a sparse log that is invented, and of
MovieLens if it is available.

Each model is fitted once for all tests of a session.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

import recsys
from recsys.nn.arrays import unit_vectors
from tests.requirements import MOVIELENS, needs_movielens
from tests.synthetic import sparse_log
from tests.training.literal_tower import History

N = 200
"""How many histories are held out."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A model and histories that were held out from its training.

    Attributes:
        fitted: a deep model.
        dataset: all ratings.
        histories: N of them.
    """

    fitted: recsys.Fitted
    dataset: recsys.Dataset
    histories: list[History]

    def nearest(self) -> np.ndarray:
        """The ten nearest items of each item, by cosine of their vectors: (n_items, 10)."""
        unit = unit_vectors(self.fitted.item_vectors).astype(float)
        cosine = unit @ unit.T
        np.fill_diagonal(cosine, -np.inf)
        return np.argsort(-cosine, axis=1, kind="stable")[:, :10]

    def with_random_position(self) -> list[tuple[History, int]]:
        """Each history with the position of one of its items, chosen at random."""
        rng = np.random.default_rng(1)
        return [(history, int(rng.integers(len(history)))) for history in self.histories]


@cache
def from_sample() -> HeldOut:
    """The model of a build with three epochs, and the newest ratings of the first users, which are its test part."""
    dataset = recsys.load_dataset("sample")
    parts = recsys.split(dataset, 0.2, np.random.default_rng(0))
    return HeldOut(recsys.fit(parts.train, "deep", recsys.TrainConfig(epochs=3)), dataset, _histories(parts.test))


@cache
def from_movielens() -> HeldOut:
    """A fully trained model, and all ratings of users who were left out of the training."""
    dataset = recsys.load_dataset(MOVIELENS)
    left_out = np.isin(dataset.user, np.random.default_rng(0).choice(dataset.n_users, N, replace=False))
    return HeldOut(recsys.fit(dataset.subset(~left_out), "deep"), dataset, _histories(dataset.subset(left_out)))


@cache
def from_sparse_log() -> HeldOut:
    """A model with cosine towers, quickly trained on an invented log, and the newest ratings of its users."""
    dataset = sparse_log()
    parts = recsys.split(dataset, 0.2, np.random.default_rng(0))
    fitted = recsys.fit(parts.train, "deep", recsys.TrainConfig(dim=16, epochs=3))
    assert fitted.hyperparameters.cosine_dim
    return HeldOut(fitted, dataset, _histories(parts.test))


def _histories(ratings: recsys.Dataset) -> list[History]:
    histories = []
    for user in np.flatnonzero(ratings.user_counts)[:N]:
        row = ratings.matrix[[user]]
        histories.append([(int(item), int(stars)) for item, stars in zip(row.indices, row.data, strict=True)])
    assert len(histories) == N
    return histories


BOTH = [
    pytest.param(from_sample, id="sample"),
    pytest.param(from_movielens, id="movielens", marks=needs_movielens),
]
"""To parametrize tests with: models that have learned what goes with what."""
ALL = [*BOTH, pytest.param(from_sparse_log, id="sparse log")]
"""Those and one that has learned little, where only the arithmetic matters."""
