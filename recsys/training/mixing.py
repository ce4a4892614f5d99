"""Choose on validation data the weights with which the scores of a model's towers, and popularity, are added.

Where little is known of users and items, a list of what is popular may be better than any that was learned; where
towers of two kinds are right about different users, both together are better than either. The choice costs no
training: the scores of each are computed once, and added in a few ways.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from recsys.models.mixture import Mixture, Weights
from recsys.nn.arrays import Array, Ids
from recsys.training.ensemble import DEFAULT_SHARE, Ensemble
from recsys.training.validation import Validation

SHARES = (DEFAULT_SHARE, 0.1, 0.3, 0.8)
"""Of the model's own towers, where it has companions; the first unless validation says otherwise."""
POPULARITY = (0.0, 0.25, 0.5, 1.0, 4.0)
"""Weights of the log of an item's share of the ratings; with the largest, lists are next to those of popularity."""


def choose_weights(early: Ensemble, validation: Validation) -> Weights:
    """The weights of highest nDCG@10, where it is higher than that of the first by more than two standard errors.

    The error is that of the difference, user by user. Two, because the best of several is the best by chance too. The
    first weights are next to equal, without popularity: averages of models are robust.

    Args:
        early: trained on the part of the ratings that the validation part was cut from.
        validation: what is held out.
    """
    names = list(early.trainers)
    candidates = [
        Weights.of_share(names, share, popularity)
        for popularity, share in itertools.product(POPULARITY, SHARES if len(names) > 1 else SHARES[:1])
    ]
    mixture, per_block = early.mixture(), [np.empty((len(candidates), 0))]
    for block in validation.blocks:
        scores = scores_by_member(mixture, block.users)
        per_block.append(np.array([validation.ndcg(block, weighted_sum(scores, weights)) for weights in candidates]))
    ndcg = np.concatenate(per_block, axis=1)  # (n_candidates, n_users)
    if not ndcg.shape[1]:
        return candidates[0]
    gains = ndcg - ndcg[0]
    best = int(gains.mean(axis=1).argmax())
    error = gains[best].std() / np.sqrt(len(gains[best]))
    return candidates[best if gains[best].mean() > 2 * error else 0]


def scores_by_member(mixture: Mixture, users: Ids) -> list[Array]:
    """Scores (n, n_items) of ``users`` (n,) by each member of a mixture, and last log popularity, (n_items,)."""
    every_item = np.arange(len(mixture.log_q))
    scores = []
    for member in mixture.members.values():
        vectors, _ = member.users_forward(member.serving_inputs(users))
        items, bias, _ = member.items_forward(every_item)
        scores.append((vectors @ items.T + bias).astype(np.float32))
    return [*scores, mixture.log_q]


def weighted_sum(scores: Sequence[Array], weights: Weights) -> Array:
    """The sum (n, n_items) of scores as :func:`scores_by_member` gives them."""
    factors = [*weights.members.values(), weights.popularity]
    total = np.float32(factors[0]) * scores[0]
    for factor, part in zip(factors[1:], scores[1:], strict=True):
        if factor:
            total += np.float32(factor) * part
    return total
