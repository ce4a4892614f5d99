"""How the early run is judged after each epoch, on ratings it does not see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.batches import number_of_batches
from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation.metrics import accuracy, hits
from recsys.evaluation.ranking import score_blocks, top_k
from recsys.features import log_q
from recsys.fitted import Fitted
from recsys.nn.losses import masked_in_batch_softmax

VALIDATION_K = 10
FEWEST_USERS = 20
"""With fewer, nDCG is noise, and every epoch is run."""
MOST_USERS = 2000
"""With more, a random choice of them is judged: the figure is as good, the epoch much shorter."""


@dataclass(frozen=True, eq=False)
class Validation:
    """Ratings held out of the early run, and how it is judged on them.

    Attributes:
        users: (n,), whose held-out ratings are looked at.
        fit: what the early run learns from.
        held_out: the ratings it does not see.
        n_pairs: ratings in one of its batches, on average: how many negatives the loss is measured against.
    """

    users: NDArray[np.intp]
    fit: Dataset
    held_out: Dataset
    n_pairs: float

    @classmethod
    def draw(cls, parts: Split, config: TrainConfig, rng: np.random.Generator) -> Validation | None:
        """Choose the users to be judged; None where there are too few."""
        users = np.arange(0) if parts.test is None else np.flatnonzero(parts.test.user_counts)
        if parts.test is None or len(users) < FEWEST_USERS:
            return None
        if len(users) > MOST_USERS:
            users = np.sort(rng.choice(users, MOST_USERS, replace=False))
        n_ratings = parts.train.n_ratings
        return cls(users, parts.train, parts.test, n_ratings / number_of_batches(n_ratings, config.batch_size))

    def judge(self, fitted: Fitted) -> tuple[float, float]:
        """Loss and nDCG@10 on the held-out ratings.

        The loss is that of training with the held-out ratings as pairs, against the whole catalogue, each film as
        often as it can be expected in a batch.
        """
        k = min(VALIDATION_K, self.fit.n_items)
        items, _ = top_k(fitted, self.users, k, exclude=self.fit)
        ndcg = accuracy(hits(items, self.users, self.held_out), self.held_out.user_counts[self.users])["ndcg"]
        return self._loss(fitted), float(ndcg.mean())

    def _loss(self, fitted: Fitted) -> float:
        share = log_q(self.fit)
        counts = np.exp(share) * np.float32(self.n_pairs)
        total, n_pairs = 0.0, 0
        for users, scores in score_blocks(fitted, self.users):
            positives = self.held_out.rated(users).astype(np.float32)
            known = self.fit.rated(users) | (positives > 0)
            loss, _ = masked_in_batch_softmax(scores, share, counts, positives, known)
            total += loss * float(positives.sum())
            n_pairs += int(positives.sum())
        return total / n_pairs
