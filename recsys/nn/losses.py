"""Contrastive losses with shared negatives, in grouped form; output regularisation; distillation.

Each function returns a loss, its gradients, or both. Letters: U users and F items of the batch, C items that serve as
negatives, P distinct pairs, d the width of vectors.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from recsys.nn.arrays import Array, Ids


class Pairs(NamedTuple):
    """The distinct user-item pairs of a batch: the positives.

    Attributes:
        user: (P,), rows of the batch's users, ascending.
        item: (P,), rows of its items.
        counts: (P,), how often each pair is in the batch; their sum is the size B of the batch.
    """

    user: Ids
    item: Ids
    counts: Array

    @classmethod
    def distinct(cls, user: Ids, item: Ids) -> Pairs:
        """Pairs that occur once each."""
        return cls(user, item, np.ones(len(user), np.float32))


class RatedNegatives(NamedTuple):
    """The pairs whose item is among the negatives too, M of the P pairs of a batch.

    Attributes:
        pair: (M,), which pairs, each once.
        user: (M,), rows of these pairs in the scores of the negatives (U, C).
        column: (M,), columns there.
        counts: (M,), how often each of these items counts as a negative.
    """

    pair: Ids
    user: Ids
    column: Ids
    counts: Array


SAFE_EXPONENT = 60.0
"""exp(60) = 1e26 and exp(-60) are far from the ends of float32 (1e38), even summed over a large catalogue."""


def masked_in_batch_softmax(z: Array, positive_scores: Array, pairs: Pairs) -> tuple[float, Array, Array]:
    """In-batch softmax with logQ correction (Yi et al. 2019), a user's rated items masked out of the sum.

    With y = scores - log_q, the loss of a pair (u, i) is

        l = -y_ui + log(exp y_ui + sum over the negatives f that u has not rated of counts_f exp y_uf)

    Call that sum A_u. Then l = log(1 + A_u / exp y_ui) = softplus(log A_u - y_ui). Written pairwise, this is a matrix
    of pairs by pairs. But A_u is the same for all pairs of one user, so one matrix of users by items gives the same
    loss and gradient. Negatives are drawn with the probabilities q: they are the batch's items, or a sample of these
    in proportion to their ratings.

    Args:
        z: (U, C), scores - log_q + log counts, where log_q is the log of each item's share of all training ratings,
            its chance of being drawn, and counts is how often each was; minus infinity where the user has rated the
            item; overwritten.
        positive_scores: (P,), y of the pairs: scores - log_q.
        pairs: the positives.

    Returns:
        The mean loss over the pairs; its gradient with respect to z (U, C), in the memory of z; and its gradient with
        respect to positive_scores (P,).
    """
    loss, cache = masked_forward(z, positive_scores, pairs)
    return loss, *masked_backward(cache)


def masked_forward(z: Array, positive_scores: Array, pairs: Pairs) -> tuple[float, tuple[Any, ...]]:
    """The loss without gradients, as validation needs it, and a cache; arguments as above."""
    exponentials, total, log_total = _log_sum_exp(z)  # log A_u; where there are no negatives -inf, and the loss is 0
    losses, slopes = softplus(log_total[pairs.user] - positive_scores)  # (P,), (P,)
    return _mean(losses, pairs), (pairs, exponentials, total, slopes * pairs.counts / float(pairs.counts.sum()))


def masked_backward(cache: tuple[Any, ...]) -> tuple[Array, Array]:
    """The gradients with respect to z, in its memory, and to the positive scores.

    With x = log A_u - y_ui and s = softplus'(x): dl/dy_ui = -s, and dl/dz_uf = s d(log A_u)/dz_uf. That derivative of
    log A_u is the softmax over the negatives, exp z_uf / A_u, the same for all pairs of a user; so their slopes s are
    summed first.
    """
    pairs, exponentials, total, slopes = cache  # slopes (P,): s of each pair, times its share of the mean
    slope_of_user = np.bincount(pairs.user, slopes, len(total)).astype(total.dtype)  # (U,)
    # exp(z - shift) / sum exp(z - shift): the shift cancels.
    gradient: Array = exponentials
    gradient *= np.divide(slope_of_user, total, out=np.zeros_like(total), where=total > 0)[:, None]  # (U, C)
    return gradient, -slopes


def multinomial_softmax(
    z: Array, positive_scores: Array, pairs: Pairs, rated: RatedNegatives
) -> tuple[float, Array, Array]:
    """The same softmax over all negatives, those that the user has rated included.

    With y as above, the loss of a pair (u, i) is

        l = -y_ui + log(sum over all negatives f of counts_f exp y_uf)

    Where i is not among the negatives, as may be when they are sampled, ``exp y_ui`` is added to the sum, once: the
    positive is always a candidate (Jean et al. 2015). Each negative counts in the sum as often as it was drawn.

    Args:
        z: as for :func:`masked_in_batch_softmax`; masked scores are filled in; overwritten.
        positive_scores: (P,), y of the pairs. A pair that only counts in its user's sum, and not as a positive, has a
            count of 0 in ``pairs``.
        pairs: the positives.
        rated: where the pairs are among the negatives.

    Returns:
        As :func:`masked_in_batch_softmax`. A rated negative is its pair's own score, so all of its gradient, in the
        sum and as a positive, is in that of positive_scores, and the gradient of z is 0 there.
    """
    loss, cache = multinomial_forward(z, positive_scores, pairs, rated)
    return loss, *multinomial_backward(cache)


def multinomial_forward(
    z: Array, positive_scores: Array, pairs: Pairs, rated: RatedNegatives
) -> tuple[float, tuple[Any, ...]]:
    """The loss without gradients, and a cache; arguments as above."""
    z[rated.user, rated.column] = positive_scores[rated.pair] + np.log(rated.counts, dtype=z.dtype)
    exponentials, total, log_total = _log_sum_exp(z)
    surplus = log_total[pairs.user] - positive_scores  # (P,), log sum - y_ui: the loss where the sum holds y_ui
    losses, slopes = softplus(surplus)  # the loss where exp y_ui is to be added to the sum
    losses[rated.pair], slopes[rated.pair] = surplus[rated.pair], 1
    cache = pairs, exponentials, total, slopes * pairs.counts / float(pairs.counts.sum())
    return _mean(losses, pairs), (rated, cache)


def multinomial_backward(cache: tuple[Any, ...]) -> tuple[Array, Array]:
    """The gradients with respect to z, in its memory, and to the positive scores.

    In both cases l is a function of log sum - y_ui with slope s, so the derivation of :func:`masked_backward` holds;
    the slope is 1 where the sum holds the positive.
    """
    rated, cache = cache
    gradient, positive_gradient = masked_backward(cache)
    positive_gradient[rated.pair] += gradient[rated.user, rated.column]
    gradient[rated.user, rated.column] = 0
    return gradient, positive_gradient


def _log_sum_exp(z: Array) -> tuple[Array, Array, Array]:
    """For each row of z (U, C): exp(z - shift) in the memory of z, their sum (U,), and log sum exp(z), (U,)."""
    # log sum exp(z) = log sum exp(z - shift) + shift for any shift; with the row's largest score as the shift no
    # exponential overflows. Where all rows are small anyway, a pass over the matrix is saved. A user who rated every
    # candidate has no negatives: the largest score is -inf, and the sum is 0.
    largest = z.max(axis=1)  # (U,)
    must_shift = np.isfinite(largest) & (np.abs(largest) > SAFE_EXPONENT)
    shift = np.where(must_shift, largest, z.dtype.type(0))
    if shift.any():
        z -= shift[:, None]
    exponentials = np.exp(z, out=z)  # (U, C), counts_f exp(y_uf - shift_u); 0 where masked
    total = exponentials @ np.ones(exponentials.shape[1], exponentials.dtype)  # (U,)
    return exponentials, total, np.log(total, out=np.full_like(total, -np.inf), where=total != 0) + shift


def _mean(losses: Array, pairs: Pairs) -> float:
    """Over the pairs, in float64: a sum of many terms needs more digits."""
    return float(losses.astype(np.float64) @ pairs.counts) / float(pairs.counts.sum())


def softplus(x: Array) -> tuple[Array, Array]:
    """log(1 + exp x) and its slope, the sigmoid 1 / (1 + exp -x); both 0 at minus infinity.

    As max(x, 0) + log(1 + exp -|x|), in which the exponential is at most 1 and cannot overflow.
    """
    small = np.exp(-np.abs(x))
    # For x > 0 the sigmoid is 1 / (1 + small), else exp x / (1 + exp x) = small / (1 + small).
    return np.maximum(x, 0) + np.log1p(small), np.where(x > 0, 1, small) / (1 + small)


def output_l2(vectors: Array, weights: Array | None = None) -> Array:
    """The gradient (n, d) of the mean squared norm of output vectors, ``mean_i weights_i |vectors_i|^2``.

    Penalising the towers' outputs, not their parameters, is what keeps two-tower models from overfitting; users are
    weighted by how much they rated (Rendle et al. 2022 for ALS).

    Args:
        vectors: (n, d).
        weights: (n,), or None for equal ones.
    """
    factor = vectors.dtype.type(2 / len(vectors))  # d|v|^2/dv = 2 v
    return vectors * (factor if weights is None else (factor * weights)[:, None])


class Factors(NamedTuple):
    """Scores (U, F) as narrow factors: ``users @ items.T + bias``, less the self-contributions at the pairs.

    A rated item adds to its own score, because it is in the history that the user vector is made of. It must not
    predict itself, so that part is taken away.

    Attributes:
        users: (U, d).
        items: (F, d).
        bias: (F,).
        self_contributions: (P,), what is subtracted from the score of each pair.
        positive_scores: (P,), the scores of the pairs, self-contributions already taken away.
    """

    users: Array
    items: Array
    bias: Array
    self_contributions: Array
    positive_scores: Array


class FactorGradients(NamedTuple):
    """A gradient with respect to scores (U, F), carried over to the factors they are made of.

    The gradient is that of the plain product everywhere, plus a correction at the pairs. The factors' gradients hold
    the first part; the second reaches them through the pairs.

    Attributes:
        users, items, bias: of the product alone, shapes as in :class:`Factors`.
        pair_correction: (P,), the correction at the pairs.
        positive_scores: (P,), the whole gradient at the pairs: product and correction.
    """

    users: Array
    items: Array
    bias: Array
    pair_correction: Array
    positive_scores: Array


def distillation(scores: Factors, teacher_scores: Factors, pairs: Pairs, weight: float) -> FactorGradients:
    """The gradient of half the squared distance of scores from a teacher's, per pair, each user's mean removed.

        weight sum_uf (d_uf - mean_f d_uf)^2 / 2 B    with d = scores - teacher_scores

    It is per pair, as the softmax loss is, so that both keep their proportion in logs of any density. A constant
    added to all scores of a user changes no ranking and no softmax, so each user's mean difference is removed. The
    difference is a product of narrow factors except at the pairs, and so is its product with the factors: a matrix of
    users by items is never made.

    Args:
        scores: the model's.
        teacher_scores: the teacher's.
        pairs: where self-contributions are taken away.
        weight: of the distance, relative to the softmax loss.
    """
    n_items = len(scores.items)
    scalar = scores.users.dtype.type
    factor = scalar(weight) / scalar(pairs.counts.sum())  # weight / B
    # Without the pairs, d = users @ items.T + bias - teacher.users @ teacher.items.T - teacher.bias = left @ right.T.
    ones = np.ones(len(scores.users), scores.users.dtype)
    left = np.column_stack([scores.users, ones, -teacher_scores.users])  # (U, d + 1 + t)
    right = np.column_stack([scores.items, scores.bias - teacher_scores.bias, teacher_scores.items])  # (F, d + 1 + t)
    mean = right.mean(axis=0)  # left @ mean is each user's mean over the items
    # At the pairs d is larger by this, which also raises the mean of the user's row.
    spikes = teacher_scores.self_contributions - scores.self_contributions  # (P,)
    spike_means = np.bincount(pairs.user, spikes, len(left)).astype(left.dtype) / n_items  # (U,)
    at_pairs = scores.positive_scores - teacher_scores.positive_scores - (left @ mean + spike_means)[pairs.user]
    # The gradient of half a squared norm is the centred difference g itself; the centring adds no term, because it is
    # a projection. Off the pairs g = left @ (right - mean).T - spike_means, and multiplying from the narrow side,
    # left @ (right.T @ items), costs (U + F) d^2 instead of U F d.
    right -= mean
    return FactorGradients(
        users=factor * (left @ (right.T @ scores.items) - np.outer(spike_means, scores.items.sum(axis=0))),
        items=factor * (right @ (left.T @ scores.users) - spike_means @ scores.users),
        bias=factor * (right @ left.sum(axis=0) - spike_means.sum()),
        pair_correction=factor * spikes,
        positive_scores=factor * at_pairs,
    )
