"""A model from the cache if an earlier build trained it, else trained and saved: the same to the byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recsys.cache.store import Cache, is_own_code, key
from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.models.archive import Archive
from recsys.models.fitted import FORMAT, Fitted, pack
from recsys.models.load import unpack
from recsys.models.registry import model_spec
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
    """The model that :func:`~recsys.training.fit.fit` gives, and whether it comes from the cache.

    Args:
        cache: where it is looked up, and saved once it is trained.
        ratings: what it learns from.
        model: its name in the registry.
        config: settings.
        recorder: a fresh one; afterwards it has the frames that training would have recorded.
        on_epoch: called after each epoch of training; never for a model from the cache.
    """
    spec = model_spec(model)
    if not is_own_code(spec.create, spec.defaults, *spec.classes.values()):
        return fit(ratings, model, config, chain_callbacks(on_epoch, recorder)), False
    name = key(
        what="model",
        format=FORMAT,
        data=ratings.sha256,
        model=model,
        config=config,
        items=hashlib.sha256(recorder.items.tobytes()).hexdigest(),
        max_frames=recorder.max_frames,
    )
    cached = cache.load(name, _from_archive)
    if cached is not None:
        fitted, recorder.frames = cached
        return fitted, True
    fitted = fit(ratings, model, config, chain_callbacks(on_epoch, recorder))
    cache.save(name, _to_archive(fitted, recorder))
    return fitted, False


def _to_archive(fitted: Fitted, recorder: SnapshotRecorder) -> Archive:
    entry = pack(fitted)
    epochs, frames = np.array(list(recorder.frames)), np.stack(list(recorder.frames.values()))  # (f,), (f, n, d)
    return Archive({**entry.arrays, _EPOCHS: epochs, _FRAMES: frames}, entry.text)


def _from_archive(entry: Archive) -> tuple[Fitted, dict[int, NDArray[np.float32]]]:
    fitted = unpack(entry)
    epochs = require_array(entry.arrays, _EPOCHS, (None,), np.signedinteger)
    frames = require_array(entry.arrays, _FRAMES, (len(epochs), None, fitted.hyperparameters.dim))
    return fitted, dict(zip(epochs.tolist(), frames, strict=True))
