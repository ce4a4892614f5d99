"""Where ``deep`` starts: linear towers from EASE or from a factorised matrix.

EASE weighs all pairs of items, but only in the head of the catalogue, and is cut to the rank of the vectors at the
end. Where much is known of users and items, alternating least squares may be better: all items take part, and the
rank is limited from the beginning. Which of the two to use, and with what penalty, is then chosen on validation data,
unless that would take longer than training itself.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recsys.data.dataset import Dataset
from recsys.models import linear
from recsys.models.factorisation import EPOCHS, SIGNIFICANCE, Candidate, alternate, climb
from recsys.models.features import equal_weights, history_weights, history_windows, normalised, recency_ranks
from recsys.models.hyperparameters import DENSE, HyperParameters, relative_density
from recsys.models.linear import LinearTowers, balanced
from recsys.models.protocol import Quality
from recsys.nn.arrays import Array

DEFAULT = (0.2, 10.0)
"""Weight of a pair without a rating, and penalty, where there are too few users to compare others."""
MIN_RATINGS, MAX_ITEMS = 150_000, 1000
"""Ratings from which on, and rated items up to which, there is a choice also where the head is the whole catalogue.
In between, the comparison would take as long as training does."""


def start_defaults(ratings: Dataset, hyperparameters: HyperParameters) -> HyperParameters:
    """Add the default start: EASE, or a factorisation on dense logs with many ratings or more items than EASE's head.

    The factorisation stays where there are too few users to choose on validation data, because it is the safer start:
    on MovieLens 100K with a head of 500 items, EASE loses a third of its quality, and the factorisation a twentieth.
    """
    if relative_density(ratings) < DENSE:
        return replace(hyperparameters, start_l2=linear.SPARSE_EASE_L2)
    if not _is_larger_than_head(ratings) and ratings.n_ratings < MIN_RATINGS:
        return replace(hyperparameters, start_l2=linear.EASE_L2)
    return replace(hyperparameters, unobserved=DEFAULT[0], start_l2=DEFAULT[1])


def start_notice(ratings: Dataset) -> str | None:
    """A line for the log where EASE does not take in all rated items."""
    if not _is_larger_than_head(ratings):
        return None
    ease = f"EASE of the {linear.HEAD} items with the most ratings, with the others placed next to them"
    if relative_density(ratings) < DENSE:
        return f"deep: starts from {ease}"
    choice = "whichever is better on validation data; without validation data, from the matrix"
    return f"deep: starts from {ease}, or from a factorised matrix, {choice}"


def choose_start(
    ratings: Dataset,
    hyperparameters: HyperParameters,
    quality: Quality,
    rng: np.random.Generator,
) -> HyperParameters:
    """The hyperparameters with the start that is best on validation data, where they leave a choice.

    Args:
        ratings: what to learn from, without those that validation holds out.
        hyperparameters: only ``unobserved`` and ``start_l2`` are replaced; on sparse logs, neither.
        quality: how good scores are on the held-out ratings of each of some users; higher is better.
        rng: draws a seed, which is the same for every candidate.
    """
    is_small = not hyperparameters.unobserved
    if hyperparameters.cosine_dim or (is_small and np.count_nonzero(ratings.item_counts) > MAX_ITEMS):
        return hyperparameters
    recency_rank = recency_ranks(ratings)
    served = normalised(history_weights(ratings, recency_rank))
    seed = rng.integers(2**63)

    def score(candidate: HyperParameters) -> Candidate:
        # Not scaled: a factor on all scores changes no ranking.
        history, items = unscaled_start(ratings, recency_rank, candidate, np.random.default_rng(seed))
        return Candidate(candidate, quality(lambda users: (served[users] @ history) @ items.T))

    ease = score(
        hyperparameters if is_small else replace(hyperparameters, unobserved=0.0, start_l2=linear.EASE_L2)
    )
    best = climb(lambda weight, penalty: score(replace(hyperparameters, unobserved=weight, start_l2=penalty)))
    gain = best.quality - ease.quality
    # Where the head is the whole catalogue EASE is a good start, so another one must be better by more than chance.
    needed = SIGNIFICANCE * gain.std() / np.sqrt(len(gain)) if is_small else 0.0
    return best.hyperparameters if gain.mean() > needed else ease.hyperparameters


def linear_start(
    ratings: Dataset,
    recency_rank: NDArray[np.float64],
    hyperparameters: HyperParameters,
    rng: np.random.Generator,
    dtype: DTypeLike,
) -> LinearTowers:
    """The linear towers that the hyperparameters describe.

    Args:
        ratings: what to learn from.
        recency_rank: (n_ratings,), of these, see :func:`~recsys.models.features.recency_ranks`.
        hyperparameters: ``unobserved`` is 0 for EASE; the rank is the length of the vectors of deep's own towers or
            of its cosine towers, whichever is longer.
        rng: draws the start of either iteration, and a sample of histories.
        dtype: of the result.
    """
    history, items = unscaled_start(ratings, recency_rank, hyperparameters, rng)
    return balanced(history, items, _rank(hyperparameters), equal_weights(ratings.matrix.astype(dtype)), rng, dtype)


def unscaled_start(
    ratings: Dataset, recency_rank: NDArray[np.float64], hyperparameters: HyperParameters, rng: np.random.Generator
) -> tuple[Array, Array]:
    """History and item vectors (n_items, r), r at most the rank, whose scores are right up to a factor."""
    if not hyperparameters.unobserved:
        rows = history_windows(ratings, recency_rank)
        return linear.ease(rows, _rank(hyperparameters), hyperparameters.start_l2, rng)
    return _factorised(ratings, replace(hyperparameters, dim=_rank(hyperparameters)), rng)


def _rank(hyperparameters: HyperParameters) -> int:
    return max(hyperparameters.cosine_dim, hyperparameters.dim - hyperparameters.cosine_dim)


def _is_larger_than_head(ratings: Dataset) -> bool:
    """Whether some of the rated items have no room in EASE's head."""
    return int((ratings.item_counts > 0).sum()) > linear.HEAD


def _factorised(ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator) -> tuple[Array, Array]:
    """History and item vectors (n_items, d): item vectors of alternating least squares, and users linear in them.

    With item vectors Q and ``w = unobserved``, least squares give a user of n items, whose vectors add up to s,

        p = M^-1 s,   M = w Q'Q + (1 - w) sum over the n items of q q' + l2 I

    M differs between users only in the sum. Here the sum is that of the average user: n times the mean of q q' over
    all ratings. So p is linear in the history, and an item adds ``M^-1 q`` to it.
    """
    _, items = alternate(ratings, hyperparameters, EPOCHS, rng)
    unobserved, shares = hyperparameters.unobserved, ratings.item_counts / ratings.n_ratings
    products = (items * shares[:, None]).T @ items  # (d, d), the mean of q q'
    system = unobserved * (items.T @ items) + (1 - unobserved) * ratings.mean_user_count * products
    system += hyperparameters.start_l2 * np.eye(len(system))  # l2 (n + w n_items), as in alternate
    return np.linalg.solve(system, items.T).T.astype(np.float32), items
