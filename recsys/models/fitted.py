"""A trained model as everything after training sees it: two vectors, a bias, and how it came about."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from recsys.errors import DataError
from recsys.models.protocol import Towers
from recsys.training.defaults import Recipe


@dataclass(frozen=True)
class EpochRecord:
    """What one epoch left behind, as in ``loss_history.json``.

    Attributes:
        epoch: counted from 1.
        train_loss: the data term (no l2), mean over the epoch's pairs.
        validation_loss: the same on ratings held out of the fit; None where they are too few.
        validation_ndcg: nDCG@10 on them; None where they are too few.
    """

    epoch: int
    train_loss: float
    validation_loss: float | None
    validation_ndcg: float | None


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model: score of item i for user u = ``user_vectors[u] . item_vectors[i] + item_bias[i]``.

    Attributes:
        name: ``"base"`` or ``"deep"``.
        user_vectors: float32 (n_users, d).
        item_vectors: float32 (n_items, d).
        item_bias: float32 (n_items,).
        history: one record an epoch.
        best_epoch: how many epochs the served model was trained for: the last that was as good as the best, to within
            one standard error.
        towers: the trained towers themselves.
        recipe: the settings they were trained with.
    """

    name: str
    user_vectors: NDArray[np.float32]
    item_vectors: NDArray[np.float32]
    item_bias: NDArray[np.float32]
    history: tuple[EpochRecord, ...]
    best_epoch: int
    towers: Towers
    recipe: Recipe

    @property
    def n_parameters(self) -> int:
        """Learned numbers in both towers."""
        return sum(parameter.value.size for parameter in self.towers.parameters().values())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a file that :func:`recsys.load_fitted` reads: equal models give equal bytes.

        It is an uncompressed ``.npz`` without pickled objects. It holds what the users of the training part rated, so
        it is as private as that.

        Args:
            path: of the file, whose folder exists; a file that is there is replaced, as a whole or not at all.

        Raises:
            OutputError: it cannot be written there.
            DataError: the model holds numbers that are not finite, so that nothing could be served from it.
        """
        from recsys.models.saved import save

        save(self, path)

    def scores(self, users: NDArray[np.integer[Any]] | None = None) -> NDArray[np.float32]:
        """Scores of all items for ``users`` (n,), or for all users: float32 (n, n_items)."""
        return self._scores_of(self.user_vectors if users is None else self.user_vectors[users])

    def fold_in(self, items: ArrayLike, ratings: ArrayLike | None = None) -> NDArray[np.float32]:
        """The vector of somebody who was not in training, from what they rated: float32 (d,).

        Scores follow as for anybody: ``item_vectors @ vector + item_bias``. Nothing is learned, and the model stays
        as it is. The order of the films says nothing: all of them count as new.

        Args:
            items: (n,) item indices, whole numbers, each once; none for what the model says to somebody unknown.
                The fewer there are, the more the answer leans on average films.
            ratings: (n,), on the scale of the training ratings, beyond whose ends the ends count; None for films that
                were liked, which is as good as the best rating.

        Raises:
            ConfigError: the model is not ``deep``, the only one that can.
            DataError: the items are not as described, or the ratings are not as many finite numbers.
        """
        n_items = len(self.item_vectors)
        films = _films(items, n_items)
        values = np.full(len(films), np.inf) if ratings is None else _numbers(ratings, len(films))
        order = np.argsort(films)  # summed in one order, equal histories give equal bytes
        rated = sparse.csr_array((values[order], films[order], [0, len(films)]), shape=(1, n_items))
        vector: NDArray[np.float32] = self.fold_in_all(rated)[0]
        return vector

    def fold_in_all(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """The same for N people at once: float32 (N, d).

        Args:
            ratings: (N, n_items), an entry where somebody rated an item, infinity for one that was just liked.

        Raises:
            ConfigError: the model is not ``deep``.
        """
        return np.asarray(self.towers.newcomers(ratings), np.float32)

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """Scores of all items for N such people, as :meth:`fold_in_all` takes them: float32 (N, n_items)."""
        return self._scores_of(self.fold_in_all(ratings))

    def _scores_of(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """By user vectors (N, d)."""
        scores: NDArray[np.float32] = vectors @ self.item_vectors.T
        scores += self.item_bias
        return scores


def _films(items: ArrayLike, n_items: int) -> NDArray[np.intp]:
    """Indices as an array, once it is sure that they are indices."""
    found = _array(items)
    if found.shape == (0,):
        return np.empty(0, np.intp)
    if found.ndim != 1 or not np.issubdtype(found.dtype, np.integer):
        raise DataError(f"items are {found.dtype} of shape {found.shape}; expected a list of item indices")
    if found.min() < 0 or found.max() >= n_items:
        raise DataError(f"item indices are {found.min()} to {found.max()}; expected 0 to {n_items - 1}")
    values, counts = np.unique(found, return_counts=True)
    if counts.max() > 1:
        raise DataError(f"item {values[counts.argmax()]} is given {counts.max()} times; expected each item once")
    return found.astype(np.intp)


def _numbers(ratings: ArrayLike, n: int) -> NDArray[np.float64]:
    found = _array(ratings)
    if found.shape != (n,):
        raise DataError(f"ratings have shape {found.shape}; expected ({n},), one for each item")
    try:
        numbers = found.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        numbers = None
    if numbers is None or found.dtype.kind in "bSU":  # a text may read as a number, but is none
        raise DataError(f"ratings are {ratings!r}; expected {n} numbers, one for each item")
    if not np.isfinite(numbers).all():
        raise DataError(f"ratings[{int(np.flatnonzero(~np.isfinite(numbers))[0])}] is not finite; expected a number")
    return numbers


def _array(values: ArrayLike) -> NDArray[Any]:
    """As numpy reads it, whatever that is."""
    try:
        return np.asarray(values)
    except ValueError:
        raise DataError(f"found {values!r}; expected a list of numbers") from None  # lists of unequal lengths
