"""A trained model as everything after training sees it: user vectors, item vectors, a bias, and its history.

Saving and the file format are here too; reading needs the registry and is in ``recsys.models.load``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from recsys.data.alignment import indices_of
from recsys.errors import DataError
from recsys.models import archive
from recsys.models.archive import Archive
from recsys.models.fold_in import history_row
from recsys.models.hyperparameters import HyperParameters
from recsys.models.mixture import Mixture
from recsys.models.state import ids_from_array, ids_to_array, require_array
from recsys.models.towers import Towers
from recsys.schema import VERSION, EpochRecord

FORMAT = 5
"""Version of the file format; raised when an older reader would not understand a file, or a newer one misread it."""
_TOWERS_PREFIX = "towers."


@dataclass(frozen=True, eq=False, repr=False)
class Fitted:
    """A trained model: score of item i for user u = ``user_vectors[u] . item_vectors[i] + item_bias[i]``.

    Attributes:
        name: of the model, as in :data:`recsys.models.registry.MODELS`.
        user_ids: (n_users,), int64 or str objects, as in the training ratings: the id of each row of the vectors.
        item_ids: (n_items,), likewise. Data is joined by these ids, never by position.
        user_vectors: float32 (n_users, d).
        item_vectors: float32 (n_items, d).
        item_bias: float32 (n_items,).
        history: one record per epoch.
        best_epoch: how many epochs the served model was trained for: the last that was as good as the best, to within
            one standard error.
        towers: the trained towers themselves.
        hyperparameters: what they were trained with.
    """

    is_thread_safe: ClassVar[bool] = True

    name: str
    user_ids: NDArray[Any]
    item_ids: NDArray[Any]
    user_vectors: NDArray[np.float32]
    item_vectors: NDArray[np.float32]
    item_bias: NDArray[np.float32]
    history: tuple[EpochRecord, ...]
    best_epoch: int
    towers: Mixture
    hyperparameters: HyperParameters

    @property
    def n_parameters(self) -> int:
        """Learned numbers in both towers."""
        return sum(parameter.value.size for parameter in self.towers.parameters().values())

    def __repr__(self) -> str:
        """Name and size; the arrays would fill pages."""
        n_users, n_items, dim = len(self.user_vectors), len(self.item_vectors), self.item_vectors.shape[1]
        return f"<Fitted {self.name!r}: {n_users:,} users and {n_items:,} items in {dim} dimensions>"

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
        content = pack(self)
        classes = {name: type(member) for name, member in self.towers.members.items()}
        unpack(content, {self.name: classes})  # what could not be read back is not written
        archive.write(Path(path), content)

    def of_users(self, users: NDArray[np.integer[Any]]) -> Fitted:
        """The same model for some of its users (n,) alone; at least one has a training rating."""
        return replace(
            self,
            user_ids=self.user_ids[users],
            user_vectors=self.user_vectors[users],
            towers=self.towers.of_users(users),
        )

    def scores(self, users: NDArray[np.integer[Any]] | None = None) -> NDArray[np.float32]:
        """Scores of all items for ``users`` (n,), or for all users: float32 (n, n_items).

        The last bit may depend on the number of threads of BLAS, which is the caller's to set.
        """
        return self._scores_of(self.user_vectors if users is None else self.user_vectors[users])

    def fold_in(
        self,
        items: ArrayLike | None = None,
        ratings: ArrayLike | None = None,
        *,
        item_ids: Iterable[Any] | None = None,
    ) -> NDArray[np.float32]:
        """The vector of a new user, who was not in training, from what they rated: float32 (d,).

        Scores follow as for any user: ``item_vectors @ vector + item_bias``. Nothing is learned, and the model stays
        as it is. The order of the items does not matter: all of them count as new.

        Args:
            items: (n,) item indices, whole numbers, each once: positions in :attr:`item_ids`; empty for a user
                without any rating. The fewer there are, the more the answer leans on average items.
            ratings: (n,), on the scale of the training ratings; what lies beyond its ends counts as the end. None for
                items that were liked, which counts as the best rating.
            item_ids: (n,), in place of ``items``: the ids of the items, as the source wrote them.

        Raises:
            ConfigError: the model cannot fold in; ``deep`` can.
            DataError: the items are not as described, an id is not that of an item of the model, or the ratings are
                not as many finite numbers.

        >>> import recsys
        >>> fitted = recsys.fit(recsys.load_dataset("sample"), "deep", recsys.TrainConfig(epochs=2))
        >>> vector = fitted.fold_in([3, 0, 7], ratings=[5, 4, 1])  # indices in item_ids, stars
        >>> scores = fitted.item_vectors @ vector + fitted.item_bias
        >>> scores.shape
        (515,)
        >>> bool((vector == fitted.fold_in(item_ids=[5004, 5001, 5008], ratings=[5, 4, 1])).all())
        True
        """
        if (items is None) == (item_ids is None):
            raise DataError("expected either items, which are indices, or item_ids: give one of the two")
        if item_ids is not None:
            items = indices_of("item", item_ids, self.item_ids, "the model")
        assert items is not None
        vector: NDArray[np.float32] = self.fold_in_all(history_row(items, ratings, len(self.item_vectors)))[0]
        return vector

    def fold_in_all(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """Vectors of N new users at once: float32 (N, d).

        Args:
            ratings: (N, n_items), an entry where a user rated an item, infinity for one that was just liked.

        Raises:
            ConfigError: the model cannot fold in; ``deep`` can.
            DataError: the matrix does not have a column for each item.
        """
        if ratings.shape[1] != len(self.item_vectors):
            raise DataError(
                f"the ratings have {ratings.shape[1]} columns; expected {len(self.item_vectors)}, one for each item"
            )
        return np.asarray(self.towers.fold_in(ratings), np.float32)

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.float32]:
        """Scores of all items for N new users, given as in :meth:`fold_in_all`: float32 (N, n_items)."""
        return self._scores_of(self.fold_in_all(ratings))

    def _scores_of(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return score_all(vectors, self.item_vectors, self.item_bias)


def score_all(
    users: NDArray[np.float32], items: NDArray[np.float32], bias: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Scores (n, n_items) of all items, from vectors of n users and of the items, and the biases of these."""
    scores: NDArray[np.float32] = users @ items.T
    scores += bias
    return scores


