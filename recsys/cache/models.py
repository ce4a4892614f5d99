"""Models and the frames of their training in the cache; a loaded model equals the trained one to the byte."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

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
from recsys.tasks import Send
from recsys.training.ensemble import Ensemble, StartTraining
from recsys.training.fit import chain_callbacks, fit_with
from recsys.training.snapshots import Frames, SnapshotRecorder

_EPOCHS, _FRAMES = "recorded.epochs", "recorded.frames"


@dataclass(frozen=True, eq=False)
class Recorded:
    """A fitted model, and the frames of its training."""

    fitted: Fitted
    frames: Frames


def fit_recorded(
    start: StartTraining, ratings: Dataset, model: str, config: TrainConfig, tracked: NDArray[np.intp], send: Send
) -> Recorded:
    """Train a model with :func:`~recsys.training.fit.fit_with`.

    Args:
        start: makes the towers to train.
        ratings: what it learns from.
        model: its name in the registry.
        config: settings.
        tracked: the items whose movement is recorded.
        send: called with the record of each epoch.
    """
    recorder = SnapshotRecorder(tracked)
    on_epoch = chain_callbacks(lambda record, snapshot: send(record), recorder)
    fitted = fit_with(start, ratings, model_spec(model), config, on_epoch)
    return Recorded(fitted, recorder.frames)


def model_key(
    ratings: Dataset, model: str, config: TrainConfig, tracked: NDArray[np.intp], n_parts: int = 1
) -> str | None:
    """The key of the result of :func:`fit_recorded`; None if the model is defined outside this package.

    The code of this package is part of every key, and other code is not.

    Args:
        ratings: as in :func:`fit_recorded`.
        model: likewise.
        config: likewise.
        tracked: likewise.
        n_parts: into how many parts users are divided in training.
    """
    spec = model_spec(model)
    if not is_own_code(spec.create, spec.defaults, *spec.classes.values()):
        return None
    return key(
        what="model",
        format=FORMAT,
        data=ratings.sha256,
        model=model,
        config=config,
        items=hashlib.sha256(tracked.tobytes()).hexdigest(),
        n_parts=n_parts,
    )


def load_model(cache: Cache, name: str | None) -> Recorded | None:
    """The model of a key; None if it is not in the cache, or there is no key."""
    return None if name is None else cache.load(name, _from_archive)


def save_model(cache: Cache, name: str | None, recorded: Recorded) -> None:
    """Save a model for later builds, if it has a key."""
    if name is not None:
        cache.save(name, _to_archive(recorded))


def cached_fit(cache: Cache, ratings: Dataset, model: str, config: TrainConfig) -> Fitted:
    """A model from the cache, or trained and saved if it is not there; no frames are recorded."""
    tracked = np.arange(0)
    name = model_key(ratings, model, config, tracked)
    recorded = load_model(cache, name)
    if recorded is None:
        recorded = fit_recorded(Ensemble, ratings, model, config, tracked, lambda record: None)
        save_model(cache, name, recorded)
    return recorded.fitted


def _to_archive(recorded: Recorded) -> Archive:
    entry, frames_by_epoch = pack(recorded.fitted), recorded.frames
    epochs, frames = np.array(list(frames_by_epoch)), np.stack(list(frames_by_epoch.values()))  # (f,), (f, n, d)
    return Archive({**entry.arrays, _EPOCHS: epochs, _FRAMES: frames}, entry.text)


def _from_archive(entry: Archive) -> Recorded:
    fitted = unpack(entry)
    epochs = require_array(entry.arrays, _EPOCHS, (None,), np.signedinteger)
    frames = require_array(entry.arrays, _FRAMES, (len(epochs), None, fitted.hyperparameters.dim))
    return Recorded(fitted, dict(zip(epochs.tolist(), frames, strict=True)))
