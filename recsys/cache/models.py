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
from recsys.models.fitted import FORMAT, Fitted, pack
from recsys.models.load import unpack
from recsys.models.state import require_array
from recsys.schema import EpochRecord
from recsys.training.fit import Snapshot, chain_callbacks, fit
from recsys.training.snapshots import SnapshotRecorder

_EPOCHS, _FRAMES = "recorded.epochs", "recorded.frames"


def cached_fit(
    cache: Cache,
    ratings: Dataset,
    model: str,
    config: TrainConfig,
    recorder: SnapshotRecorder,
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
        items=hashlib.sha256(recorder.items.tobytes()).hexdigest(),
        max_frames=recorder.max_frames,
    )
    known = cache.load(name, _unpacked)
    if known is not None:
        fitted, recorder.frames = known
        return fitted, True
    fitted = fit(ratings, model, config, chain_callbacks(on_epoch, recorder))
    cache.keep(name, _packed(fitted, recorder))
    return fitted, False


def _packed(fitted: Fitted, recorder: SnapshotRecorder) -> Archive:
    model = pack(fitted)
    epochs, frames = np.array(list(recorder.frames)), np.stack(list(recorder.frames.values()))
    return Archive({**model.arrays, _EPOCHS: epochs, _FRAMES: frames}, model.text)


def _unpacked(found: Archive) -> tuple[Fitted, dict[int, NDArray[np.float32]]]:
    fitted = unpack(found)
    epochs = require_array(found.arrays, _EPOCHS, (None,), np.signedinteger)
    frames = require_array(found.arrays, _FRAMES, (len(epochs), None, fitted.hyperparameters.dim))
    return fitted, dict(zip(epochs.tolist(), frames, strict=True))
