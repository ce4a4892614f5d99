"""Item vectors recorded after some of the epochs, for the map's replay of training; few enough to hold in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.schema import EpochRecord
from recsys.training.fit import Snapshot

MAX_FRAMES = 12
"""Frames of one model. The page moves smoothly between them, so more would only make it larger."""
MAX_TRACKED_ITEMS = 3000

Frames = dict[int, NDArray[np.float32]]
"""By epoch, the vectors (n_tracked, d) as they were after it."""


def tracked_items(dataset: Dataset) -> NDArray[np.intp]:
    """The items to record, ascending: all, or the :data:`MAX_TRACKED_ITEMS` most rated; ties to the lower index."""
    order = np.argsort(-dataset.item_counts, kind="stable")
    return np.sort(order[:MAX_TRACKED_ITEMS])


class SnapshotRecorder:
    """Records the vectors of some items over the epochs: an ``on_epoch`` for :func:`~recsys.training.fit.fit`.

    How many epochs there will be is not known, because training may end early. So every epoch is recorded at first;
    whenever ``max_frames`` is reached, every second frame is dropped and only every second epoch is recorded from
    then on. So the first epoch is always recorded, and the others follow at equal distances.

    Args:
        items: (n_tracked,), which to record.
        max_frames: how many epochs at most, at least 1; one frame is left for the served model.

    Attributes:
        frames: the recorded vectors, by epoch.
    """

    def __init__(self, items: NDArray[np.intp], max_frames: int = MAX_FRAMES - 1) -> None:
        self.items, self.max_frames, self.interval = items, max_frames, 1
        self.frames: Frames = {}

    def __call__(self, record: EpochRecord, snapshot: Snapshot) -> None:
        """Record the vectors if it is this epoch's turn."""
        if (record.epoch - 1) % self.interval:
            return
        if len(self.frames) == self.max_frames:
            self.interval *= 2
            self.frames = {epoch: frame for epoch, frame in self.frames.items() if (epoch - 1) % self.interval == 0}
            if (record.epoch - 1) % self.interval:
                return
        self.frames[record.epoch] = snapshot()[self.items]
