"""A model from the cache if it was trained before, else trained: the same to the byte, with what its epochs left.

Knows training and the cache, nothing of what is done with a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recsys.cache.store import Cache, key
from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.models.archive import Archive
from recsys.models.fitted import EpochRecord, Fitted
from recsys.models.saved import FORMAT, packed, unpacked
from recsys.models.state import checked
from recsys.training.fit import Snapshot, fit, together
from recsys.training.snapshots import Recorder

_EPOCHS, _FRAMES = "recorded.epochs", "recorded.frames"


def cached_fit(
    cache: Cache,
    ratings: Dataset,
    model: str,
    config: TrainConfig,
    recorder: Recorder,
    on_epoch: Callable[[EpochRecord, Snapshot], None] = lambda record, snapshot: None,
) -> tuple[Fitted, bool]:
    """The model that :func:`~recsys.training.fit.fit` gives, and whether it was known before.

    Args:
        cache: where it is looked for, and kept once it is trained.
        ratings: what it learns from.
        model: ``"base"`` or ``"deep"``.
        config: settings.
        recorder: a fresh one; afterwards it has the frames that it would have kept of all epochs.
        on_epoch: called after each epoch of training, of which a known model has none.
    """
    name = key(
        what="model",
        format=FORMAT,
        data=ratings.sha256,
        model=model,
        config=config,
        films=hashlib.sha256(recorder.films.tobytes()).hexdigest(),
        room=recorder.room,
    )
    known = cache.load(name, _unpacked)
    if known is not None:
        fitted, recorder.frames = known
        return fitted, True
    fitted = fit(ratings, model, config, together(on_epoch, recorder))
    cache.keep(name, _packed(fitted, recorder))
    return fitted, False


def _packed(fitted: Fitted, recorder: Recorder) -> Archive:
    made = packed(fitted)
    epochs, frames = np.array(list(recorder.frames)), np.stack(list(recorder.frames.values()))
    return Archive({**made.arrays, _EPOCHS: epochs, _FRAMES: frames}, made.text)


def _unpacked(found: Archive) -> tuple[Fitted, dict[int, NDArray[np.float32]]]:
    fitted = unpacked(found)
    epochs = checked(found.arrays, _EPOCHS, (None,), np.signedinteger)
    frames = checked(found.arrays, _FRAMES, (len(epochs), None, fitted.recipe.dim))
    return fitted, dict(zip(epochs.tolist(), frames, strict=True))
