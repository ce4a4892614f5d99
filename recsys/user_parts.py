"""Users divided into parts with about equally many ratings, and the results of the parts joined again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.data.sorting import position_in_group
from recsys.data.split import Split
from recsys.models.fitted import Fitted
from recsys.nn.arrays import Ids
from recsys.tasks import Run, run_each

T = TypeVar("T")


def deal_users(counts: Ids, n_parts: int, rng: np.random.Generator) -> list[Ids]:
    """The users of each part, ascending; every user is in exactly one.

    Args:
        counts: (n_users,), ratings of each; some are above 0.
        n_parts: how many parts; fewer are returned where a part would have no ratings.
        rng: draws the part of each user: ids often follow time, and users of one period are no fair sample.
    """
    if n_parts == 1:
        return [np.arange(len(counts))]
    order = rng.permutation(len(counts))
    before = np.cumsum(counts[order]) - counts[order]
    part = np.empty(len(counts), np.intp)
    part[order] = np.minimum(before * n_parts // counts.sum(), n_parts - 1)
    has_ratings = np.bincount(part, counts, n_parts) > 0
    part[~has_ratings[part]] = np.flatnonzero(has_ratings)[0]
    return [np.flatnonzero(part == number) for number in np.flatnonzero(has_ratings)]


@dataclass(frozen=True, eq=False)
class DividedSplit:
    """The ratings to train on and the held-out ones, by parts of the users.

    Attributes:
        whole: the split of all users.
        users: the users of each part.
        splits: the split of each part.
    """

    whole: Split
    users: list[Ids]
    splits: list[Split]

    @classmethod
    def deal(cls, whole: Split, n_parts: int, rng: np.random.Generator) -> DividedSplit:
        """Divide into about ``n_parts`` parts; a single part is the whole itself, and nothing is copied."""
        users = deal_users(whole.train.user_counts, n_parts, rng)
        return cls(whole, users, [whole] if len(users) == 1 else [_of_users(whole, part) for part in users])

    def each(
        self, run: Run, models: Mapping[str, Fitted], work: Callable[[Fitted, Split, Ids], Callable[[], T]]
    ) -> dict[str, list[T]]:
        """The results of some work for every model and every part of the users.

        Args:
            run: how the work is run.
            models: by name.
            work: from a model and the split of some users, and these users, to a function that can be pickled.
        """
        functions = {
            f"{name}, part {part + 1} of {len(self.users)}": work(
                fitted if len(self.users) == 1 else fitted.of_users(users), split, users
            )
            for name, fitted in models.items()
            for part, (users, split) in enumerate(zip(self.users, self.splits, strict=True))
        }
        results = iter(run_each(run, functions).values())
        return {name: [next(results) for _ in self.users] for name in models}

    def join_tables(self, parts: Sequence[T]) -> T:
        """Join dataclasses whose attributes are all arrays with a row for each user."""
        if len(parts) == 1:
            return parts[0]
        columns: dict[str, Any] = {
            name: join_rows([vars(part)[name] for part in parts], self.users) for name in vars(parts[0])
        }
        return replace(parts[0], **columns)  # type: ignore[type-var]


def rows_of(table: T, users: Ids) -> T:
    """Some users' rows of a dataclass whose attributes are all arrays with a row for each user."""
    columns: dict[str, Any] = {name: array[users] for name, array in vars(table).items()}
    return replace(table, **columns)  # type: ignore[type-var]


def join_rows(parts: Sequence[NDArray[Any]], users: Sequence[Ids]) -> NDArray[Any]:
    """One row for each user, (n_users, ...), from the rows of each part.

    Args:
        parts: (n, ...) each.
        users: (n,) each, whose rows they are; together all users.
    """
    rows = np.empty((sum(map(len, users)), *parts[0].shape[1:]), parts[0].dtype)
    for part, part_users in zip(parts, users, strict=True):
        rows[part_users] = part
    return rows


def join_entries(parts: Sequence[NDArray[Any]], users: Sequence[Ids], ratings: Dataset) -> NDArray[Any]:
    """One number for each rating, in the order of the entries of ``ratings.matrix``, from the numbers of each part.

    Args:
        parts: for each part, the numbers of its users' ratings in turn.
        users: the users of each part.
        ratings: of all users.
    """
    joined = np.empty(ratings.n_ratings, parts[0].dtype)
    starts = ratings.matrix.indptr
    for part, part_users in zip(parts, users, strict=True):
        counts = ratings.user_counts[part_users]
        joined[np.repeat(starts[part_users], counts) + position_in_group(counts)] = part
    return joined


def _of_users(parts: Split, users: Ids) -> Split:
    """The split of some of the users; at least one of them has a training rating."""
    test = parts.test
    if test is not None:
        test = test.of_users(users) if test.user_counts[users].any() else None
    return replace(parts, train=parts.train.of_users(users), test=test)
