"""The contrastive loss with in-batch negatives, in grouped form, and the penalty on the towers' outputs.

Each function returns a loss and its gradients. Letters: U users and F films of the batch, B its pairs, d the width of
vectors. Knows nothing of towers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.nn.layers import Array


def in_batch_softmax(scores: Array, log_q: Array, counts: Array, positives: Array) -> tuple[float, Array]:
    """Softmax over the batch's films with logQ correction (Yi et al. 2019).

    With z = scores - log_q, the loss of a pair (u, i) is

        l = -z_ui + log(sum over all films f of the batch of counts_f exp z_uf)

    Written pairwise that is a B x B matrix. The sum is the same for all pairs of one user, so a U x F matrix gives
    the same loss and gradient: a multinomial of each user's films. On the newest ratings held out for validation the
    deep model came out behind the masked form below, so training does not use this one;
    ``tests/benchmarks/loss_forms.py`` repeats the comparison, ``RESULTS.md`` beside it has the figures.

    Args:
        scores: (U, F), dot product plus bias.
        log_q: (F,), log of each film's share of all training ratings: the probability of its being sampled.
        counts: (F,), how often each film stands in the batch.
        positives: (U, F), how often each pair stands in the batch.

    Returns:
        The mean loss over the pairs, and its gradient with respect to ``scores`` (U, F).
    """
    z = scores - log_q
    z -= z.max(axis=1, keepdims=True)
    share = np.exp(z) * counts
    total = share.sum(axis=1, keepdims=True)
    share /= total
    n_films = positives.sum(axis=1, keepdims=True)  # (U, 1), each user's pairs
    n_pairs = n_films.sum()
    loss = (n_films * np.log(total)).sum() - (positives * z).sum()
    gradient: Array = (n_films * share - positives) / n_pairs
    return float(loss / n_pairs), gradient


def masked_in_batch_softmax(
    scores: Array, log_q: Array, counts: Array, positives: Array, known: NDArray[np.bool_]
) -> tuple[float, Array]:
    """The same with the user's own films masked out of the sum, so that only strangers count as negatives.

    The loss of a pair (u, i) is

        l = -z_ui + log(exp z_ui + sum over f not known to u of counts_f exp z_uf)

    and with A_u that sum, l = softplus(log A_u - z_ui). This is the form that training uses.

    Args:
        scores: (U, F), as for :func:`in_batch_softmax`, and so the next three.
        log_q: (F,).
        counts: (F,).
        positives: (U, F).
        known: (U, F), the films each user rated in the part that is fitted; true wherever ``positives`` is.

    Returns:
        The mean loss over the pairs, and its gradient with respect to ``scores`` (U, F).
    """
    n_pairs = float(positives.sum())
    z = scores - log_q
    unknown = np.where(known, -np.inf, z)
    # A user who knows every film of the batch has nothing to be told apart from: A = 0, and a loss of 0.
    shift = np.maximum(unknown.max(axis=1, keepdims=True), np.finfo(z.dtype).min)
    negatives = np.exp(unknown - shift) * counts
    total = negatives.sum(axis=1, keepdims=True)  # (U, 1), A_u on the scale of the shift
    log_total = np.log(total, out=np.full_like(total, -np.inf), where=total > 0) + shift
    user, film = positives.nonzero()
    weight = positives[user, film]
    gap = log_total[user, 0] - z[user, film]  # (B',) log A_u - z_ui
    loss = float(np.logaddexp(0, gap) @ weight) / n_pairs
    share = weight * _sigmoid(gap) / n_pairs  # what each pair pulls with
    pull = np.bincount(user, share, len(scores)).astype(scores.dtype)[:, None]
    gradient = negatives * np.divide(pull, total, out=np.zeros_like(total), where=total > 0)
    gradient[user, film] -= share.astype(scores.dtype)
    return loss, gradient


def _sigmoid(x: Array) -> Array:
    """1 / (1 + exp -x) without overflow."""
    half: Array = 0.5 * (1 + np.tanh(0.5 * x))
    return half


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
