"""Batches of whole users: all ratings of some users, and the items among them.

With whole users the in-batch loss costs one row per user, not one per rating.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.sorting import position_in_group
from recsys.models.hyperparameters import number_of_batches
from recsys.nn.arrays import Ids
from recsys.nn.losses import Pairs
from recsys.nn.negatives import InBatchNegatives, Negatives, SampledNegatives

MAX_IN_BATCH_NEGATIVES = 4096
"""Up to so many items of a batch, all are negatives; of more, some are sampled in proportion to their ratings."""
SAMPLED_RATINGS = 8192
"""Ratings drawn in sampling: their items are the negatives, about 3,000 in a catalogue with a long tail."""


@dataclass(frozen=True, eq=False)
class Batch:
    """All ratings of U users, over the F items they rated.

    Attributes:
        users: (U,), each once, ascending.
        items: (F,), each once, ascending.
        counts: float32 (F,), how often each item is in the batch.
        pairs: who rated what, as rows of ``users`` and ``items``; each pair once. With whole users, these are all the
            items that a user is known to have rated.
        negatives: what the users are contrasted with.
        entries: (P,), the position of each pair among the stored entries of the ratings.
    """

    users: Ids
    items: Ids
    counts: NDArray[np.float32]
    pairs: Pairs
    negatives: Negatives
    entries: Ids


def batches(ratings: sparse.csr_array[Any], batch_size: int, rng: np.random.Generator) -> Iterator[Batch]:
    """One pass over all users who rated something, in random order.

    Args:
        ratings: (n_users, n_items), an entry where a user rated an item.
        batch_size: ratings in a batch, about; a batch has at least one user, and all of their ratings.
        rng: draws the order, and the negatives where they are sampled.
    """
    for users in draw_users(ratings, number_of_batches(ratings.nnz, batch_size), rng):
        yield make_batch(ratings, users, rng)


def draw_users(ratings: sparse.csr_array[Any], n_batches: int, rng: np.random.Generator) -> list[Ids]:
    """The users of each batch of one pass, ascending in each: all who rated something, dealt out at random.

    Args:
        ratings: as for :func:`batches`.
        n_batches: how many; fewer are returned where a user has more ratings than a batch.
        rng: draws the order.
    """
    counts = np.diff(ratings.indptr)
    users = rng.permutation(np.flatnonzero(counts))
    # A batch ends where the running number of ratings passes the next of equally spaced marks, so that there is no
    # small last batch: its few items would be poor negatives.
    ratings_before = np.cumsum(counts[users]) - counts[users]
    batch_number = ratings_before * n_batches // ratings.nnz
    return [np.sort(batch) for batch in np.split(users, np.flatnonzero(np.diff(batch_number)) + 1)]


def expected_negatives(ratings: sparse.csr_array[Any], batch_size: int, rng: np.random.Generator) -> float:
    """From how many ratings the negatives of a batch come on average: all of the batch, or those that are sampled.

    Args:
        ratings: as for :func:`batches`.
        batch_size: likewise.
        rng: draws a batch, which shows whether its negatives are sampled.
    """
    if isinstance(next(batches(ratings, batch_size, rng)).negatives, SampledNegatives):
        return float(SAMPLED_RATINGS)
    return float(ratings.nnz / number_of_batches(ratings.nnz, batch_size))


def make_batch(ratings: sparse.csr_array[Any], users: Ids, rng: np.random.Generator) -> Batch:
    """The batch of some users.

    Args:
        ratings: as for :func:`batches`.
        users: (U,), ascending; each has rated something.
        rng: draws the negatives where they are sampled.
    """
    lengths = np.diff(ratings.indptr)[users]
    user = np.repeat(np.arange(len(users)), lengths)  # (P,)
    # The entries of ratings[users], as positions among all entries of ratings.
    entries = position_in_group(lengths) + np.repeat(ratings.indptr[users], lengths)  # (P,)
    item_ids = ratings.indices[entries]
    times_rated = np.bincount(item_ids, minlength=ratings.shape[1])
    items = np.flatnonzero(times_rated)
    row_of_id = np.empty(len(times_rated), np.intp)  # only read where an item is in the batch
    row_of_id[items] = np.arange(len(items))
    counts, item = times_rated[items].astype(np.float32), row_of_id[item_ids]
    negatives: Negatives = InBatchNegatives(user, item, counts)
    if len(items) > MAX_IN_BATCH_NEGATIVES and len(item) > SAMPLED_RATINGS:
        negatives = SampledNegatives.draw(user, item, len(items), SAMPLED_RATINGS, rng)
    return Batch(users, items, counts, Pairs.distinct(user, item), negatives, entries)
