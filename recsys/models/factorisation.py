"""Where ``base`` starts: a matrix factorised by alternating least squares, with a penalty chosen on validation data.

    score of item i for user u = scale (p_u . q_i) + popularity log q_i

with p and q such that p_u . q_i is 1 where u rated i and 0 elsewhere, as nearly as the penalty allows (Hu, Koren and
Volinsky 2008). Training from noise needs hundreds of steps to get that far, and on sparse logs never does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from recsys.data.dataset import Dataset
from recsys.models.features import log_q
from recsys.models.hyperparameters import HyperParameters
from recsys.models.protocol import Quality
from recsys.nn.arrays import Array, Ids
from recsys.nn.least_squares import alternating_least_squares

EPOCHS = 5
"""How often alternating least squares solves for users and items."""
DRAFT_EPOCHS, DRAFT_DIM = 4, 64
"""Epochs and length of vectors in the factorisations that are compared: such shorter ones rank the candidates alike,
several times as fast."""
INITIAL_SCALE = 0.1
"""Standard deviation of embeddings from noise: small enough that the items' biases dominate the first scores."""
JITTER = 0.001
"""Standard deviation of the noise on factorised vectors. A strong penalty makes some of them zero, and where both
vectors of a pair are zero, so are their gradients."""
UNOBSERVED = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
"""Weights of a pair without a rating that are compared: large ones suit catalogues of hundreds of items, small ones
catalogues of tens of thousands, and long tails."""
PENALTIES = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0, 30.0)
"""Penalties that are compared: small ones suit small catalogues and strong tastes."""
FIRST = ((0.05, 3.0), (0.05, 14.0), (0.4, 3.0), (0.4, 10.0))
"""The search begins at the best of these: from a bad start, small differences lead it astray."""
DENSE_START, DENSE_DIM, DENSE_EPOCHS = (0.4, 4.0), 16, 2
"""The rough factorisation that shows whether users of a dense log differ in taste."""
BALANCES = ((12.0, -0.4), (12.0, 0.0), (12.0, 0.4), (12.0, 0.8), (6.0, 1.0), (3.0, 1.0), (1.0, 1.0))
"""Scales of the factorised scores, and weights of log popularity, that are compared: from more of the long tail to
hardly more than popularity."""
SIGNIFICANCE = 2.5
"""Standard errors by which a start must be ahead of popularity: more than 2, because it is the best of many."""
CAUTION = 0.1
"""What the learning rate is multiplied by where no start is ahead of popularity and there are few users."""
MIN_USERS = 200
"""Validation users from which training may take full steps although no start is ahead of popularity: they are enough
to see afterwards whether training came out ahead, and popularity is added where it did not."""


@dataclass(frozen=True, eq=False)
class Factorisation:
    """Vectors whose dot product, plus a bias, is an item's score for a user.

    Attributes:
        users: (n_users, d).
        items: (n_items, d).
        bias: (n_items,).
    """

    users: Array
    items: Array
    bias: Array

    @classmethod
    def zeros(cls, n_users: int, n_items: int, dim: int) -> Factorisation:
        """All zero, in float32: the sizes alone, for a model whose arrays are read from a file."""
        return cls(*(np.zeros(shape, np.float32) for shape in ((n_users, dim), (n_items, dim), (n_items,))))

    def scores(self, users: Ids) -> Array:
        """Scores of all items, (n, n_items)."""
        scores: Array = self.users[users] @ self.items.T
        scores += self.bias
        return scores


