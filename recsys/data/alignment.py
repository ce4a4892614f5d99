"""Join data and models by id: compare ids as they are written, and put ratings in the order of other ids.

Indices mean nothing outside the data set they come from: two logs of the same users and items may list them in
different orders, such as 2, 10 if ids are numbers and "10", "2" if they are text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.data.ids import quoted_id, written_id
from recsys.errors import DataError


def align(dataset: Dataset, user_ids: NDArray[Any], item_ids: NDArray[Any], *, owner: str, data: str) -> Dataset:
    """The data set with its users and items in the order of other ids; the data set itself if they are already.

    Args:
        dataset: the ratings.
        user_ids: (n_users,), the users in the wanted order.
        item_ids: (n_items,), the items in the wanted order.
        owner: what has these ids, such as "the model", for errors.
        data: what the data set is, for errors.

    Raises:
        DataError: the data set has other users or items than these.
    """
    if _same_ids(dataset.user_ids, user_ids) and _same_ids(dataset.item_ids, item_ids):
        return dataset
    remedy = f"expected the users and items {owner} was fitted to, in any order: pass those ratings, or fit again"
    users = _positions("user", dataset.user_ids, user_ids, owner, data, remedy, needs_all=True)
    items = _positions("item", dataset.item_ids, item_ids, owner, data, remedy, needs_all=True)
    user_order, item_order = np.argsort(users), np.argsort(items)  # the inverse of a permutation is its argsort
    return replace(
        dataset,
        user=users[dataset.user],
        item=items[dataset.item],
        user_ids=dataset.user_ids[user_order],
        item_ids=dataset.item_ids[item_order],
        titles=dataset.titles[item_order],
        years=dataset.years[item_order],
        genres=dataset.genres[item_order],
        user_features=dataset.user_features[user_order],
        item_features=dataset.item_features[item_order],
    )


def align_test(test: Dataset, train: Dataset) -> Dataset:
    """The ratings of a test part with the users, items, titles and years of the training part, in their order.

    Args:
        test: the test part; its users and items must be among those of ``train``.
        train: the training part.

    Raises:
        DataError: a user or item of ``test`` is not in ``train``.
    """
    same_ids = _same_ids(test.user_ids, train.user_ids) and _same_ids(test.item_ids, train.item_ids)
    # Both parts must agree on twins: lists are made with those of one, and scored with those of the other.
    if same_ids and (test.twins is train.twins or np.array_equal(test.twins.first, train.twins.first)):
        return test
    owner, data = "the training part", "the test part"
    remedy = (
        "expected users and items of the training part: leave the others out, or make one data set of all ratings "
        "and take both parts from it with its method subset"
    )
    users = _positions("user", test.user_ids, train.user_ids, owner, data, remedy, needs_all=False)
    items = _positions("item", test.item_ids, train.item_ids, owner, data, remedy, needs_all=False)
    return replace(
        train,
        name=test.name,
        user=users[test.user],
        item=items[test.item],
        rating=test.rating,
        timestamp=test.timestamp,
    )


def refuse_shared_ratings(train: Dataset, test: Dataset) -> None:
    """Refuse two parts that share a pair of user and item: lists leave out training items, so it could not be a hit.

    Args:
        train: the training part.
        test: the test part, with the same users and items in the same order.

    Raises:
        DataError: there is such a pair.
    """
    # The product of two binary matrices is 1 where both are; their rows are merged in linear time.
    binary = [
        sparse.csr_array((np.ones(matrix.nnz, np.int8), matrix.indices, matrix.indptr), matrix.shape)
        for matrix in (train.matrix, test.matrix)
    ]
    users, items = binary[0].multiply(binary[1]).nonzero()
    if len(users):
        raise DataError(
            f"{len(users):,} of the {test.n_ratings:,} test ratings are of items that the same user rated in the "
            f"training part too, such as item {quoted_id(train.item_ids[items[0]])} of user "
            f"{quoted_id(train.user_ids[users[0]])}; expected two parts without a common rating, such as parts.train "
            "and parts.test of recsys.split"
        )


def indices_of(kind: str, ids: Iterable[Any], known: NDArray[Any], owner: str) -> NDArray[np.int32]:
    """The index in ``known`` of each of some ids: (n,).

    Raises:
        DataError: ``ids`` is not a list, or an id is missing, unknown, or given twice.
    """
    if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
        raise DataError(f"{kind} ids are {ids!r}; expected a list of ids")
    given = list(ids)
    missing = [value for value in given if value is None or value != value]  # NaN is not equal to itself
    if missing:
        raise DataError(f"{kind} ids hold {missing[0]!r}; expected an id in every position")
    index = _index_of(kind, known, owner)
    indices = np.array([index.get(written_id(value), -1) for value in given], np.int32)
    unknown = np.flatnonzero(indices < 0)
    if len(unknown):
        example = str(known[0]) if len(known) else "none"
        raise DataError(
            f"{owner} has no {kind} {written_id(given[unknown[0]])!r}; expected ids such as {example!r}, written as "
            "in the ratings it was fitted to"
        )
    values, counts = np.unique(indices, return_counts=True)
    if len(values) < len(indices):
        repeated = known[values[counts.argmax()]]
        raise DataError(f"{kind} {str(repeated)!r} is given {counts.max()} times; expected each {kind} once")
    return indices


def _same_ids(first: NDArray[Any], second: NDArray[Any]) -> bool:
    """Whether both have the same ids in the same order; the parts of one data set share the array itself."""
    if first.shape != second.shape:
        return False
    same_memory = first.__array_interface__["data"] == second.__array_interface__["data"]
    if same_memory and first.dtype == second.dtype and first.strides == second.strides:
        return True
    return np.array_equal(first, second)


def _index_of(kind: str, ids: NDArray[Any], owner: str) -> dict[str, int]:
    """From the written form of each id to its index."""
    index = {written_id(value): position for position, value in enumerate(ids.tolist())}
    if len(index) < len(ids):
        raise DataError(f"{owner} has {kind} ids that occur twice; expected a different id for each {kind}")
    return index


def _positions(
    kind: str, ids: NDArray[Any], known: NDArray[Any], owner: str, data: str, remedy: str, *, needs_all: bool
) -> NDArray[np.int32]:
    """The index in ``known`` of each of ``ids``: (n,); every known id must be among them if ``needs_all``."""
    index, given = _index_of(kind, known, owner), _index_of(kind, ids, data)
    unknown = [id_ for id_ in given if id_ not in index]
    absent = [id_ for id_ in index if id_ not in given] if needs_all else []
    if unknown or absent:
        differences = [
            f"{name} has no {kind} {missing[0]!r}" + f" (nor {len(missing) - 1} others)" * (len(missing) > 1)
            for name, missing in ((owner, unknown), (data, absent))
            if missing
        ]
        raise DataError(f"{', and '.join(differences)}; {remedy}")
    return np.array([index[id_] for id_ in given], np.int32)
