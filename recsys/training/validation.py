"""How the early trainer is scored after each epoch, on ratings it does not learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation.metrics.ndcg import ndcg
from recsys.evaluation.ranking import largest, user_blocks
from recsys.evaluation.report import contains_pairs
from recsys.models.features import log_q
from recsys.models.protocol import Scores
from recsys.nn.arrays import Array, Ids
from recsys.nn.losses import Pairs, masked_forward
from recsys.training.batches import expected_negatives

VALIDATION_K = 10
MIN_USERS = 20
"""With fewer, nDCG is noise, and every epoch is run."""
MAX_USERS, MIN_SAMPLE, MAX_SCORES = 2000, 200, 10_000_000
"""A random sample of users is scored, which is much faster, where there are more than ``MAX_USERS`` or their scores
would be more than ``MAX_SCORES``; it has at least ``MIN_SAMPLE`` users."""

MAX_SELECTION_RATINGS, MAX_EARLY_RATINGS = 500_000, 4_000_000
"""Ratings on which settings are compared before training, and from which the early trainer learns; of a larger log, a
random share of the users with about so many. At 20 million ratings, training takes a quarter less time and the same
epoch is served."""


@dataclass(frozen=True)
class ValidationScore:
    """How good a model is: loss, nDCG@10 as a mean over users, and the standard error of that mean."""

    loss: float
    ndcg: float
    ndcg_error: float


class ValidationBlock(NamedTuple):
    """Users that are scored at once.

    Attributes:
        users: (b,), their indices.
        rated: rows and columns, in their scores, of the ratings that the early trainer learns from.
        held_out: rows and columns of their held-out ratings.
    """

    users: Ids
    rated: tuple[Ids, Ids]
    held_out: tuple[Ids, Ids]


@dataclass(frozen=True, eq=False)
class Validation:
    """Ratings held out of the early trainer's data, and how a model is scored on them.

    Attributes:
        blocks: the users whose held-out ratings count.
        held_out: ratings of these users that the early trainer does not see.
        log_q: (n_items,), of the ratings that it learns from.
        n_negatives: from how many ratings the negatives of one of its batches come.
    """

    blocks: tuple[ValidationBlock, ...]
    held_out: Dataset
    log_q: NDArray[np.float32]
    n_negatives: float

    @classmethod
    def draw(cls, parts: Split, batch_size: int, rng: np.random.Generator) -> Validation | None:
        """Choose the users to score; None where there are too few."""
        train, held_out = parts.train, parts.test
        users = np.arange(0) if held_out is None else np.flatnonzero(held_out.user_counts)
        if held_out is None or len(users) < MIN_USERS:
            return None
        max_users = min(MAX_USERS, max(MIN_SAMPLE, MAX_SCORES // train.n_items))
        if len(users) > max_users:
            users = np.sort(rng.choice(users, max_users, replace=False))
            held_out = held_out.subset(np.isin(held_out.user, users))  # it is searched whenever lists are scored
        blocks = [
            ValidationBlock(block, train.rated(block), held_out.rated(block))
            for block in user_blocks(users, train.n_items)
        ]
        return cls(tuple(blocks), held_out, log_q(train), expected_negatives(train.matrix, batch_size, rng))

    def sample(self, train: Dataset, max_ratings: int, rng: np.random.Generator) -> Dataset:
        """The ratings; of more than ``max_ratings``, those of the users who are scored and of some others.

        Args:
            train: the training ratings without those that are held out.
            max_ratings: about how many are returned at most.
            rng: draws the others.
        """
        if train.n_ratings <= max_ratings:
            return train
        scored = self.users
        order = np.concatenate([scored, rng.permutation(np.setdiff1d(np.arange(train.n_users), scored))])
        is_selected = np.zeros(train.n_users, bool)
        is_selected[order[np.cumsum(train.user_counts[order]) <= max_ratings]] = True
        is_selected[scored] = True
        return train.subset(is_selected[train.user])

    def per_user(self, scores: Scores) -> NDArray[np.float64]:
        """nDCG@10 of any scores on the held-out ratings of each user who is scored: (n,).

        Args:
            scores: from users to their scores, which are overwritten.
        """
        return np.concatenate([self.ndcg(block, scores(block.users)) for block in self.blocks])

    def ndcg(self, block: ValidationBlock, scores: Array) -> NDArray[np.float64]:
        """nDCG@10 of each user of a block, (b,).

        Args:
            block: one of :attr:`blocks`.
            scores: (b, n_items); overwritten.
        """
        scores[block.rated] = -np.inf
        return self._ndcg(block.users, self._best_items(scores))

    def score(self, scores: Scores) -> ValidationScore:
        """Loss and nDCG@10 on the held-out ratings.

        The loss is that of training with the held-out ratings as positives and the whole catalogue as negatives, each
        item as often as it can be expected in a batch.

        Args:
            scores: from :attr:`users` to their scores, which are overwritten.
        """
        # In a batch of n ratings an item is expected n q times, so it contributes n q exp(score - log q) =
        # n exp(score) to the softmax sum. As n is the same for every item, it is subtracted from the positives
        # instead: log(n sum exp s) - y = log(sum exp s) - (y - log n).
        log_n = np.float32(np.log(self.n_negatives))
        losses, lists = [], []
        for users, rated, held_out in self.blocks:
            block = scores(users)  # (b, n_items)
            positives = Pairs.distinct(*held_out)
            positive_scores = block[held_out] - self.log_q[positives.item] - log_n
            block[rated] = -np.inf
            lists.append(self._best_items(block))  # of unseen items, which include the held-out ones
            block[held_out] = -np.inf  # a positive is not its user's negative
            losses.append(masked_forward(block, positive_scores, positives)[0] * len(positive_scores))
        users = self.users
        per_user = self._ndcg(users, np.concatenate(lists))
        loss = float(sum(losses) / self.held_out.user_counts[users].sum())
        return ValidationScore(loss, float(per_user.mean()), float(per_user.std() / np.sqrt(len(per_user))))

    @property
    def users(self) -> Ids:
        """All users that are scored, (n,)."""
        return np.concatenate([block.users for block in self.blocks])

    def _best_items(self, scores: Array) -> Ids:
        """Lists (b, k) from scores (b, n_items), -inf for items that may not be listed."""
        return largest(scores, min(VALIDATION_K, len(self.log_q)))[0]

    def _ndcg(self, users: Ids, lists: Ids) -> NDArray[np.float64]:
        """Each user's nDCG, (n,), from the lists (n, k) of ``users`` (n,)."""
        # Unlike in a report, items of the same title and year are different items: training ignores titles.
        is_rated = contains_pairs(users, lists, self.held_out.user, self.held_out.item, self.held_out.n_items)
        return ndcg(is_rated, self.held_out.user_counts[users])