def from_noise(
    ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> Factorisation:
    """Random vectors of length ``dim``, and log popularity as the bias; arguments as in :func:`factorise`."""
    users, items = (
        (rng.standard_normal((n, hyperparameters.dim)) * INITIAL_SCALE).astype(dtype)
        for n in (ratings.n_users, ratings.n_items)
    )
    # The best bias without any vectors: a softmax of log q over the items gives each its share of the ratings.
    return Factorisation(users, items, log_q(ratings).astype(dtype))


def starts_from_noise(hyperparameters: HyperParameters) -> bool:
    """Whether unrated pairs have no weight: then there is nothing to factorise."""
    return hyperparameters.unobserved == 0


def factorise(
    ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator, dtype: DTypeLike = np.float32
) -> Factorisation:
    """The start that the hyperparameters describe.

    Args:
        ratings: what to factorise; users and items without any get vectors near zero.
        hyperparameters: ``dim``, ``unobserved``, ``start_l2``, ``scale`` and ``popularity`` count; with a scale of 0
            the start is popularity, with vectors near zero.
        rng: draws the first item vectors.
        dtype: of the result; the least squares are in float32, which is enough for a start.
    """
    if hyperparameters.scale > 0:
        users, items = alternate(ratings, hyperparameters, EPOCHS, rng)
        start = _balanced(users, items, hyperparameters, log_q(ratings))
    else:
        zeros = Factorisation.zeros(ratings.n_users, ratings.n_items, hyperparameters.dim)
        start = replace(zeros, bias=np.float32(hyperparameters.popularity) * log_q(ratings))
    users, items = (
        (vectors + JITTER * rng.standard_normal(vectors.shape)).astype(dtype)
        for vectors in (start.users, start.items)
    )
    return Factorisation(users, items, start.bias.astype(dtype))


def cautious_start(hyperparameters: HyperParameters) -> HyperParameters:
    """The same with a start that is hardly more than popularity."""
    return replace(hyperparameters, unobserved=0.1, start_l2=2.0, scale=0.3, popularity=1.0)


def choose(
    ratings: Dataset,
    hyperparameters: HyperParameters,
    quality: Quality,
    rng: np.random.Generator,
) -> HyperParameters:
    """The hyperparameters with the start that is best on validation data, before anything is trained.

    Every candidate is fitted and scored under each of the :data:`BALANCES`. Where not even the best is better than
    popularity by more than chance, either the log shows little of taste, or it has so few items that least squares
    reproduce it and say nothing about unrated ones. With many users training then starts from popularity alone; with
    few it starts from :func:`cautious_start` and takes small steps only. A dense log that shows taste starts from
    noise in any case, so one candidate is enough there.

    Args:
        ratings: what to learn from, without those that validation holds out.
        hyperparameters: only the start is replaced, and the learning rate where it must be small.
        quality: how good scores are on the held-out ratings of each of some users; higher is better.
        rng: draws a seed of the first item vectors, which is the same for every candidate.
    """
    popularity = log_q(ratings)
    seed = rng.integers(2**63)
    baseline = quality(lambda users: np.tile(popularity, (len(users), 1)))  # (n_users,), as are all qualities below

    def score(draft: HyperParameters, epochs: int) -> Candidate:
        """The draft with the best of the balances."""
        users, items = alternate(ratings, draft, epochs, np.random.default_rng(seed))
        balanced = [
            replace(draft, dim=hyperparameters.dim, scale=scale, popularity=weight) for scale, weight in BALANCES
        ]
        candidates = [Candidate(each, quality(_balanced(users, items, each, popularity).scores)) for each in balanced]
        return max(candidates, key=Candidate.mean)

    def draft_of(unobserved: float, start_l2: float, dim: int = DRAFT_DIM) -> HyperParameters:
        return replace(hyperparameters, dim=min(dim, hyperparameters.dim), unobserved=unobserved, start_l2=start_l2)

    is_dense = starts_from_noise(hyperparameters)
    if is_dense:
        best = score(draft_of(*DENSE_START, DENSE_DIM), DENSE_EPOCHS)
    else:
        best = climb(lambda unobserved, start_l2: score(draft_of(unobserved, start_l2), DRAFT_EPOCHS))
    gain = best.quality - baseline
    if gain.mean() > SIGNIFICANCE * gain.std() / np.sqrt(len(gain)):
        return hyperparameters if is_dense else best.hyperparameters
    if len(gain) >= MIN_USERS:
        return replace(cautious_start(hyperparameters), scale=0.0)
    return replace(cautious_start(hyperparameters), learning_rate=CAUTION * hyperparameters.learning_rate)


class Candidate(NamedTuple):
    """Hyperparameters, and how good the lists of each user are with them on validation data."""

    hyperparameters: HyperParameters
    quality: Array

    def mean(self) -> float:
        """The mean quality over users."""
        return float(self.quality.mean())


def climb(score: Callable[[float, float], Candidate]) -> Candidate:
    """The best weight and penalty by hill climbing: along one axis at a time, for as long as the mean quality rises.

    Good penalties depend only weakly on the weight, so two rounds over both axes suffice; they visit a fifth of the
    grid.

    Args:
        score: from a weight in :data:`UNOBSERVED` and a penalty in :data:`PENALTIES` to the candidate; called once
            for each.
    """
    score = cache(score)
    first = max(FIRST, key=lambda values: score(*values).mean())
    position = UNOBSERVED.index(first[0]), PENALTIES.index(first[1])  # in the grid
    best = score(*first)
    for weight_step, penalty_step in ((0, -1), (0, 1), (-1, 0), (1, 0)) * 2:
        while True:
            weight, penalty = position[0] + weight_step, position[1] + penalty_step
            if not (0 <= weight < len(UNOBSERVED) and 0 <= penalty < len(PENALTIES)):
                break
            candidate = score(UNOBSERVED[weight], PENALTIES[penalty])
            if candidate.mean() <= best.mean():
                break
            position, best = (weight, penalty), candidate
    return best


def alternate(
    ratings: Dataset, hyperparameters: HyperParameters, epochs: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """User and item vectors whose dot products are near 1 where there is a rating, and near 0 elsewhere.

    Args:
        ratings: what to factorise.
        hyperparameters: ``dim``, ``unobserved`` and ``start_l2`` count.
        epochs: how often users and items are solved for.
        rng: draws the first item vectors.

    Returns:
        (n_users, d), zero for users without ratings, and (n_items, d).
    """
    unobserved = hyperparameters.unobserved
    # A half epoch multiplies its penalty by a row's number of ratings plus ``unobserved n_items``. Divided by that
    # factor for the average user, a penalty means the same in a catalogue of any size.
    l2 = hyperparameters.start_l2 / (ratings.mean_user_count + unobserved * ratings.n_items)
    return alternating_least_squares(ratings.binary_matrix(), hyperparameters.dim, l2, unobserved, epochs, rng)


def _balanced(users: Array, items: Array, hyperparameters: HyperParameters, log_q: Array) -> Factorisation:
    """Scale the scores, with both sides brought to the same size, and add popularity."""
    norms = np.sqrt((users**2).mean()), np.sqrt((items**2).mean())
    # (a p) . (b q) with a b = scale and a |p| = b |q|: one learning rate suits both.
    ratio = np.sqrt(hyperparameters.scale * norms[1] / norms[0]) if min(norms) > 0 else np.sqrt(hyperparameters.scale)
    share = np.float32(ratio)
    return Factorisation(
        users * share,
        items * np.float32(hyperparameters.scale / share),
        np.float32(hyperparameters.popularity) * log_q,
    )
