"""A linear two-tower in closed form: where the deep model starts from, and what it is held to while it learns.

    score of film i for a history x = (x B)_i,   B ~ H V'   with H, V (n_items, rank)

B is EASE among the films with the most ratings, the head of the catalogue, cut to its leading directions; all other
films, its tail, are placed beside them, each on its own. So a matrix of the head's size is inverted, whatever the
catalogue. A user's vector is the sum of their films' rows of H, a film's its row of V.
Knows histories as sparse rows, nothing of training or of other models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from recsys.nn.layers import Array

HEAD = 3000
"""Films with the most ratings, among which all pairs are weighed against one another: a matrix of 36 MB, inverted
in a second. It should hold nearly all ratings: with four fifths of them in it nDCG@10 falls by half a percent (see
``tests/benchmarks/RESULTS.md``). Placing the tail beside it takes its square for each film."""
EASE_L2 = 460.0
"""Weight of EASE's penalty, in ratings; validation is flat from half to twice of it."""
SOFTENING = 3.0
"""The scores are divided by this beyond their best temperature: softer targets teach more (Hinton et al. 2015)."""
_OVERSAMPLING, _ITERATIONS, _SAMPLE = 16, 3, 500
_NOISE = 1e-5
"""Share of the largest squared length below which single precision says nothing of a direction."""
_BLOCK = 2000
"""Films of the tail that are placed at once."""


@dataclass(frozen=True, eq=False)
class LinearTowers:
    """The two linear towers; scores are ``(x / sqrt(films in x)) @ history @ items.T``.

    Attributes:
        history: (n_items, rank), what each film adds to the vector of a user who rated it.
        items: (n_items, rank), film vectors.
    """

    history: Array
    items: Array


def fit_linear(
    rows: sparse.csr_array[Any],
    histories: sparse.csr_array[Any],
    rank: int,
    rng: np.random.Generator,
    dtype: Any = np.float32,
) -> LinearTowers:
    """Fit both towers in closed form.

    Args:
        rows: (m, n_items), what to learn which films go together from.
        histories: (n_users, n_items), each user's films, 1 divided by the root of their number.
        rank: length of the vectors; where there are fewer films, the rest of each vector is 0.
        rng: draws where the search for the leading directions starts.
        dtype: of the result; the fit itself is in float32, which is enough for a start.
    """
    history, items = _ease(rows.astype(np.float32, copy=False), rank, rng)
    scale = _scale(history, items, histories)
    # The same length for both sides of the product, so that one learning rate suits both.
    lengths = np.linalg.norm(history), np.linalg.norm(items)
    balance = np.sqrt(scale * lengths[0] / lengths[1]) if min(lengths) > 0 else 1.0
    empty = ((0, 0), (0, rank - history.shape[1]))
    return LinearTowers(
        np.pad(history * (scale / balance), empty).astype(dtype), np.pad(items * balance, empty).astype(dtype)
    )


def own_shares(weights: Array, film: NDArray[np.integer[Any]], history: Array, items: Array) -> Array:
    """What each rated film adds to its own score, (P,).

    Args:
        weights: (P,), of the rated films in their histories.
        film: (P,), rows of the two that follow.
        history: (F, d), what a film adds to the vector of a user who rated it.
        items: (F, d), film vectors.
    """
    shares: Array = weights * np.einsum("fd,fd->f", history, items)[film]
    return shares


