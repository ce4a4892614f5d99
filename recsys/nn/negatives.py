"""Scores of a batch's users: for their negatives, and for the items they rated.

    score = user . item + offset

The loss needs two things: every user's scores for the negatives, with the items they rated masked, and the score of
every positive. Where all items of the batch are negatives, both are in one matrix; where only a sample of them is,
positives are scored one by one. Letters: U users and F items of the batch, P its pairs, C negatives, d the width of
vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy import sparse

from recsys.nn.arrays import Array, Ids, pair_dots
from recsys.nn.losses import RatedNegatives


class ScoreGradients(NamedTuple):
    """The gradients of users (U, d), items (F, d) and offset (F,)."""

    users: Array
    items: Array
    offset: Array


class Negatives(Protocol):
    """The items that a batch's users are contrasted with."""

    @property
    def counts(self) -> Array:
        """How often each of them is drawn, (C,)."""
        ...

    def forward(
        self, users: Array, items: Array, offset: Array, self_contributions: Array
    ) -> tuple[Array, Array, Any]:
        """The scores that the loss needs.

        Args:
            users: (U, d).
            items: (F, d).
            offset: (F,), added to all scores of an item.
            self_contributions: (P,), subtracted from the scores of the pairs.

        Returns:
            Scores of the negatives plus the log of how often each is drawn, (U, C), minus infinity for items that the
            user rated; the scores of the pairs (P,); and a cache.
        """
        ...

    def backward(self, gradient: Array, positive_gradient: Array, cache: Any) -> ScoreGradients:
        """The gradients of the arguments, from those of both scores.

        The gradient of the negatives' scores (U, C), which is 0 where they are masked, may be overwritten.
        """
        ...

    def rated(self) -> RatedNegatives:
        """Where the scores are masked; a loss without a mask fills these in."""
        ...


@dataclass(frozen=True, eq=False)
class InBatchNegatives:
    """All items of the batch, as often as they are in it.

    Attributes:
        user, item: (P,), the pairs, as rows of users and items.
        counts: (F,), how often each item is in the batch.
    """

    user: Ids
    item: Ids
    counts: Array

    def forward(
        self, users: Array, items: Array, offset: Array, self_contributions: Array
    ) -> tuple[Array, Array, Any]:
        """See :class:`Negatives`."""
        # c copies of an item contribute c exp(y) = exp(y + log c) to the softmax, so counts enter as log counts.
        log_counts = np.log(self.counts, dtype=users.dtype)  # (F,)
        # A bias is one more column against a column of ones: the matrix product adds it almost for free, where
        # ``z += bias`` would read and write all of z once more.
        users_one = _append_ones(users)  # (U, d + 1)
        z = users_one @ np.column_stack([items, offset + log_counts]).T  # (U, F)
        flat_index = self.user * len(items) + self.item  # (P,), of the pairs in z
        flat = z.reshape(-1)
        positive_scores = flat[flat_index] - self_contributions - log_counts[self.item]  # (P,)
        flat[flat_index] = -np.inf  # exp(-inf) = 0: a rated item is not a negative of its user
        return z, positive_scores, (users_one, items, flat_index)

    def backward(self, gradient: Array, positive_gradient: Array, cache: Any) -> ScoreGradients:
        """See :class:`Negatives`."""
        users_one, items, flat_index = cache
        # The masked entries have no gradient of their own, so those of the positives fit into the same matrix.
        gradient.reshape(-1)[flat_index] = positive_gradient  # (U, F)
        items_and_offset = gradient.T @ users_one  # (F, d + 1)
        return ScoreGradients(gradient @ items, items_and_offset[:, :-1], items_and_offset[:, -1])

    def rated(self) -> RatedNegatives:
        """See :class:`Negatives`: every pair is masked."""
        return RatedNegatives(np.arange(len(self.item)), self.user, self.item, self.counts[self.item])


