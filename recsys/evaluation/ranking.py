"""The best k items of each user: exact, in blocks of users, ties to the lower index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from numbers import Integral
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recsys.data.alignment import align
from recsys.data.dataset import Dataset
from recsys.data.sorting import position_in_group
from recsys.errors import ConfigError, DataError
from recsys.evaluation import candidates
from recsys.nn.arrays import Ids
from recsys.threads import for_each

BLOCK_SCORES = 1_200_000
"""Scores held at once: 5 MB in float32, so that they stay in the processor's cache from one pass to the next."""

TILE = 8
"""The number of users in a block is a multiple of this, if there are as many: matrix products are computed in tiles,
and an incomplete tile takes as long as a complete one."""

GROUP_SIZE = 8
"""Columns in a group, whose maximum is taken; fewer where ``GROUPS_PER_ITEM`` needs more groups."""

GROUPS_PER_ITEM = 8
"""Groups of columns for each item of a list. With fewer groups, two of the best items often share a group, which
lowers the threshold and lets more candidates pass."""


class Scorer(Protocol):
    """Anything that ranks items: a fitted model or a baseline.

    With the attributes ``user_ids`` (n_users,) and ``item_ids`` (n_items,) it is joined with data by these ids;
    without them it must have as many users and items as the data, in the same order.

    If its attribute ``is_thread_safe`` is True, several threads may call ``scores`` at once, each with a BLAS of one
    thread, and blocks of users are shared among the cores. Otherwise only the caller's thread calls ``scores``, with
    as many threads of BLAS as the caller has set.
    """

    def scores(self, users: Ids | None = None) -> NDArray[np.floating[Any]]:
        """Scores of all items for ``users`` (n,), or for all: (n, n_items), finite."""
        ...


