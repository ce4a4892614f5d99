"""The contrastive loss with in-batch negatives, in grouped form, and the penalty on the towers' outputs.

Each function returns a loss and its gradients. Letters: U users and F films of the batch, B its pairs, d the width of
vectors. Knows nothing of towers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recsys.nn.layers import Array


class Pairs(NamedTuple):
    """The distinct user-film pairs of a batch.

    Attributes:
        user: (P,), rows of the batch's scores.
        film: (P,), columns.
        times: (P,), how often the pair stands in the batch; B is their sum.
    """

    user: NDArray[np.integer[Any]]
    film: NDArray[np.integer[Any]]
    times: Array


Places = tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]
"""Rows and columns of a batch's scores."""


def in_batch_softmax(scores: Array, log_q: Array, counts: Array, pairs: Pairs) -> tuple[float, Array]:
    """Softmax over the batch's films with logQ correction (Yi et al. 2019).

    With z = scores - log_q, the loss of a pair (u, i) is

        l = -z_ui + log(sum over all films f of the batch of counts_f exp z_uf)

    Written pairwise that is a B x B matrix. The sum is the same for all pairs of one user, so a U x F matrix gives
    the same loss and gradient: a multinomial of each user's films. On held-out ratings it came out behind the
    masked form below, so training does not use this one; ``tests/benchmarks/recipe.py`` repeats the comparison,
    ``RESULTS.md`` beside it has the figures.

    Args:
        scores: (U, F), dot product plus bias.
        log_q: (F,), log of each film's share of all training ratings: the probability of its being sampled.
        counts: (F,), how often each film stands in the batch.
        pairs: the positives.

    Returns:
        The mean loss over the pairs, and its gradient with respect to ``scores`` (U, F).
    """
    z = scores - log_q
    z -= z.max(axis=1, keepdims=True)
    share = np.exp(z) * counts
    total = share.sum(axis=1, keepdims=True)
    share /= total
    n_pairs = float(pairs.times.sum())
    n_films = np.bincount(pairs.user, pairs.times, len(scores)).astype(scores.dtype)[:, None]  # (U, 1)
    loss = float((n_films * np.log(total)).sum() - z[pairs.user, pairs.film] @ pairs.times) / n_pairs
    gradient = share * (n_films / n_pairs)
    gradient[pairs.user, pairs.film] -= pairs.times / n_pairs
    return loss, gradient


def masked_in_batch_softmax(
    scores: Array, log_q: Array, counts: Array, pairs: Pairs, known: Places
) -> tuple[float, Array]:
    """The same with the user's own films masked out of the sum, so that only strangers count as negatives.

    The loss of a pair (u, i) is

        l = -z_ui + log(exp z_ui + sum over f not known to u of counts_f exp z_uf)

    and with A_u that sum, l = softplus(log A_u - z_ui). This is the form that training uses.

    Args:
        scores: (U, F), as for :func:`in_batch_softmax`, and so the next three.
        log_q: (F,).
        counts: (F,).
        pairs: the positives.
        known: the films each user rated in the part that is fitted, ``pairs`` among them.

    Returns:
        The mean loss over the pairs, and its gradient with respect to ``scores`` (U, F).
    """
    loss, cache = masked_forward(scores, log_q, counts, pairs, known)
    return loss, masked_backward(cache)


def masked_forward(
    scores: Array, log_q: Array, counts: Array, pairs: Pairs, known: Places
) -> tuple[float, tuple[Any, ...]]:
    """The loss alone, for :func:`masked_in_batch_softmax` and for judging; arguments as there."""
    user, film, times = pairs
    n_pairs = float(times.sum())
    gap = log_q[film] - scores[user, film]
    with np.errstate(divide="ignore"):  # a film that stands in the batch no times is no negative
        z = scores + (np.log(counts) - log_q)
    z[known] = -np.inf
    # A user who knows every film of the batch has nothing to be told apart from: A = 0, and a loss of 0.
    shift = np.maximum(z.max(axis=1, keepdims=True), np.finfo(z.dtype).min)
    z -= shift
    negatives = np.exp(z, out=z)
    total = negatives.sum(axis=1, keepdims=True)  # (U, 1), A_u on the scale of the shift
    log_total = np.log(total, out=np.full_like(total, -np.inf), where=total > 0) + shift
    gap += log_total[user, 0]  # (P,) log A_u - z_ui
    losses, slopes = _softplus(gap)
    return float(losses @ times) / n_pairs, (pairs, negatives, total, slopes / n_pairs)


def masked_backward(cache: tuple[Any, ...]) -> Array:
    """The gradient with respect to the scores (U, F); it takes the place of what the forward pass kept."""
    (user, film, times), negatives, total, slopes = cache
    share = times * slopes  # what each pair pulls with
    pull = np.bincount(user, share, len(total)).astype(total.dtype)[:, None]
    gradient: Array = negatives
    gradient *= np.divide(pull, total, out=np.zeros_like(total), where=total > 0)
    gradient[user, film] -= share
    return gradient


def _softplus(x: Array) -> tuple[Array, Array]:
    """log(1 + exp x) and its slope 1 / (1 + exp -x), without overflow; both 0 at minus infinity."""
    small = np.exp(-np.abs(x))
    return np.maximum(x, 0) + np.log1p(small), np.where(x > 0, 1, small) / (1 + small)


def output_l2(vectors: Array, weights: Array | None = None) -> tuple[float, Array]:
    """Mean squared norm of output vectors, rows weighted.

    Penalising what the towers put out, not their parameters, is what keeps two-tower models from overfitting; users
    are weighted by how much they rated (Rendle et al. 2022 for ALS).

    Args:
        vectors: (n, d).
        weights: (n,), or None for equal ones.

    Returns:
        ``mean_i weights_i |vectors_i|^2`` and its gradient (n, d).
    """
    weighted = vectors if weights is None else vectors * weights[:, None]
    return float((weighted * vectors).sum()) / len(vectors), weighted * vectors.dtype.type(2 / len(vectors))


def distillation(scores: Array, taught: Array, n_pairs: float) -> tuple[float, Array]:
    """Half the squared distance of scores from a teacher's, per pair; each user's mean difference aside.

    A constant added to all scores of a user changes no ranking and no softmax, so it is not held against them.

    Args:
        scores: (U, F).
        taught: (U, F), the teacher's.
        n_pairs: B, the pairs that the loss beside this one is a mean over: so both keep their proportion in logs of
            any density.

    Returns:
        ``sum_uf (d_uf - mean_f d_uf)^2 / 2 B`` with d the difference, and its gradient with respect to ``scores``
        (U, F).
    """
    difference = scores - taught
    difference -= difference.mean(axis=1, keepdims=True)
    value = float(np.vdot(difference, difference)) / (2 * n_pairs)
    difference /= difference.dtype.type(n_pairs)
    return value, difference