@dataclass(frozen=True, eq=False)
class SampledNegatives:
    """A sample of items, drawn by their ratings in the batch or from the whole catalogue.

    Attributes:
        user, item: (P,), the pairs, as rows of users and items; users ascending.
        sampled: (C,), the negatives, as rows of items, each once, ascending.
        counts: (C,), how often each was drawn.
        masked_pairs: which pairs have an item that was drawn.
        mask: rows and columns of the negatives' scores where the user rated the item, of these pairs in turn.
    """

    user: Ids
    item: Ids
    sampled: Ids
    counts: Array
    masked_pairs: Ids
    mask: tuple[Ids, Ids]

    @classmethod
    def draw(cls, user: Ids, item: Ids, n_items: int, n_draws: int, rng: np.random.Generator) -> SampledNegatives:
        """The items of ``n_draws`` pairs drawn without replacement: each item by its share of the ratings."""
        times_drawn = np.bincount(item[rng.choice(len(item), n_draws, replace=False)], minlength=n_items)
        return cls.drawn(user, item, times_drawn)

    @classmethod
    def drawn(cls, user: Ids, item: Ids, times_drawn: Ids) -> SampledNegatives:
        """The items that were drawn at least once.

        Args:
            user: (P,), as in the class.
            item: likewise.
            times_drawn: (F,), how often each item was drawn.
        """
        sampled = np.flatnonzero(times_drawn)
        column = np.full(len(times_drawn), -1, np.intp)  # of each item among the negatives, -1 if it is none
        column[sampled] = np.arange(len(sampled))
        masked_pairs = np.flatnonzero(column[item] >= 0)
        counts = times_drawn[sampled].astype(np.float32)
        mask = user[masked_pairs], column[item[masked_pairs]]
        return cls(user, item, sampled, counts, masked_pairs, mask)

    def forward(
        self, users: Array, items: Array, offset: Array, self_contributions: Array
    ) -> tuple[Array, Array, Any]:
        """See :class:`Negatives`."""
        log_counts = np.log(self.counts, dtype=users.dtype)  # (C,)
        users_one, sampled_items = _append_ones(users), items[self.sampled]  # (U, d + 1), (C, d)
        z = users_one @ np.column_stack([sampled_items, offset[self.sampled] + log_counts]).T  # (U, C)
        z[self.mask] = -np.inf
        positive_scores = pair_dots(users, self.user, items, self.item) + offset[self.item] - self_contributions
        return z, positive_scores, (users_one, items, sampled_items)

    def backward(self, gradient: Array, positive_gradient: Array, cache: Any) -> ScoreGradients:
        """See :class:`Negatives`."""
        users_one, items, sampled_items = cache
        # The positives' gradients as a sparse matrix (U, F). Users ascend, so searchsorted gives the row starts.
        starts = np.searchsorted(self.user, np.arange(len(users_one) + 1))
        positives = sparse.csr_array((positive_gradient, self.item, starts), shape=(len(users_one), len(items)))
        items_and_offset = positives.T @ users_one  # (F, d + 1)
        items_and_offset[self.sampled] += gradient.T @ users_one  # += is safe: each negative is there once
        return ScoreGradients(
            gradient @ sampled_items + positives @ items, items_and_offset[:, :-1], items_and_offset[:, -1]
        )

    def rated(self) -> RatedNegatives:
        """See :class:`Negatives`."""
        user, column = self.mask
        return RatedNegatives(self.masked_pairs, user, column, self.counts[column])


def uniform_draws(n_items: int, n_draws: int, rng: np.random.Generator) -> Ids:
    """How often each of ``n_items`` is drawn in ``n_draws``, all with the same probability, with replacement.

    The softmax over such a sample is the sampled softmax (Bengio & Senecal 2008; Jean et al. 2015). It corrects the
    scores by the log of each item's probability of being drawn. Here this is one constant, which no softmax sees, so
    there is no log q to subtract. The models sample by ratings; the playground offers both.
    """
    return np.bincount(rng.integers(n_items, size=n_draws), minlength=n_items)


def _append_ones(users: Array) -> Array:
    """The same with a column of ones: (U, d) -> (U, d + 1)."""
    return np.column_stack([users, np.ones(len(users), users.dtype)])