def top_k(
    fitted: Scorer, users: Ids | None = None, k: int = 10, exclude: Dataset | None = None
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k best items of each user.

    Args:
        fitted: a fitted model or baseline.
        users: (n,) indices into ``fitted.user_ids``, any order, repeats allowed; None for all users: those of
            ``exclude``, or without it as many as ``fitted.scores()`` has rows, which scores all of them at once.
        k: length of the lists.
        exclude: its rated items are left out of each user's list, and so are items of the same title and year as one
            of these; of several unrated items of the same title and year only the best is listed. It has the users
            and items of ``fitted``, in any order: they are joined by the written form of their ids.

    Returns:
        Items and scores, both (n, k), best first; items are indices into ``fitted.item_ids``. Equal scores are in
        index order, also at the k-th rank. Where a user has fewer than k items left, the list ends with item -1 and
        score -inf. The result has the same bytes on any number of cores if ``fitted`` is thread-safe, as the models
        and baselines here are; otherwise the last bit of a score may depend on the number of threads of BLAS.

    Raises:
        ConfigError: k is not a whole number, below 1 or above the number of items.
        DataError: ``exclude`` has other users or items than ``fitted``, there is no user with one of the indices, or
            a score is not finite.

    >>> import recsys
    >>> dataset = recsys.load_dataset("sample")
    >>> items, counts = recsys.top_k(recsys.Popularity(dataset), users=[0], k=3, exclude=dataset)
    >>> dataset.titles[items[0]].tolist()
    ['WALL·E', 'Amélie', 'Up']
    """
    if exclude is not None:
        exclude = align_to(fitted, exclude)
    if users is None:
        users = np.arange(len(fitted.scores()) if exclude is None else exclude.n_users)
    users = np.asarray(users) if len(users) else np.empty(0, np.intp)
    _check_users(users, getattr(fitted if exclude is None else exclude, "user_ids", None))
    best = BestItems(len(users), fitted.scores(users[:0]).shape[1], k)
    visit_scores(fitted, users, [best.visit], exclude)
    return best.items, best.scores


Visit = Callable[[slice, NDArray[np.floating[Any]]], None]
"""Called with a slice of the users and their scores (n, n_items), with -inf for items that may not be listed; must
not change the scores."""


class BestItems:
    """The k best items of each of n users, from their scores.

    Args:
        n_users: how many users there are.
        n_items: likewise.
        k: length of the lists.

    Attributes:
        items: int32 (n, k), see :func:`top_k`.
        scores: float32 (n, k), likewise.

    Raises:
        ConfigError: k is not a whole number, below 1 or above the number of items.
    """

    def __init__(self, n_users: int, n_items: int, k: int) -> None:
        if isinstance(k, bool) or not isinstance(k, Integral) or not 1 <= k <= n_items:
            raise ConfigError(f"k is {k!r}; expected a whole number from 1 to {n_items}, the number of items")
        self._k: int = k
        self.items: NDArray[np.int32] = np.empty((n_users, k), np.int32)
        self.scores: NDArray[np.float32] = np.empty((n_users, k), np.float32)

    def visit(self, rows: slice, scores: NDArray[np.floating[Any]]) -> None:
        """Fill in the lists of the users in ``rows``."""
        self.items[rows], self.scores[rows] = largest(scores, self._k)


def visit_scores(fitted: Scorer, users: Ids, visits: Sequence[Visit], exclude: Dataset | None = None) -> None:
    """Score users in blocks, which bounds memory, and pass the scores of each block to all ``visits``.

    Args:
        fitted: a fitted model or baseline.
        users: (n,), its users.
        visits: all are called once for each block; by several threads at once if ``fitted`` is thread-safe.
        exclude: ratings whose items may not be listed, as in :func:`top_k`, in the order of the model.

    Raises:
        DataError: a score is not finite, or there is no such user.
    """
    n_items = fitted.scores(users[:0]).shape[1]
    if exclude is not None:
        # Computes the lazy properties of the data before several threads read them.
        candidates.exclude(np.empty((0, n_items)), exclude.rated(users[:0]), exclude.twins)

    def visit(rows: slice) -> None:
        block = _finite_scores(fitted, users[rows])
        if exclude is not None:
            candidates.exclude(block, exclude.rated(users[rows]), exclude.twins)
        for visit_block in visits:
            visit_block(rows, block)

    blocks = _blocks(len(users), n_items)
    if getattr(fitted, "is_thread_safe", False):
        for_each(visit, blocks)
    else:
        for rows in blocks:
            visit(rows)


def align_to(fitted: Scorer, ratings: Dataset, data: str = "the data") -> Dataset:
    """The ratings in the order of the model's ids; unchanged if it has no ids, or they are in that order already.

    Args:
        fitted: a fitted model or baseline.
        ratings: of the users and items that it was fitted to.
        data: what to call them in an error message.

    Raises:
        DataError: the users or items are different; without ids, their number is different.
    """
    user_ids, item_ids = getattr(fitted, "user_ids", None), getattr(fitted, "item_ids", None)
    if user_ids is not None and item_ids is not None:
        ratings = align(ratings, user_ids, item_ids, owner="the model", data=data)
    n_items = fitted.scores(np.empty(0, np.intp)).shape[1]
    if n_items != ratings.n_items:
        raise DataError(
            f"{type(fitted).__name__} scores {n_items} items and {data} has {ratings.n_items}; expected the items "
            "it was fitted to: pass those ratings, or fit again"
        )
    return ratings


def user_blocks(users: Ids, n_items: int) -> Iterator[Ids]:
    """``users`` (n,) in blocks with at most :data:`BLOCK_SCORES` scores of all items each, or of a single user."""
    return (users[rows] for rows in _blocks(len(users), n_items))


def _blocks(n_users: int, n_items: int) -> list[slice]:
    """As few blocks as possible, about equally long, so that threads that share them end at about the same time."""
    if not n_users:
        return []
    max_users = max(1, BLOCK_SCORES // n_items)
    tile = min(TILE, max_users)
    n_blocks = -(-n_users // (max_users - max_users % tile))  # -(-a // b) rounds up
    size = tile * -(-n_users // (n_blocks * tile))
    return [slice(start, min(start + size, n_users)) for start in range(0, n_users, size)]


def _finite_scores(fitted: Scorer, users: Ids) -> NDArray[np.floating[Any]]:
    """A copy of the scores of ``users`` (n,), (n, n_items); all are finite."""
    try:
        block = np.array(fitted.scores(users), order="C")
    except IndexError:
        raise DataError(
            f"user indices go up to {users.max()}, and {type(fitted).__name__} has fewer users; expected indices "
            "below the number of users it was fitted to"
        ) from None
    if not _all_finite(block):
        raise DataError(
            f"the scores of {type(fitted).__name__} are not all finite; expected finite numbers: if training "
            "diverged, fit again with a lower learning_rate"
        )
    return block


def _all_finite(scores: NDArray[np.floating[Any]]) -> bool:
    # A sum of squares is finite only if each number is, and takes half the time. It may overflow, hence the second.
    return bool(np.isfinite(np.vdot(scores, scores)) or np.isfinite(scores).all())


def _check_users(users: Ids, user_ids: NDArray[Any] | None) -> None:
    if users.dtype == bool or users.ndim != 1:
        raise DataError(f"users are {users.dtype} of shape {users.shape}; expected a list of user indices")
    if len(users) and (users.min() < 0 or (user_ids is not None and users.max() >= len(user_ids))):
        limits = "0 or more" if user_ids is None else f"0 to {len(user_ids) - 1}"
        raise DataError(f"user indices are {users.min()} to {users.max()}; expected {limits}")


def largest(scores: NDArray[np.floating[Any]], k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k largest of each row (n, m), ties to the lower column; -inf counts as absent.

    Returns:
        Columns int32 (n, k) and values float32 (n, k); -1 and -inf where a row has fewer than k entries.
    """
    row, columns, values = _candidates(scores, k)
    # The candidates as a table with a line for each row, in the order of their columns and padded with -inf: a stable
    # sort of the table then breaks ties by column.
    counts = np.bincount(row, minlength=len(scores))
    position = position_in_group(counts)
    table = np.full((len(scores), max(k, counts.max(initial=0))), -np.inf, scores.dtype)
    column = np.full(table.shape, -1, np.int32)
    table[row, position], column[row, position] = values, columns
    order = np.argsort(-table, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(column, order, axis=1), np.take_along_axis(table, order, axis=1).astype(np.float32)


def _candidates(
    scores: NDArray[np.floating[Any]], k: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.floating[Any]]]:
    """Rows, columns and values of some entries of (n, m), in order, the k largest of each row among them.

    Columns are divided into groups, and the maximum of each group is taken. At least k entries are as large as the
    k-th largest of these maxima, so none of the k largest entries is below it, and few others are above. Only groups
    whose maximum reaches it are searched. That is several times faster than a partition of each row.
    """
    n_columns = scores.shape[1]
    maxima = _group_maxima(scores, k)
    threshold = np.maximum(_lower_bound(maxima, k), np.finfo(scores.dtype).min)  # so that -inf never passes
    row, group = np.divmod(np.flatnonzero(maxima >= threshold[:, None]), maxima.shape[1])
    column = group[:, None] + np.arange(0, n_columns, maxima.shape[1])  # (g, members of a group)
    flat = row[:, None] * n_columns + column
    entries = scores.reshape(-1)
    is_candidate = (entries.take(flat, mode="clip") >= threshold[row, None]) & (column < n_columns)
    flat = np.sort(flat[is_candidate])
    row = flat // n_columns
    return row, flat - row * n_columns, entries[flat]


def _lower_bound(maxima: NDArray[np.floating[Any]], k: int) -> NDArray[np.floating[Any]]:
    """A value (n,) that at least k entries of each row (n, g) reach, and few more."""
    while maxima.shape[1] > GROUPS_PER_ITEM * k:
        maxima = _group_maxima(maxima, k)
    bound: NDArray[np.floating[Any]] = np.partition(maxima, -k, axis=1)[:, -k]
    return bound


def _group_maxima(scores: NDArray[np.floating[Any]], k: int) -> NDArray[np.floating[Any]]:
    """The maximum of each of g groups of the columns of (n, m): (n, g). Column c is in group c modulo g."""
    n_columns = scores.shape[1]
    n_groups = min(n_columns, max(GROUPS_PER_ITEM * k, -(-n_columns // GROUP_SIZE)))
    maxima = scores[:, :n_groups].copy()
    for start in range(n_groups, n_columns, n_groups):
        columns = scores[:, start : start + n_groups]
        np.maximum(maxima[:, : columns.shape[1]], columns, out=maxima[:, : columns.shape[1]])
    return maxima
