"""Trained models as files, and back: every array bit by bit, the rest as JSON beside them.

Knows models and archives, nothing of training or of where files are kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from recsys.errors import DataError
from recsys.models import archive
from recsys.models.archive import Archive
from recsys.models.base import BaseModel
from recsys.models.deep import DeepModel
from recsys.models.fitted import EpochRecord, Fitted
from recsys.models.protocol import Towers
from recsys.models.state import checked
from recsys.schema import VERSION
from recsys.training.defaults import Recipe

FORMAT = 1
"""Of the file; raised where an older reader would not understand it, or a newer one would misread it."""
TOWERS: dict[str, type[Towers]] = {"base": BaseModel, "deep": DeepModel}
_OF_TOWERS = "towers."


class _Format(msgspec.Struct):
    format: int


class _About(_Format, kw_only=True):
    """What is no array; numbers as text that reads as the same numbers."""

    marquee: str
    name: str
    best_epoch: int
    history: tuple[EpochRecord, ...]
    recipe: Recipe


def save(fitted: Fitted, path: str | os.PathLike[str]) -> None:
    """Behind :meth:`recsys.Fitted.save`."""
    made = packed(fitted)
    unpacked(made)  # what could not be read is not written
    archive.write(Path(path), made)


def load_fitted(path: str | os.PathLike[str]) -> Fitted:
    """The model that :meth:`recsys.Fitted.save` wrote: equal in every bit, and it serves and folds in as it did.

    The file may come from anywhere: it holds numbers and JSON, no code, and all of it is checked.

    Args:
        path: of the file.

    Raises:
        DataError: there is no such file, or it is no such model: of another format, damaged, or at odds with itself.
    """
    found = archive.read(Path(path))
    try:
        return unpacked(found)
    except DataError as problem:
        raise DataError(f"{path}: {problem}; give a file that fitted.save wrote, or fit and save again") from None


def packed(fitted: Fitted) -> Archive:
    """All of a model, not copied."""
    about = _About(
        format=FORMAT,
        marquee=VERSION,
        name=fitted.name,
        best_epoch=fitted.best_epoch,
        history=fitted.history,
        recipe=fitted.recipe,
    )
    arrays = {
        "user_vectors": fitted.user_vectors,
        "item_vectors": fitted.item_vectors,
        "item_bias": fitted.item_bias,
        **{_OF_TOWERS + name: array for name, array in fitted.towers.state().items()},
    }
    return Archive(arrays, msgspec.json.encode(about).decode())


def unpacked(found: Archive) -> Fitted:
    """The model of which this is all.

    Raises:
        DataError: it is of another format, or something is missing or does not go with the rest.
    """
    about = _about(found.text)
    user_vectors = checked(found.arrays, "user_vectors", (None, about.recipe.dim))
    item_vectors = checked(found.arrays, "item_vectors", (None, about.recipe.dim))
    state = {name.removeprefix(_OF_TOWERS): array for name, array in found.arrays.items()}
    return Fitted(
        name=about.name,
        user_vectors=user_vectors,
        item_vectors=item_vectors,
        item_bias=checked(found.arrays, "item_bias", (len(item_vectors),)),
        history=about.history,
        best_epoch=about.best_epoch,
        towers=TOWERS[about.name].from_state(state, len(user_vectors), *item_vectors.shape),
        recipe=about.recipe,
    )


def _about(text: str) -> _About:
    try:
        written = msgspec.json.decode(text, type=_Format).format
        if written != FORMAT:
            raise DataError(f"the model is of format {written}; this version reads format {FORMAT}")
        about = msgspec.json.decode(text, type=_About)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise DataError(f"what it says of itself is not said as a saved model does ({problem})") from None
    if about.name not in TOWERS:
        raise DataError(f"the model is called {about.name!r}; expected {' or '.join(TOWERS)}")
    epochs = [record.epoch for record in about.history]
    if epochs != list(range(1, len(epochs) + 1)) or about.best_epoch not in epochs:
        raise DataError(f"epoch {about.best_epoch} is served of {len(epochs)}; expected one of them, counted from 1")
    if about.recipe.dim < 1:
        raise DataError(f"its vectors are of length {about.recipe.dim}; expected 1 at least")
    return about
