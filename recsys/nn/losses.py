"""The contrastive loss with in-batch negatives, in grouped form, and what else holds the towers' outputs.

Each function returns a loss, its gradients, or both. Letters: U users and F films of the batch, P its distinct pairs,
d the width of vectors. Knows nothing of towers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.nn.layers import Array


class Pairs(NamedTuple):
    """The distinct user-film pairs of a batch.

    Attributes:
        user: (P,), rows of the batch's users, ascending.
        film: (P,), rows of its films.
        times: (P,), how often each stands in the batch; their sum is B.
    """

    user: NDArray[np.integer[Any]]
    film: NDArray[np.integer[Any]]
    times: Array

    @classmethod
    def once(cls, user: NDArray[np.integer[Any]], film: NDArray[np.integer[Any]]) -> Pairs:
        """Each once."""
        return cls(user, film, np.ones(len(user), np.float32))


SAFE = 60.0
"""Its exponential, and that of minus it, are far from the ends of float32, also times a large catalogue."""


def masked_in_batch_softmax(z: Array, own: Array, pairs: Pairs) -> tuple[float, Array, Array]:
    """In-batch softmax with logQ correction (Yi et al. 2019), a user's own films masked out of the sum.

    With y = scores - log_q, the loss of a pair (u, i) is

        l = -y_ui + log(exp y_ui + sum over the candidates f not known to u of counts_f exp y_uf)

    and with A_u that sum, l = softplus(log A_u - y_ui). Written pairwise, that is a matrix of pairs by pairs. But A_u
    is the same for all pairs of one user, so a matrix of users by films gives the same loss and gradient. Candidates
    are drawn as q says: they are the batch's films, or some of them, by their ratings.

    Args:
        z: (U, C), scores - log_q + log counts, where log_q is the log of each film's share of all training ratings,
            its chance of being drawn, and counts is how often each was; minus infinity where a user is known to have
            rated a film; overwritten.
        own: (P,), y of the pairs: scores - log_q.
        pairs: the positives.

    Returns:
        The mean loss over the pairs, its gradient with respect to z (U, C), in place of it, and with respect to own.
    """
    loss, cache = masked_forward(z, own, pairs)
    return loss, *masked_backward(cache)


def masked_forward(z: Array, own: Array, pairs: Pairs) -> tuple[float, tuple[Any, ...]]:
    """The loss alone, also for judging; arguments as there."""
    highest = z.max(axis=1)
    # A user who knows every candidate has nothing to be told apart from: A = 0, and a loss of 0.
    shift = np.where(np.isfinite(highest) & (np.abs(highest) > SAFE), highest, z.dtype.type(0))
    if shift.any():
        z -= shift[:, None]
    negatives = np.exp(z, out=z)
    total = negatives @ np.ones(negatives.shape[1], negatives.dtype)  # (U,), A_u on the scale of the shift
    log_total = np.log(total, out=np.full_like(total, -np.inf), where=total != 0) + shift
    losses, slopes = _softplus(log_total[pairs.user] - own)
    n_pairs = float(pairs.times.sum())
    return float(losses @ pairs.times) / n_pairs, (pairs, negatives, total, slopes * pairs.times / n_pairs)


def masked_backward(cache: tuple[Any, ...]) -> tuple[Array, Array]:
    """The gradients with respect to z, in place of what the forward pass kept, and to the pairs' own scores."""
    pairs, negatives, total, share = cache  # the last: what each pair pulls with
    pull = np.bincount(pairs.user, share, len(total)).astype(total.dtype)
    gradient: Array = negatives
    gradient *= np.divide(pull, total, out=np.zeros_like(total), where=total > 0)[:, None]
    return gradient, -share


def _softplus(x: Array) -> tuple[Array, Array]:
    """log(1 + exp x) and its slope 1 / (1 + exp -x), without overflow; both 0 at minus infinity."""
    small = np.exp(-np.abs(x))
    return np.maximum(x, 0) + np.log1p(small), np.where(x > 0, 1, small) / (1 + small)


def output_l2(vectors: Array, weights: Array | None = None) -> Array:
    """The gradient (n, d) of the mean squared norm of output vectors, ``mean_i weights_i |vectors_i|^2``.

    Penalising what the towers put out, not their parameters, is what keeps two-tower models from overfitting; users
    are weighted by how much they rated (Rendle et al. 2022 for ALS).

    Args:
        vectors: (n, d).
        weights: (n,), or None for equal ones.
    """
    twice = vectors.dtype.type(2 / len(vectors))
    return vectors * (twice if weights is None else (twice * weights)[:, None])


class Factors(NamedTuple):
    """Scores (U, F) as ``users @ items.T + bias``, but for those of the pairs.

    Attributes:
        users: (U, d).
        items: (F, d).
        bias: (F,).
        selves: (P,), by how much less than that a pair's score is: what the film would add to its own.
        own: (P,), the pairs' scores.
    """

    users: Array
    items: Array
    bias: Array
    selves: Array
    own: Array


class Pull(NamedTuple):
    """A gradient with respect to the scores (U, F), by what it comes to for their factors.

    The scores of the pairs are pulled by more than the product says: that goes through the pairs.

    Attributes:
        users, items, bias: of the product, shapes as in :class:`Factors`.
        pairs: (P,), on top of it, at the pairs: to be added to another gradient with respect to the scores.
        own: (P,), all of it, at the pairs.
    """

    users: Array
    items: Array
    bias: Array
    pairs: Array
    own: Array


def distillation(scores: Factors, taught: Factors, pairs: Pairs, weight: float) -> Pull:
    """The gradient of half the squared distance of scores from a teacher's, per pair; each user's mean aside.

        weight sum_uf (d_uf - mean_f d_uf)^2 / 2 B    with d the difference of both scores

    It is per pair, as the loss beside it is, so that both keep their proportion in logs of any density. A constant
    added to all scores of a user changes no ranking and no softmax, so it is not held against them. The difference is
    a product of narrow factors but for the pairs, and so is its product with the factors: no matrix of users by films
    is made.

    Args:
        scores: the model's.
        taught: the teacher's.
        pairs: those whose scores lack what the film adds itself.
        weight: of the distance beside the loss.
    """
    n_films = len(scores.items)
    kind = scores.users.dtype.type
    one = kind(weight) / kind(pairs.times.sum())
    left = np.column_stack([scores.users, np.ones(len(scores.users), scores.users.dtype), -taught.users])
    right = np.column_stack([scores.items, scores.bias - taught.bias, taught.items])
    mean = right.mean(axis=0)
    spikes = taught.selves - scores.selves
    spike_means = np.bincount(pairs.user, spikes, len(left)).astype(left.dtype) / n_films
    own = scores.own - taught.own - (left @ mean + spike_means)[pairs.user]
    right -= mean
    return Pull(
        users=one * (left @ (right.T @ scores.items) - np.outer(spike_means, scores.items.sum(axis=0))),
        items=one * (right @ (left.T @ scores.users) - spike_means @ scores.users),
        bias=one * (right @ left.sum(axis=0) - spike_means.sum()),
        pairs=one * spikes,
        own=one * own,
    )
