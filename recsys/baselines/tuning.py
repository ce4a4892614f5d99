"""Choose a baseline's hyperparameters by nDCG@10 on a validation part, which is split from the training ratings.

All baselines and all entries of their grids share the same split.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from recsys.baselines.protocol import BaselineSpec, Settings
from recsys.data.dataset import Dataset
from recsys.data.split import Split, split
from recsys.evaluation.metrics.ndcg import ndcg
from recsys.evaluation.ranking import Scorer, top_k
from recsys.evaluation.relevance import relevant_counts, relevant_ratings
from recsys.evaluation.report import hits
from recsys.schema import Trial

VALIDATION_K = 10
MAX_USERS = 2000
"""Of more users, a random sample is evaluated: the choice is as good and much faster."""
MAX_RATINGS = 1_000_000
"""Of more ratings, hyperparameters are chosen on those of a random share of users: on logs of 3 million, twice as
many led to the same choice."""

PROTOCOL = (
    "baselines count every rating as 1, whatever its value and age (deep uses both and, where the data has them, "
    "genres and features of users); the settings of each are those of its grid with the highest nDCG@10 on a "
    "validation part, which is split off the training ratings as the held-out part is split off all ratings, and in "
    "which all rated items are relevant; with these settings it learns from all training ratings. ALS is tuned with "
    "vectors of half the length, and with more than 1,000,000 ratings everything is tuned on those of a random share "
    "of the users"
)


@dataclass(frozen=True)
class Tuned:
    """The chosen hyperparameters, and the trials; none if there was no choice."""

    hyperparameters: Settings
    trials: tuple[Trial, ...] = ()

    def describe(self) -> str:
        """For the terminal: ``l2 300 (best of 3)``."""
        settings = ", ".join(f"{name} {value:g}" for name, value in self.hyperparameters.items())
        return f"{settings or 'nothing to choose'}{f' (best of {len(self.trials)})' if self.trials else ''}"


def validation_split(train: Dataset, holdout: float, rng: np.random.Generator) -> Split:
    """The training part, split as the whole log was; of a very large one, only a random share of the users."""
    if train.n_ratings > MAX_RATINGS:
        users = np.flatnonzero(train.user_counts)
        n_chosen = max(1, len(users) * MAX_RATINGS // train.n_ratings)
        train = train.subset(np.isin(train.user, rng.choice(users, n_chosen, replace=False)))
    return split(train, holdout, rng)


def tune(spec: BaselineSpec, parts: Split, seed: int) -> Tuned:
    """The entry of the grid with the highest nDCG@10 on ``parts.test`` when fitted to ``parts.train``.

    The first of equals is chosen.

    Args:
        spec: the baseline.
        parts: the training part, split as the whole log was.
        seed: of whatever is random in a baseline.
    """
    final = spec.final(seed)
    relevant = relevant_ratings(parts.train, parts.test)
    if relevant is None or len(spec.grid) == 1:
        return Tuned({**final, **spec.grid[0]})
    users = np.flatnonzero(relevant.user_counts)
    if len(users) > MAX_USERS:
        users = np.sort(np.random.default_rng(seed).choice(users, MAX_USERS, replace=False))
    n_relevant = relevant_counts(parts.train, relevant)[users]
    k = min(VALIDATION_K, parts.train.n_items)
    trials = []
    for candidate, scorer in zip(spec.grid, _scorers(spec, parts.train, seed), strict=True):
        items, _ = top_k(scorer, users, k, exclude=parts.train)
        mean_ndcg = float(ndcg(hits(items, users, relevant), n_relevant).mean())
        trials.append(Trial(dict(candidate), mean_ndcg))
    best = max(trials, key=lambda trial: trial.ndcg)
    return Tuned({**final, **best.settings}, tuple(trials))


def _scorers(spec: BaselineSpec, train: Dataset, seed: int) -> Iterable[Scorer]:
    """A scorer for each entry of the grid, in order."""
    if spec.try_all is not None:
        return spec.try_all(train, spec.grid)
    return (spec.factory(train, **spec.draft(seed), **candidate) for candidate in spec.grid)
