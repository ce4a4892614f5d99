"""Choose, on validation data, the weights with which the scores of a model's towers and popularity are added.

Where little is known of users and items, a list of popular items may be better than any that was learned; where two
kinds of towers are right about different users, their sum is better than either. The choice costs no training: the
scores of each are computed once and added with different weights.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recsys.models.mixture import Weights
from recsys.nn.arrays import Array
from recsys.training.ensemble import DEFAULT_SHARE, Training
from recsys.training.validation import Validation

SHARES = (DEFAULT_SHARE, 0.1, 0.3, 0.8)
"""Shares of the model's own towers, where it has companions; the first unless validation says otherwise."""
POPULARITY = (0.0, 0.25, 0.5, 1.0, 4.0)
"""Weights of the log of an item's share of the ratings; with the largest, lists are almost those of popularity."""
UNVALIDATED_POPULARITY = 0.5
"""The weight of popularity where there are too few users to choose one: on invented logs of fifteen users, enough not
to fall behind popularity where users do not differ in taste, and little enough to show where they do."""
SIGNIFICANCE = 2.0
"""A mean difference over users within so many standard errors may be chance; two, because the best of several
candidates looks better than it is."""


def choose_weights(early: Training, validation: Validation) -> Weights:
    """The weights with the highest nDCG@10 if they beat the first ones by more than chance, else the first.

    The first weights are almost equal, without popularity: averages of models are robust. But where the chosen ones
    are not ahead of popularity itself by more than chance, as on logs of few users or without differences in taste,
    those with the largest :func:`margin` over popularity are taken: the more noise, the closer to popularity.

    Args:
        early: trained on the part of the ratings that the validation part was cut from.
        validation: what is held out.
    """
    names = early.names
    candidates = [
        Weights.of_share(names, share, popularity)
        for popularity, share in itertools.product(POPULARITY, SHARES if len(names) > 1 else SHARES[:1])
    ]
    scorers = early.member_scorers(validation.users)
    per_block = []
    for block in validation.blocks:
        scores = [scorer(block.users) for scorer in scorers]
        by_popularity = scores[-1].copy()
        of_candidates = (validation.ndcg(block, weighted_sum(scores, weights)) for weights in candidates)  # (b,) each
        per_block.append(np.array([validation.ndcg(block, by_popularity), *of_candidates]))
    baseline, *ndcg = np.concatenate(per_block, axis=1)  # each (n_users,)
    best = int(np.argmax([per_user.mean() for per_user in ndcg]))
    chosen = best if margin(ndcg[best] - ndcg[0]) > 0 else 0
    if margin(ndcg[chosen] - baseline) <= 0:
        chosen = int(np.argmax([margin(per_user - baseline) for per_user in ndcg]))
    return candidates[chosen]


def unvalidated_weights(training: Training) -> Weights:
    """The weights of a model for which nothing can be held out: the default shares, and some popularity."""
    return Weights.of_share(training.names, DEFAULT_SHARE, UNVALIDATED_POPULARITY)


def margin(gains: NDArray[np.float64]) -> float:
    """By how much the mean of ``gains`` (n,), n at least 1, is above :data:`SIGNIFICANCE` of its standard errors."""
    return float(gains.mean() - SIGNIFICANCE * gains.std() / np.sqrt(len(gains)))


def weighted_sum(scores: Sequence[Array], weights: Weights) -> Array:
    """The sum (n, n_items) of scores (n, n_items): of each of the towers in turn, and last of popularity."""
    factors = [*weights.members.values(), weights.popularity]
    total = np.float32(factors[0]) * scores[0]
    for factor, part in zip(factors[1:], scores[1:], strict=True):
        if factor:
            total += np.float32(factor) * part
    return total
