"""Bayesian personalised ranking (Rendle et al. 2009): each rated item against one that the user has not rated.

The loss of a pair (u, i) with a drawn item j is

    l = -log sigmoid(s_ui - s_uj),    s = user . item + bias

so only the order of the two items counts. Items are drawn uniformly, and there is no correction for popularity. The
models use the losses of :mod:`recsys.nn.losses`; the playground offers this one too, and tests compare it with this.
Letters in shapes: U users and F items of a batch, P its pairs, d the width of vectors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from recsys.nn.arrays import Array, Ids, pair_dots
from recsys.nn.losses import Pairs, softplus
from recsys.nn.negatives import ScoreGradients

NONE = -1
"""In place of an item for a user who has rated all items."""


def draw_unrated(user: Ids, item: Ids, n_items: int, rng: np.random.Generator) -> Ids:
    """For each pair an item drawn uniformly from those that its user has not rated: (P,), NONE where there are none.

    Args:
        user: (P,), ascending.
        item: (P,), all items that each user has rated, ascending.
        n_items: of the catalogue.
        rng: draws one number for each pair.
    """
    _, row, n_rated = np.unique(user, return_inverse=True, return_counts=True)
    first = np.cumsum(n_rated) - n_rated  # of each user's pairs
    n_unrated = n_items - n_rated[row]  # (P,)
    # The number of the item among the user's unrated ones, counted from 0.
    rank = np.minimum((rng.random(len(user)) * n_unrated).astype(np.intp), n_unrated - 1)
    # The k-th rated item, counted from 0, has ``item - k`` unrated items below it; the rated items with at most
    # ``rank`` below them are those below the drawn one. One sorted array of all users is searched for all pairs.
    n_below = item - (np.arange(len(item)) - first[row])
    n_passed = np.searchsorted(row * (n_items + 1) + n_below, row * (n_items + 1) + rank, "right") - first[row]
    return np.where(n_unrated > 0, rank + n_passed, NONE)


@dataclass(frozen=True, eq=False)
class PairedNegatives:
    """One negative for each pair.

    Attributes:
        user, item: (P,), the pairs, as rows of users and items.
        negative: (P,), a row of items for each pair, or NONE.
    """

    user: Ids
    item: Ids
    negative: Ids

    def forward(
        self, users: Array, items: Array, bias: Array, self_contributions: Array
    ) -> tuple[Array, Array, tuple[Array, Array]]:
        """Scores.

        Args:
            users: (U, d).
            items: (F, d).
            bias: (F,).
            self_contributions: (P,), subtracted from the scores of the pairs.

        Returns:
            Scores of the negatives (P,), minus infinity where there is none; scores of the pairs (P,); and a cache.
        """
        negative_scores = pair_dots(users, self.user, items, self.negative) + bias[self.negative]
        negative_scores[self.negative == NONE] = -np.inf
        positive_scores = pair_dots(users, self.user, items, self.item) + bias[self.item] - self_contributions
        return negative_scores, positive_scores, (users, items)

    def backward(self, gradient: Array, positive_gradient: Array, cache: tuple[Array, Array]) -> ScoreGradients:
        """The gradients of the arguments, from those of both scores (P,); without a negative, its one is ignored."""
        users, items = cache
        has_negative = self.negative != NONE
        # As one sparse matrix (U, F), in which the gradients of repeated pairs are summed.
        values = np.concatenate([positive_gradient, gradient[has_negative]])
        rows = np.concatenate([self.user, self.user[has_negative]])
        columns = np.concatenate([self.item, self.negative[has_negative]])
        scores = sparse.csr_array((values, (rows, columns)), shape=(len(users), len(items)))
        return ScoreGradients(scores @ items, scores.T @ users, np.asarray(scores.sum(axis=0)))


def bpr(negative_scores: Array, positive_scores: Array, pairs: Pairs) -> tuple[float, Array, Array]:
    """The mean loss over the pairs, and its gradients with respect to both scores.

    ``-log sigmoid(s_ui - s_uj) = softplus(s_uj - s_ui)``, whose slope is near 0 where the rated item is well ahead of
    the drawn one, and near 1 where it is far behind. A user who rated every item has no negative, and loss 0.

    Args:
        negative_scores: (P,), minus infinity where a pair has no negative.
        positive_scores: (P,).
        pairs: the positives.
    """
    losses, slopes = softplus(negative_scores - positive_scores)  # (P,), (P,)
    n_pairs = float(pairs.counts.sum())
    gradient = slopes * pairs.counts / n_pairs
    return float(losses @ pairs.counts) / n_pairs, gradient, -gradient