class _FormatOnly(msgspec.Struct):
    format: int


class _Header(_FormatOnly, kw_only=True):
    """Everything of a model but its arrays, as JSON; floats are read back exactly as they were written."""

    marquee: str
    name: str
    best_epoch: int
    history: tuple[EpochRecord, ...]
    hyperparameters: HyperParameters


def pack(fitted: Fitted) -> Archive:
    """A model as named arrays and a text; nothing is copied."""
    header = _Header(
        format=FORMAT,
        marquee=VERSION,
        name=fitted.name,
        best_epoch=fitted.best_epoch,
        history=fitted.history,
        hyperparameters=fitted.hyperparameters,
    )
    arrays = {
        "user_ids": ids_to_array(fitted.user_ids),
        "item_ids": ids_to_array(fitted.item_ids),
        "user_vectors": fitted.user_vectors,
        "item_vectors": fitted.item_vectors,
        "item_bias": fitted.item_bias,
        **{_TOWERS_PREFIX + name: array for name, array in fitted.towers.state().items()},
    }
    return Archive(arrays, msgspec.json.encode(header).decode())


def unpack(content: Archive, towers: Mapping[str, Mapping[str, type[Towers]]]) -> Fitted:
    """The model that :func:`pack` packed.

    Args:
        content: what a file holds, not trusted.
        towers: by the name of the model, the classes of its towers by their names.

    Raises:
        DataError: it is of another format, or something is missing or inconsistent.
    """
    header = _read_header(content.text, list(towers))
    dim = header.hyperparameters.dim
    user_vectors = require_array(content.arrays, "user_vectors", (None, dim))
    item_vectors = require_array(content.arrays, "item_vectors", (None, dim))
    state = {name.removeprefix(_TOWERS_PREFIX): array for name, array in content.arrays.items()}
    return Fitted(
        name=header.name,
        user_ids=ids_from_array("user_ids", len(user_vectors), content.arrays),
        item_ids=ids_from_array("item_ids", len(item_vectors), content.arrays),
        user_vectors=user_vectors,
        item_vectors=item_vectors,
        item_bias=require_array(content.arrays, "item_bias", (len(item_vectors),)),
        history=header.history,
        best_epoch=header.best_epoch,
        towers=Mixture.from_state(state, towers[header.name], len(user_vectors), *item_vectors.shape),
        hyperparameters=header.hyperparameters,
    )


def _read_header(text: str, names: list[str]) -> _Header:
    try:
        written = msgspec.json.decode(text, type=_FormatOnly).format
        if written != FORMAT:
            lacks = ", and this one lacks the ids of its users and items" if written < 3 else ""
            raise DataError(f"the model is of format {written}; this version reads format {FORMAT}{lacks}")
        header = msgspec.json.decode(text, type=_Header)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise DataError(f"its header is not that of a saved model ({problem})") from None
    if header.name not in names:
        raise DataError(f"the model is called {header.name!r}; expected {' or '.join(names)}")
    epochs = [record.epoch for record in header.history]
    if epochs != list(range(1, len(epochs) + 1)) or header.best_epoch not in epochs:
        raise DataError(f"best_epoch is {header.best_epoch}; expected one of its {len(epochs)} epochs, from 1 on")
    if header.hyperparameters.dim < 1:
        raise DataError(f"its vectors are of length {header.hyperparameters.dim}; expected at least 1")
    return header
