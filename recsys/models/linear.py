"""Two linear towers in closed form: the deep model starts from them and is distilled from them.

    score of item i for a history x = (x B)_i,   B ~ H V'   with H, V (n_items, rank)

B is EASE among the items with the most ratings, the head of the catalogue, cut to its leading directions; all other
items, the tail, are placed next to them, each on its own. So only a matrix of the head's size is inverted, whatever
the catalogue. A user's vector is the sum of their items' rows of H, an item's vector its row of V.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from scipy import sparse
from scipy.linalg import lapack

from recsys.nn.arrays import Array, Ids

HEAD = 3000
"""Items with the most ratings, among which EASE weighs all pairs: a matrix of 36 MB, inverted in a second. It should
hold nearly all ratings: with only four fifths of them nDCG@10 falls by half a percent (see
``tests/benchmarks/RESULTS.md``). Placing an item of the tail takes time proportional to its square."""
EASE_L2, SPARSE_EASE_L2 = 460.0, 200.0
"""Weight of EASE's penalty, in ratings, on dense and on sparse logs: with 200 dense ones lose 1.5 % on random splits,
with 460 sparse ones up to 5 %. Around each of the two validation is flat."""
SOFTENING = 3.0
"""The scores are divided by this beyond their best temperature: softer targets teach more (Hinton et al. 2015)."""
_OVERSAMPLING, _ITERATIONS = 16, 3
"""The subspace iteration uses so many more directions than are wanted, and so many products with the matrix."""
_SAMPLED_HISTORIES = 500
"""Histories on which the temperature is chosen."""
_TEMPERATURE_BLOCK = 200_000
"""Scores that are evaluated at all temperatures before the next ones: they fit in a processor's cache."""
_NOISE = 1e-5
"""A direction whose squared length is below this share of the largest is rounding noise in single precision."""
TAIL_BLOCK = 2000
"""Items of the tail that are placed at once."""
_MAX_RESPONSES = 20_000
"""Rows for which the product with the head's inverse is held in memory, 12 KB each, while the tail is placed."""


@dataclass(frozen=True, eq=False)
class LinearTowers:
    """The two linear towers; scores are ``(x / sqrt(items in x)) @ history @ items.T``.

    Attributes:
        history: (n_items, rank), what each item adds to the vector of a user who rated it.
        items: (n_items, rank), item vectors.
    """

    history: Array
    items: Array

    def leading(self, rank: int) -> LinearTowers:
        """The first directions alone: EASE has them in descending order of importance."""
        return LinearTowers(self.history[:, :rank], self.items[:, :rank])


