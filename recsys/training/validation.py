"""How the early run is judged after each epoch, on ratings it does not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.errors import DataError
from recsys.evaluation.metrics.ndcg import ndcg
from recsys.evaluation.ranking import Ids, largest, user_blocks
from recsys.evaluation.report import hits
from recsys.models.fitted import Fitted
from recsys.nn.losses import Pairs, masked_forward
from recsys.training.batches import negatives
from recsys.training.features import log_q

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


class Block(NamedTuple):
    """Some of the users who are judged, at a time.

    Attributes:
        users: (b,), who.
        rated: rows and columns, in their scores, of what the early run has seen of them.
        hidden: of what it has not.
    """

    users: Ids
    rated: tuple[Ids, Ids]
    hidden: tuple[Ids, Ids]


@dataclass(frozen=True, eq=False)
class Validation:
    """Ratings held out of the early run, and how it is judged on them.

    Attributes:
        blocks: the users whose held-out ratings are looked at.
        held_out: the ratings that the early run does not see.
        log_q: (n_items,), of what it learns from.
        n_pairs: ratings that the candidates of one of its batches stand for: how many negatives the loss is measured
            against.
    """

    blocks: tuple[Block, ...]
    held_out: Dataset
    log_q: NDArray[np.float32]
    n_pairs: float

    @classmethod
    def draw(cls, parts: Split, batch_size: int, rng: np.random.Generator) -> Validation | None:
        """Choose the users to be judged; None where there are too few."""
        train, hidden = parts.train, parts.test
        users = np.arange(0) if hidden is None else np.flatnonzero(hidden.user_counts)
        if hidden is None or len(users) < FEWEST_USERS:
            return None
        most = min(MOST_USERS, max(FEWEST_CHOSEN, MOST_SCORES // train.n_items))
        if len(users) > most:
            users = np.sort(rng.choice(users, most, replace=False))
        blocks = [Block(some, train.rated(some), hidden.rated(some)) for some in user_blocks(users, train.n_items)]
        return cls(tuple(blocks), hidden, log_q(train), negatives(train.matrix, batch_size, rng))

    def judge(self, fitted: Fitted) -> Judgement:
        """Loss and nDCG@10 on the held-out ratings.

        The loss is that of training with the held-out ratings as pairs, against the whole catalogue, each film as
        often as it can be expected in a batch.

        Raises:
            DataError: the loss is not finite.
        """
        k = min(VALIDATION_K, len(self.log_q))
        # In a batch of n pairs a film can be expected n q times, and exp(score - log q) times that is n exp(score):
        # the same n for all films, which may as well be taken from the pairs' own.
        log_n = np.float32(np.log(self.n_pairs))
        losses, lists = [], []
        for users, rated, hidden in self.blocks:
            scores = fitted.scores(users)  # made for this call, so that it may be overwritten
            pairs = Pairs.once(*hidden)
            own = scores[hidden] - self.log_q[hidden[1]] - log_n
            scores[rated] = -np.inf
            lists.append(largest(scores, k)[0])
            scores[hidden] = -np.inf
            losses.append(masked_forward(scores, own, pairs)[0] * len(own))
        judged = np.concatenate([block.users for block in self.blocks])
        relevant = self.held_out.user_counts[judged]
        per_user = ndcg(hits(np.concatenate(lists), judged, self.held_out), relevant)
        loss = float(sum(losses) / relevant.sum())
        if not np.isfinite(loss):
            raise DataError(f"the loss of {fitted.name} on held-out ratings is {loss}; training has diverged")
        return Judgement(loss, float(per_user.mean()), float(per_user.std() / np.sqrt(len(per_user))))