def _ease(rows: sparse.csr_array[Any], rank: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """History and film vectors, (n_items, r) each, r being ``rank`` or the size of the head, if that is less.

    EASE (Steck 2019) of the head, ``B = I - P / diag(P)`` with ``P = (A'A + l2)^-1``, cut to the leading directions
    of A B; then the tail.
    """
    head, tail = _head_and_tail(rows)
    columns = rows.tocsc()
    known = columns[:, head].tocsr()
    gram = (known.T @ known).toarray()
    ridge = gram.copy()
    np.einsum("ii->i", ridge)[...] += EASE_L2
    inverse = _inverse(ridge)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    squares, directions = leading(
        lambda block: weights.T @ (gram @ (weights @ block)), len(gram), min(rank, len(gram)), rng
    )
    history, items = np.zeros((2, rows.shape[1], directions.shape[1]), np.float32)
    history[head], items[head] = weights @ directions, directions
    place = _Tail(inverse, history[head], directions, squares)
    for start in range(0, len(tail), _BLOCK):
        films = tail[start : start + _BLOCK]
        rare = columns[:, films].tocsr()
        own = np.bincount(rare.indices, rare.data.astype(np.float64) ** 2, len(films)).astype(np.float32)
        history[films], items[films] = place((known.T @ rare).toarray(), own)
    return history, items


def _head_and_tail(rows: sparse.csr_array[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The films with the most entries, equals by their index, and the rest; each ascending."""
    counts = np.bincount(rows.indices, minlength=rows.shape[1])
    order = np.argsort(-counts, kind="stable")
    return np.sort(order[:HEAD]), np.sort(order[HEAD:])


@dataclass(frozen=True, eq=False)
class _Tail:
    """What a film gets beside a head of N films: as if EASE had seen the head and this one film more.

    With g = A'x how often the film x stands beside each of the head and w = P g its ridge regression on them,
    inverting by blocks says that EASE weighs the head for the film by w, which is the film's column of B; and the
    film for the head, its row, by ``w / (s diag(P) + w^2)`` with ``s = x'x + l2 - g'w``.

    Attributes:
        inverse: (N, N), P.
        history, directions: (N, r), those of the head, H = B V and V.
        squares: (r,), of the lengths of A H.
    """

    inverse: Array
    history: Array
    directions: Array
    squares: Array

    def __call__(self, beside: Array, own: Array) -> tuple[Array, Array]:
        """History and film vectors (n, r) of n films.

        Args:
            beside: (N, n), g of each.
            own: (n,), x'x of each.
        """
        weights = self.inverse @ beside
        rest = own + np.float32(EASE_L2) - np.einsum("hn,hn->n", beside, weights)
        history = (weights / (rest * np.diag(self.inverse)[:, None] + weights * weights)).T @ self.directions
        # Nearest to the column: V' = (AH)^+ A w, and A'A w = g - l2 w. A direction that is next to nothing in A H, as
        # where there are fewer users than directions, is noise, and stays out.
        told = self.squares > _NOISE * self.squares[0]
        along = (beside - np.float32(EASE_L2) * weights).T @ self.history
        items = np.divide(along, self.squares, out=np.zeros_like(along), where=told)
        return history, items


def _inverse(matrix: Array) -> Array:
    """Of a symmetric, positive definite matrix, by Cholesky: a third of the work of inverting any other."""
    factor, failed = lapack.spotrf(matrix, lower=1, clean=1)
    half, failed_too = lapack.spotri(factor, lower=1)
    if failed or failed_too:
        raise np.linalg.LinAlgError("a matrix that must be positive definite is not")
    inverse: Array = half + half.T
    np.einsum("ii->i", inverse)[...] /= 2
    return inverse


def leading(
    apply: Callable[[Array], Array], n: int, rank: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """The largest eigenvalues of a symmetric, positive semi-definite matrix, and their vectors.

    Subspace iteration from a random start (Halko et al. 2011, algorithm 4.4, but with LU in place of
    every QR but the last), which needs products with a few vectors at once and nothing else.

    Args:
        apply: multiplies the matrix with a block (n, b).
        n: its rows.
        rank: how many.
        rng: draws the start.

    Returns:
        Eigenvalues (rank,), largest first, and vectors (n, rank); the largest entry of each is positive.
    """
    block = rng.standard_normal((n, min(n, rank + _OVERSAMPLING))).astype(np.float32)
    for _ in range(_ITERATIONS - 1):
        block, _ = scipy.linalg.lu(apply(block), permute_l=True)  # spans the same as by QR, many times quicker
    block, _ = scipy.linalg.qr(apply(block), mode="economic", check_finite=False)
    values, turn = np.linalg.eigh(block.T @ apply(block))
    values, vectors = values[::-1][:rank], (block @ turn[:, ::-1])[:, :rank]
    largest = np.abs(vectors).argmax(axis=0)
    return np.maximum(values, 0), vectors * np.where(vectors[largest, np.arange(rank)] < 0, -1.0, 1.0)


def _scale(history: Array, items: Array, histories: sparse.csr_array[Any]) -> float:
    """What to multiply the scores by: the factor under which their softmax explains the histories best, softened.

    A film must not explain itself, so what it adds to its own score is taken away first.
    """
    used = np.flatnonzero(np.diff(histories.indptr))
    sample = histories[used[:: -(-len(used) // _SAMPLE)]]
    user, film = np.repeat(np.arange(sample.shape[0]), np.diff(sample.indptr)), sample.indices
    scores = (sample @ history) @ items.T
    scores[user, film] -= own_shares(sample.data, film, history, items)
    spread = float(scores.std())
    if not spread > 0:
        return 1.0

    scores -= scores.max(axis=1, keepdims=True)
    own = scores[user, film]
    logits = np.empty_like(scores)

    def loss(factor: float) -> float:
        np.exp(np.multiply(scores, factor, out=logits), out=logits)
        return float((np.log(logits.sum(axis=1))[user] - own * factor).mean())

    factors = 2.0 ** np.arange(-4, 6, 0.5) / spread
    return float(min(factors, key=loss)) / SOFTENING