def balanced(
    history: Array,
    items: Array,
    rank: int,
    histories: sparse.csr_array[Any],
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> LinearTowers:
    """Scale towers so that a softmax of their scores, softened, predicts the histories, and both are of equal size.

    Args:
        history: (n_items, r), r at most ``rank``.
        items: (n_items, r); the scores are right up to a factor.
        rank: length of the vectors; where r is less, the rest of each is 0.
        histories: (n_users, n_items), each user's items, 1 divided by the root of their number.
        rng: draws a sample of histories.
        dtype: of the result; the fit itself is in float32, which is enough for a start.
    """
    scale = _temperature(history, items, histories, rng)
    # (c H) (V / c)' is the same for any c. It is chosen so that both have the same norm and one learning rate suits
    # both: |H| scale / c = |V| c.
    norms = np.linalg.norm(history), np.linalg.norm(items)
    balance = np.sqrt(scale * norms[0] / norms[1]) if min(norms) > 0 else 1.0
    padding = ((0, 0), (0, rank - history.shape[1]))
    return LinearTowers(
        np.pad(history * (scale / balance), padding).astype(dtype), np.pad(items * balance, padding).astype(dtype)
    )


def self_contributions(weights: Array, item: Ids, history: Array, items: Array) -> Array:
    """How much each rated item adds to its own score, ``w_i h_i . v_i``: (P,).

    Args:
        weights: (P,), of the rated items in their histories.
        item: (P,), their rows in ``history`` and ``items``.
        history: (F, d), what an item adds to the vector of a user who rated it.
        items: (F, d), item vectors.
    """
    contributions: Array = weights * np.einsum("fd,fd->f", history, items)[item]
    return contributions


def ease(rows: sparse.csr_array[Any], rank: int, l2: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """History and item vectors, (n_items, r) each, r being ``rank`` or the size N of the head, if that is less.

    EASE (Steck 2019) predicts each item's column of A from all others by ridge regression, without a model for every
    item: ``min |A - A B|^2 + l2 |B|^2`` with a zero diagonal has the closed form ``B = I - P / diag(P)`` with
    ``P = (A'A + l2 I)^-1``, each column divided by its diagonal entry.

    Args:
        rows: float32 (m, n_items), A: from which to learn which items go together.
        rank: see above.
        l2: weight of the penalty, in ratings.
        rng: draws where the search for the leading directions starts.
    """
    counts = np.bincount(rows.indices, minlength=rows.shape[1])
    order = np.argsort(-counts, kind="stable")  # by entries, most first
    # An item without entries occurs together with no other: its vectors stay 0.
    head, tail = np.sort(order[:HEAD]), np.sort(order[HEAD : np.count_nonzero(counts)])
    columns = rows[np.diff(rows.indptr) > 0].tocsc()
    rated = columns[:, head].tocsr()
    gram = (rated.T @ rated).toarray()  # (N, N), A'A
    ridge = gram.copy()
    np.einsum("ii->i", ridge)[...] += l2  # a view of the diagonal
    inverse = _inverse(ridge)  # P
    weights = inverse / -np.diag(inverse)  # B off the diagonal
    np.fill_diagonal(weights, 0)
    # The best rank-r version of A B in least squares is A B V V' with V its r leading right singular vectors, which
    # are the leading eigenvectors of (A B)'(A B) = B' (A'A) B. So H = B V. Their eigenvalues are the squared lengths
    # of the columns of A H.
    squares, directions = leading_eigenvectors(
        lambda block: weights.T @ (gram @ (weights @ block)), len(gram), min(rank, len(gram)), rng
    )
    history, items = np.zeros((2, rows.shape[1], directions.shape[1]), np.float32)
    history[head], items[head] = weights @ directions, directions
    # Each column x of the tail needs w = P A'x. Where A has fewer rows than there are such columns, it is less work
    # to compute A P once and then w' = x'(A P).
    responses = rated @ inverse if rated.shape[0] < min(len(tail), _MAX_RESPONSES) else None  # (m, N), A P
    placement = _TailPlacement(inverse, history[head], directions, squares, l2)
    for start in range(0, len(tail), TAIL_BLOCK):
        rare = tail[start : start + TAIL_BLOCK]
        rated_rare = columns[:, rare].tocsr()
        co_occurrence = (rated.T @ rated_rare).toarray()
        regression = inverse @ co_occurrence if responses is None else (rated_rare.T @ responses).T
        squared = np.bincount(rated_rare.indices, rated_rare.data.astype(np.float64) ** 2, len(rare))  # x'x
        history[rare], items[rare] = placement(regression, co_occurrence, squared.astype(np.float32))
    return history, items


@dataclass(frozen=True, eq=False)
class _TailPlacement:
    """Places an item next to a head of N items as if EASE had been fitted on the head and this one item.

    Let x be the item's column of A, g = A'x its co-occurrence with the head, and w = P g its ridge regression on the
    head. Adding one row and column to A'A + l2 I, the inverse by blocks (Schur complement s = x'x + l2 - g'w) is

        P_new = [[P + w w' / s, -w / s], [-w' / s, 1 / s]]

    and EASE's B = -P_new / diag (columns) gives the item's column ``(w / s) / (1 / s) = w`` and the item's row
    ``(w / s) / (diag(P) + w^2 / s) = w / (s diag(P) + w^2)``.

    Attributes:
        inverse: (N, N), P.
        history, directions: (N, r), those of the head, H = B V and V.
        squares: (r,), squared lengths of the columns of A H.
        l2: weight of the penalty.
    """

    inverse: Array
    history: Array
    directions: Array
    squares: Array
    l2: float

    def __call__(self, weights: Array, co_occurrence: Array, squared: Array) -> tuple[Array, Array]:
        """History and item vectors (n, r) of n items.

        Args:
            weights: (N, n), w of each.
            co_occurrence: (N, n), g of each.
            squared: (n,), x'x of each.
        """
        schur = squared + np.float32(self.l2) - np.einsum("hn,hn->n", co_occurrence, weights)  # (n,), s
        row = weights / (schur * np.diag(self.inverse)[:, None] + weights * weights)  # (N, n), of B, transposed
        history = row.T @ self.directions  # (n, r), the row times V
        # An item vector v should give H v' = w in the scores A H v', the nearest in least squares: v' = (AH)^+ A w.
        # The columns of A H are orthogonal, so this is v_k = (A h_k)'(A w) / |A h_k|^2, and A'A w = g - l2 w because
        # (A'A + l2 I) w = g. Directions that nearly vanish in A H, as where there are fewer users than directions,
        # are noise and stay 0.
        significant = self.squares > _NOISE * self.squares[0]
        projections = (co_occurrence - np.float32(self.l2) * weights).T @ self.history  # (n, r)
        items = np.divide(projections, self.squares, out=np.zeros_like(projections), where=significant)
        return history, items


def _inverse(matrix: Array) -> Array:
    """The inverse of a symmetric, positive definite matrix, by Cholesky: a third of the work of a general inverse."""
    factor, failed = lapack.spotrf(matrix, lower=1, clean=1)
    lower, failed_too = lapack.spotri(factor, lower=1)
    if failed or failed_too:
        raise np.linalg.LinAlgError("a matrix that must be positive definite is not")
    # LAPACK fills the lower triangle; the sum with its transpose has the diagonal twice.
    inverse: Array = lower + lower.T
    np.einsum("ii->i", inverse)[...] /= 2
    return inverse


def leading_eigenvectors(
    multiply: Callable[[Array], Array], n: int, rank: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """The largest eigenvalues of a symmetric, positive semi-definite matrix, and their eigenvectors.

    Randomised subspace iteration (Halko et al. 2011, algorithm 4.4): each product with the matrix turns a random
    block towards the leading eigenvectors, by the ratio of the eigenvalues; a few columns more than wanted make up
    for a bad start. It needs products with a narrow block and nothing else.

    Args:
        multiply: the matrix times a block (n, b).
        n: its rows.
        rank: how many eigenvectors.
        rng: draws the block that the iteration starts from.

    Returns:
        Eigenvalues (rank,), largest first, and eigenvectors (n, rank); the largest entry of each is positive.
    """
    block = rng.standard_normal((n, min(n, rank + _OVERSAMPLING))).astype(np.float32)
    for _ in range(_ITERATIONS - 1):
        # Only the span matters until the last step, where it must not collapse in single precision: LU keeps it as
        # well as QR, and is many times faster.
        block, _ = scipy.linalg.lu(multiply(block), permute_l=True)
    block, _ = scipy.linalg.qr(multiply(block), mode="economic", check_finite=False)  # orthonormal
    # Rayleigh-Ritz: within the span Q the eigenvectors are Q times those of the small matrix Q' M Q.
    eigenvalues, rotation = np.linalg.eigh(block.T @ multiply(block))  # ascending
    eigenvalues, vectors = eigenvalues[::-1][:rank], (block @ rotation[:, ::-1])[:, :rank]
    # An eigenvector's sign is arbitrary; a rule makes equal inputs give equal outputs.
    largest = np.abs(vectors).argmax(axis=0)
    return np.maximum(eigenvalues, 0), vectors * np.where(vectors[largest, np.arange(rank)] < 0, -1.0, 1.0)


def _temperature(history: Array, items: Array, histories: sparse.csr_array[Any], rng: np.random.Generator) -> float:
    """The factor on the scores under which their softmax predicts the histories best, divided by SOFTENING.

    EASE's scores are regressions of 0 and 1, on no scale that a softmax loss could start from. Items must not predict
    themselves, so self-contributions are subtracted first.
    """
    nonempty = np.flatnonzero(np.diff(histories.indptr))
    n_sampled = min(_SAMPLED_HISTORIES, len(nonempty))
    sample = histories[np.sort(rng.choice(nonempty, n_sampled, replace=False))]
    user, item = np.repeat(np.arange(sample.shape[0]), np.diff(sample.indptr)), sample.indices
    scores = (sample @ history) @ items.T  # (U, n_items)
    scores[user, item] -= self_contributions(sample.data, item, history, items)
    spread = float(scores.std())
    if not spread > 0:
        return 1.0

    scores -= scores.max(axis=1, keepdims=True)  # leaves the softmax as it is, and no exponential overflows
    positive_scores = scores[user, item]
    factors = (2.0 ** np.arange(-4, 6, 0.5) / spread).tolist()  # half octaves, relative to the scores' spread
    n_rows = max(1, _TEMPERATURE_BLOCK // scores.shape[1])
    sums = np.empty((len(factors), len(scores)), scores.dtype)  # of the exponentials of each user
    for start in range(0, len(scores), n_rows):
        block = scores[start : start + n_rows]
        for row, factor in enumerate(factors):
            logits = block * factor  # the factor is a Python float, so that the product stays in single precision
            sums[row, start : start + n_rows] = np.exp(logits, out=logits).sum(axis=1)
    log_sums = np.log(sums)[:, user]
    losses = [(row - positive_scores * factor).mean() for row, factor in zip(log_sums, factors, strict=True)]
    return float(factors[int(np.argmin(losses))]) / SOFTENING
