"""Ratings and facts about users and items, checked when a data set is made.

The whole package works with this class. Users and items are indices everywhere except in input and output;
:attr:`Dataset.user_ids` and :attr:`Dataset.item_ids` have the ids of the source. Must not import readers, models or
pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.config import ReadConfig, Role
from recsys.data.ids import quoted_id
from recsys.data.nouns import GENRE, ITEM
from recsys.data.rating_scale import RatingScale, count_scale, rating_scale
from recsys.data.sorting import order_by, position_in_group
from recsys.data.twins import Twins, find_twins
from recsys.errors import DataError
from recsys.schema import Label, Noun
from recsys.text import printable, without_controls


class RepeatedPairError(DataError):
    """A user rated an item more than once."""


@dataclass(frozen=True)
class Source:
    """Where ratings come from, and what may be done with them."""

    synthetic: bool = False
    """the ratings are of invented users."""
    licence: str | None = None
    """under which the data may be used; None where it is not known."""
    citation: str | None = None
    """what to cite."""
    url: str | None = None
    """where the data comes from."""

    def __post_init__(self) -> None:
        """Make all text printable."""
        for name, text in vars(self).items():
            if isinstance(text, str):
                object.__setattr__(self, name, printable(text))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Dataset:
    """Ratings, items and users as arrays; immutable.

    Indices are in the order of ids: numeric for whole numbers, by code point for text.

    Attributes:
        name: what the data set is called; characters that cannot be written to a file are replaced.
        user, item: int32 (n_ratings,), indices.
        rating: float32 (n_ratings,), finite.
        timestamp: int64 (n_ratings,), in any unit that grows with time; None where the source has none. Datetimes are
            counted from 1970 in UTC, in the coarsest of s, ms, us and ns that holds them all.
        user_ids, item_ids: (n_users,) and (n_items,), int64 or str objects: the id of each index.
        titles: (n_items,) str objects; the id where there is no title.
        years: float64 (n_items,), NaN where unknown.
        genres: bool (n_items, n_genres); column j is ``genre_names[j]``.
        user_features: float32 (n_users, n_features); column j is ``user_feature_names[j]``.
        item_features: float32 (n_items, n_features), what is known of items beyond genres and year; column j is
            ``item_feature_names[j]``.
        source: licence, citation, whether the ratings are synthetic.
        noun: what an item is called.
        genre_label: what a genre is called, such as tag.
        rating_name: what a rating that counts something is called, such as hours; None for other ratings.
        is_counted: ratings are counts whatever their distribution: of the rows that a pair has in the source, or of
            what the name of their column says, such as plays.

    Raises:
        DataError: the name is not text, there is no rating, an index or a shape does not fit, a rating is not finite,
            or a user rated an item twice.
    """

    name: str
    user: NDArray[np.int32]
    item: NDArray[np.int32]
    rating: NDArray[np.float32]
    timestamp: NDArray[np.int64] | None
    user_ids: NDArray[Any]
    item_ids: NDArray[Any]
    titles: NDArray[np.object_]
    years: NDArray[np.float64]
    genres: NDArray[np.bool_]
    genre_names: tuple[str, ...] = ()
    user_features: NDArray[np.float32]
    user_feature_names: tuple[str, ...] = ()
    item_features: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    item_feature_names: tuple[str, ...] = ()
    source: Source = field(default_factory=Source)
    noun: Noun = ITEM
    genre_label: Label = GENRE
    rating_name: str | None = None
    is_counted: bool = False

    def __post_init__(self) -> None:
        """Check that everything fits together, and make the arrays read-only and the name printable."""
        if not isinstance(self.name, str):
            raise DataError(f"name is {self.name!r}; expected text")
        object.__setattr__(self, "name", without_controls(self.name))
        if not self.item_features.size and not self.item_feature_names:
            object.__setattr__(self, "item_features", np.zeros((self.n_items, 0), np.float32))
        for attribute in fields(self):
            value = getattr(self, attribute.name)
            if isinstance(value, np.ndarray):
                value = value.view()  # the array of the caller stays writable
                value.flags.writeable = False
                object.__setattr__(self, attribute.name, value)
        _check_shapes(self)
        _check_ratings(self)

    def __repr__(self) -> str:
        """Name and size; the arrays would fill pages."""
        size = f"{self.n_ratings:,} ratings, {self.n_users:,} users, {self.n_items:,} items"
        return f"<Dataset {self.name!r}: {size}>"

    @classmethod
    def from_frames(
        cls,
        ratings: Any,
        items: Any = None,
        users: Any = None,
        *,
        name: str = "ratings",
        source: Source | None = None,
        columns: Mapping[Role, str] | None = None,
        duplicates: Literal["newest", "mean", "sum", "refuse"] = "refuse",
    ) -> Dataset:
        """Make a data set from pandas frames, or from what pandas can make a frame of: lists of dicts, Arrow tables.

        What counts is the values, not their dtype: 20, 20.0 and Decimal(20) are one id, and dates may be datetimes of
        any kind or ISO text. Ids are kept as written: "007" is not 7, text stays text, and spaces stay. Across tables
        1 and "1" are the same id; the catalogue has the kind of the ratings, or text if one is not a number.

        Args:
            ratings: columns user, item and, if known, rating (1 without) and timestamp (numbers, datetimes, dates or
                text of these). Other names of columns, such as userId or "Book-Rating", are recognised too.
            items: column item and, if known, title, year and genres: lists, or text such as ``"Comedy|Drama"``
                (see :func:`~recsys.data.categories.split_lists` for the separators); then features. Items that nobody
                rated belong to the catalogue too; the title of a rated item that is missing here is its id.
            users: column user, then features: numbers and dates are standardised; anything else, and any
                pandas category, is one-hot encoded, where rare values share a column if there are many; lists have a
                column for each value; a missing value has a column of its own. A column in which nearly every user
                has a different value is left out.
            name: what to call the data set.
            source: licence and the like.
            columns: the names of columns that are not recognised, by what they hold.
            duplicates: what to do with several ratings of an item by a user: use the newest (without times, their
                mean), the mean or the sum, or refuse them. Without a rating column, or with one of events such as
                view and purchase, rows are counted.

        Raises:
            ConfigError: a value of ``columns`` or ``duplicates`` is impossible.
            DataError: something is not a table, a column is missing or there twice, ids are missing or repeated, or a
                value is impossible.
        """
        from recsys.data.interpret import dataset_of_frames

        config = ReadConfig(columns=columns or {}, duplicates=duplicates)
        return dataset_of_frames(ratings, items, users, name=name, source=source, config=config)

    @property
    def n_users(self) -> int:
        """Number of users, with or without ratings."""
        return len(self.user_ids)

    @property
    def n_items(self) -> int:
        """Number of items in the catalogue, with or without ratings."""
        return len(self.item_ids)

    @property
    def n_ratings(self) -> int:
        """Number of ratings."""
        return len(self.rating)

    @cached_property
    def has_times(self) -> bool:
        """Whether times can order the ratings of a user: some user has ratings of different times."""
        if self.timestamp is None:
            return False
        time_of_user = np.empty(self.n_users, np.int64)
        time_of_user[self.user] = self.timestamp  # the time of any of their ratings
        return bool((self.timestamp != time_of_user[self.user]).any())

    @cached_property
    def item_counts(self) -> NDArray[np.int64]:
        """Number of ratings of each item, (n_items,)."""
        return np.bincount(self.item, minlength=self.n_items)

    @cached_property
    def user_counts(self) -> NDArray[np.int64]:
        """Number of ratings of each user, (n_users,)."""
        return np.bincount(self.user, minlength=self.n_users)

    @property
    def n_active_users(self) -> int:
        """Number of users with ratings."""
        return int((self.user_counts > 0).sum())

    @property
    def mean_user_count(self) -> float:
        """Mean number of ratings of the users who have ratings; 0 without ratings."""
        return self.n_ratings / max(1, self.n_active_users)

    @cached_property
    def rating_scale(self) -> RatingScale:
        """Whether ratings are opinions, counts or all alike, and how much each weighs."""
        return count_scale(self.rating) if self.is_counted else rating_scale(self.rating)

    @cached_property
    def twins(self) -> Twins:
        """The items that have the same title and year as another, both known."""
        return find_twins(self.titles, self.years, self.item_ids)

    @cached_property
    def matrix(self) -> sparse.csr_array[np.float32]:
        """The ratings as a sparse matrix (n_users, n_items), with ascending items in each row.

        A rating of 0 is stored too: an entry means "rated".
        """
        shape = (self.n_users, self.n_items)
        matrix = sparse.csr_array((self.rating.copy(), (self.user, self.item)), shape=shape)
        matrix.sort_indices()
        return matrix

    def binary_matrix(self) -> sparse.csr_array[np.float32]:
        """1 for every rating, whatever its value: float32 (n_users, n_items), a copy."""
        matrix = self.matrix.copy()
        matrix.data[:] = 1
        return matrix

    def rated(self, users: NDArray[np.integer[Any]]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """Rows and columns of the rated items in a score matrix (n, n_items) of ``users`` (n,); in order.

        Takes far less memory than a boolean mask of that shape, and less time than ``matrix[users]``.
        """
        starts = self.matrix.indptr[users]
        counts = self.matrix.indptr[1:][users] - starts
        entries = np.repeat(starts, counts) + position_in_group(counts)
        return np.repeat(np.arange(len(users)), counts), self.matrix.indices[entries]

    @cached_property
    def sha256(self) -> str:
        """Hash of all data about users, items and ratings; the order of the ratings does not matter."""
        digest = hashlib.sha256()
        order = slice(None) if _is_increasing(self.user, self.item) else order_by(self.user, self.item)
        for attribute in fields(self):
            if attribute.name in ("noun", "genre_label", "rating_name"):  # only what things are called
                continue
            value = getattr(self, attribute.name)
            if (attribute.name.startswith("item_feature") and not self.item_feature_names) or value is False:
                continue  # data without these have the hash that they had before these attributes existed
            if attribute.name in ("user", "item", "rating", "timestamp") and value is not None:
                value = value[order]
            digest.update(attribute.name.encode())
            if isinstance(value, np.ndarray) and value.dtype != object:
                digest.update(f"{value.dtype.str}{value.shape}".encode())
                digest.update(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
            else:
                digest.update(repr(list(value) if isinstance(value, np.ndarray) else value).encode())
        return digest.hexdigest()

    def of_users(self, users: NDArray[np.integer[Any]]) -> Dataset:
        """A data set of some of the users and their ratings; the items are the same.

        The scale of the ratings, and whether times can order them, stay those of the whole data set.

        Args:
            users: (n,), ascending; at least one has a rating.

        Raises:
            DataError: none of the users has a rating.
        """
        row_of_user = np.full(self.n_users, -1, np.int32)
        row_of_user[users] = np.arange(len(users), dtype=np.int32)
        row = row_of_user[self.user]
        mask = row >= 0
        part = replace(
            self,
            user=row[mask],
            item=self.item[mask],
            rating=self.rating[mask],
            timestamp=None if self.timestamp is None else self.timestamp[mask],
            user_ids=self.user_ids[users],
            user_features=self.user_features[users],
        )
        for name in ("twins", "rating_scale", "has_times"):
            part.__dict__[name] = getattr(self, name)
        return part

    def subset(self, mask: NDArray[np.bool_]) -> Dataset:
        """The same users and items, with only those ratings where ``mask`` (n_ratings,) is true.

        Raises:
            DataError: the mask is not boolean with one value for each rating, or is true nowhere.
        """
        mask = np.asarray(mask)
        if mask.dtype != bool or mask.shape != (self.n_ratings,):
            raise DataError(
                f"the mask is {mask.dtype} of shape {mask.shape}; expected one boolean for each of the "
                f"{self.n_ratings} ratings"
            )
        timestamp = None if self.timestamp is None else self.timestamp[mask]
        part = replace(
            self, user=self.user[mask], item=self.item[mask], rating=self.rating[mask], timestamp=timestamp
        )
        part.__dict__["twins"] = self.twins  # the catalogue is the same, so it need not be searched again
        return part


def _check_shapes(dataset: Dataset) -> None:
    n_users, n_items, n = dataset.n_users, dataset.n_items, dataset.n_ratings
    expected = {
        "user": (n,),
        "item": (n,),
        "titles": (n_items,),
        "years": (n_items,),
        "genres": (n_items, len(dataset.genre_names)),
        "user_features": (n_users, len(dataset.user_feature_names)),
        "item_features": (n_items, len(dataset.item_feature_names)),
    }
    if dataset.timestamp is not None:
        expected["timestamp"] = (n,)
    for name, shape in expected.items():
        actual = getattr(dataset, name).shape
        if actual != shape:
            raise DataError(f"{name} has the shape {actual}; expected {shape}")


def _check_ratings(dataset: Dataset) -> None:
    if dataset.n_ratings == 0:
        raise DataError(f"{dataset.name} has no ratings; expected at least one")
    for name, index, size in (("user", dataset.user, dataset.n_users), ("item", dataset.item, dataset.n_items)):
        if index.min() < 0 or index.max() >= size:
            raise DataError(f"{name} holds indices from {index.min()} to {index.max()}; expected 0 to {size - 1}")
    bad = np.flatnonzero(~np.isfinite(dataset.rating))
    if len(bad):
        user, item = dataset.user_ids[dataset.user[bad[0]]], dataset.item_ids[dataset.item[bad[0]]]
        raise DataError(
            f"user {quoted_id(user)} rated item {quoted_id(item)} with {dataset.rating[bad[0]]}; expected a finite "
            "number (drop it)"
        )
    if _is_increasing(dataset.user, dataset.item):  # large logs mostly are, and a sort costs more than this check
        return
    pairs = dataset.user.astype(np.int64)  # (n_ratings,): user * n_items + item, a number for each pair
    pairs *= dataset.n_items  # in place, to save the memory of a second array
    pairs += dataset.item
    pairs.sort()
    repeated = pairs[1:][pairs[1:] == pairs[:-1]]
    if len(repeated):
        user, item = divmod(int(repeated[0]), dataset.n_items)
        raise RepeatedPairError(
            f"user {quoted_id(dataset.user_ids[user])} rated item {quoted_id(dataset.item_ids[item])} more than once "
            f"({len(repeated)} such ratings); expected one rating a pair: keep the newest, or the mean"
        )


def _is_increasing(first: NDArray[np.int32], second: NDArray[np.int32]) -> bool:
    """Whether pairs (n,) increase strictly, by the first number and then by the second; then no pair is repeated."""
    increases = first[1:] > first[:-1]
    increases |= (first[1:] == first[:-1]) & (second[1:] > second[:-1])
    return bool(increases.all())
