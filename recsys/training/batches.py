"""Batches of whole users: whose ratings are all in the batch, and the films among them.

With whole users the in-batch loss costs one row a user, not one a rating. Knows nothing of towers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.sorting import position_in_group
from recsys.nn.losses import Pairs
from recsys.nn.negatives import All, Candidates, Some

FEWEST_BATCHES = 2
"""In an epoch, however few the ratings: with one, an epoch is a single step, and training ends unfinished."""
MOST_CANDIDATES = 4096
"""Films of a batch that all its users are told apart from; where it has more, some are drawn by their ratings."""
DRAWS = 8192
"""Ratings that are drawn there: their films, some 3,000 of a catalogue with a long tail, are the candidates."""


@dataclass(frozen=True, eq=False)
class Batch:
    """All ratings of U users, over the F films they contain.

    Attributes:
        users: (U,), each once, ascending.
        items: (F,), each once, ascending.
        counts: float32 (F,), how often each film stands in the batch.
        pairs: who rated what, as places in ``users`` and ``items``; each pair once. With whole users, these are all
            the films a user is known to have rated.
        entries: (P,), which of the stored entries of the ratings each pair is.
    """

    users: NDArray[np.integer[Any]]
    items: NDArray[np.integer[Any]]
    counts: NDArray[np.float32]
    pairs: Pairs
    candidates: Candidates
    entries: NDArray[np.integer[Any]]


def batches(ratings: sparse.csr_array[Any], batch_size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """One pass over all users who rated something, in random order.

    Args:
        ratings: (n_users, n_items), an entry where a user rated an item.
        batch_size: ratings in a batch, about; a batch has at least one user, and all of their ratings.
        rng: draws the order, and the candidates.
    """
    counts = np.diff(ratings.indptr)
    users = rng.permutation(np.flatnonzero(counts))
    # A batch ends where the running number of ratings passes the next of equally spaced marks, so that there is no
    # small last batch: its few films would be poor negatives.
    n_batches = number_of_batches(ratings.nnz, batch_size)
    before = np.cumsum(counts[users]) - counts[users]
    number = before * n_batches // ratings.nnz
    for chosen in np.split(users, np.flatnonzero(np.diff(number)) + 1):
        yield _batch(ratings, np.sort(chosen), rng)


def negatives(ratings: sparse.csr_array[Any], batch_size: int, rng: np.random.Generator) -> float:
    """How many ratings the candidates of a batch stand for, on average: all of a batch, or those that are drawn.

    Args:
        ratings: as for :func:`batches`.
        batch_size: likewise.
        rng: draws a batch to look at.
    """
    if isinstance(next(batches(ratings, batch_size, rng)).candidates, Some):
        return float(DRAWS)
    return float(ratings.nnz / number_of_batches(ratings.nnz, batch_size))


def number_of_batches(n_ratings: int, batch_size: int) -> int:
    """Batches of about equal size that come nearest to ``batch_size`` ratings each, and at least two."""
    return max(FEWEST_BATCHES, round(n_ratings / batch_size))


def _batch(ratings: sparse.csr_array[Any], users: NDArray[np.integer[Any]], rng: np.random.Generator) -> Batch:
    lengths = np.diff(ratings.indptr)[users]
    user = np.repeat(np.arange(len(users)), lengths)
    entries = position_in_group(lengths) + np.repeat(ratings.indptr[users], lengths)
    films = ratings.indices[entries]
    times = np.bincount(films, minlength=ratings.shape[1])
    items = np.flatnonzero(times)
    column = np.empty(len(times), np.intp)
    column[items] = np.arange(len(items))
    counts, film = times[items].astype(np.float32), column[films]
    candidates: Candidates = All(user, film, counts)
    if len(items) > MOST_CANDIDATES and len(film) > DRAWS:
        candidates = Some.drawn(user, film, len(items), DRAWS, rng)
    return Batch(users, items, counts, Pairs.once(user, film), candidates, entries)
