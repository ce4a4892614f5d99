"""Where films were while a model learned: item vectors kept after some of the epochs, few enough to hold in memory.

Knows epochs and vectors, nothing of maps or JSON.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.models.fitted import EpochRecord
from recsys.training.fit import Snapshot

MOST_FRAMES = 12
"""Of one model. The page glides from one to the next, so that more would only weigh more."""
MOST_FILMS = 3000


def moving_films(dataset: Dataset) -> NDArray[np.intp]:
    """Which films are followed, ascending: all, or the :data:`MOST_FILMS` most rated; equals to the lower index."""
    order = np.argsort(-dataset.item_counts, kind="stable")
    return np.sort(order[:MOST_FILMS])


class Recorder:
    """Follows some films through the epochs: an ``on_epoch`` for :func:`~recsys.training.fit.fit`.

    How many epochs there will be is not known, for training may end early. So every epoch is kept at first, and
    whenever there is no more room every second one is let go, and half as many are kept from there on: always the
    first, and the others at equal distances.

    Args:
        films: (n_films,), which are followed.
        room: how many epochs are kept at most, at least 1; one frame is left for the served model.

    Attributes:
        frames: by epoch, the vectors (n_films, d) as they were after it.
    """

    def __init__(self, films: NDArray[np.intp], room: int = MOST_FRAMES - 1) -> None:
        self.films, self.room, self.every = films, room, 1
        self.frames: dict[int, NDArray[np.float32]] = {}

    def __call__(self, record: EpochRecord, snapshot: Snapshot) -> None:
        """Keep the vectors where it is this epoch's turn."""
        if (record.epoch - 1) % self.every:
            return
        if len(self.frames) == self.room:
            self.every *= 2
            self.frames = {epoch: kept for epoch, kept in self.frames.items() if (epoch - 1) % self.every == 0}
            if (record.epoch - 1) % self.every:
                return
        self.frames[record.epoch] = snapshot()[self.films]
