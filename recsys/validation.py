"""How the early run is judged after each epoch, on ratings it does not see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.batches import number_of_batches
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation.metrics import accuracy, hits
from recsys.evaluation.ranking import Ids, best, score_blocks
from recsys.features import log_q
from recsys.fitted import Fitted
from recsys.nn.losses import Pairs, masked_forward

VALIDATION_K = 10
FEWEST_USERS = 20
"""With fewer, nDCG is noise, and every epoch is run."""
MOST_USERS, FEWEST_CHOSEN, MOST_SCORES = 2000, 200, 10_000_000
"""Of more users, or of so many that their scores would pass this, a random choice is judged: that is much quicker."""


@dataclass(frozen=True)
class Judgement:
    """How good a run is: loss, nDCG@10 as a mean over users, and the standard error of that mean."""

    loss: float
    ndcg: float
    ndcg_error: float


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
    def draw(cls, parts: Split, batch_size: int, rng: np.random.Generator) -> Validation | None:
        """Choose the users to be judged; None where there are too few."""
        users = np.arange(0) if parts.test is None else np.flatnonzero(parts.test.user_counts)
        if parts.test is None or len(users) < FEWEST_USERS:
            return None
        most = min(MOST_USERS, max(FEWEST_CHOSEN, MOST_SCORES // parts.train.n_items))
        if len(users) > most:
            users = np.sort(rng.choice(users, most, replace=False))
        n_ratings = parts.train.n_ratings
        return cls(users, parts.train, parts.test, n_ratings / number_of_batches(n_ratings, batch_size))

    def judge(self, fitted: Fitted) -> Judgement:
        """Loss and nDCG@10 on the held-out ratings.

        The loss is that of training with the held-out ratings as pairs, against the whole catalogue, each film as
        often as it can be expected in a batch.
        """
        k = min(VALIDATION_K, self.fit.n_items)
        share = log_q(self.fit)
        counts = np.exp(share) * np.float32(self.n_pairs)
        losses, lists = [], []
        for users, scores in score_blocks(fitted, self.users):
            rated, hidden = _places(self.fit, users), _places(self.held_out, users)
            pairs = Pairs.once(*hidden)
            own = scores[hidden] - share[hidden[1]]
            scores[rated] = -np.inf
            lists.append(best(scores, k)[0])
            scores += np.log(counts) - share
            scores[hidden] = -np.inf
            losses.append(masked_forward(scores, own, pairs)[0] * len(hidden[0]))
        relevant = self.held_out.user_counts[self.users]
        ndcg = accuracy(hits(np.concatenate(lists), self.users, self.held_out), relevant)["ndcg"]
        loss = float(sum(losses) / relevant.sum())
        return Judgement(loss, float(ndcg.mean()), float(ndcg.std() / np.sqrt(len(ndcg))))


def _places(ratings: Dataset, users: Ids) -> tuple[Ids, Ids]:
    """Rows and columns, in scores of ``users``, of what they rated."""
    rows = ratings.matrix[users]
    return np.repeat(np.arange(len(users)), np.diff(rows.indptr)), rows.indices
