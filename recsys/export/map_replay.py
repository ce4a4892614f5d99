"""``map_replay.js``: how items moved while the models learned, every frame on the axes of the served model.

The axes never turn, and the towers of a model count in every frame as much as when it is served, so what moves on the
map moved in the model. The last frame is the map itself.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from recsys import schema
from recsys.export.encoding import encode_array
from recsys.models.fitted import Fitted
from recsys.recommend.pca import Projection
from recsys.training.ensemble import default_weights
from recsys.training.snapshots import MAX_FRAMES, Frames

MAX_BYTES = 1_000_000
"""Limit of the size of the file."""
LEVELS = 65535
"""Coordinates are quantised to this many steps between the lowest and the highest: 16 bits each."""
_OVERHEAD = 1000
"""Bytes of a file besides ids and frames, and of each model besides its frames."""


def build_map_replay(
    models: dict[str, Fitted],
    projections: dict[str, Projection],
    frames: dict[str, Frames],
    tracked: NDArray[np.intp],
    item_ids: list[str],
) -> schema.MapReplay:
    """``map_replay.js``.

    Args:
        models: the served models, by name.
        projections: their maps.
        frames: the vectors of ``tracked``; a model without any has its served frame alone.
        tracked: (n_tracked,), the items that move.
        item_ids: of all items.
    """
    tracked_ids = [item_ids[item] for item in tracked]
    n_frames = max_frames(tracked_ids, len(models))
    replays = {}
    for name, fitted in models.items():
        # While a model learns, its towers have the default weights; others may be chosen in the end.
        weights = default_weights(list(fitted.towers.members))
        vectors = {
            epoch: fitted.towers.reweighted(frame, weights)
            for epoch, frame in frames.get(name, {}).items()
            if epoch < fitted.best_epoch
        }
        vectors[fitted.best_epoch] = fitted.item_vectors[tracked]
        epochs = evenly_spaced(list(vectors), n_frames)
        points = np.stack([projections[name].project(vectors[epoch]) for epoch in epochs])
        low, high, coded = quantise(points)
        replays[name] = schema.Replay(epochs=epochs, low=low, high=high, frames=coded)
    return schema.MapReplay(item_ids=tracked_ids, models=replays)


def max_frames(item_ids: list[str], n_models: int) -> int:
    """How many frames of each model fit into the file with the ids; at least the last one."""
    frame = 4 * -(-4 * len(item_ids) // 3) + 16  # base64 writes 4 characters for 3 bytes
    available = MAX_BYTES - len(msgspec.json.encode(item_ids)) - _OVERHEAD * (1 + n_models)
    return max(1, min(MAX_FRAMES, available // (frame * max(1, n_models))))


def evenly_spaced(epochs: list[int], n: int) -> list[int]:
    """At most ``n`` of ascending epochs, as evenly spaced as can be: the last, and from two on the first too."""
    if n == 1:
        return epochs[-1:]
    indices = np.linspace(0, len(epochs) - 1, min(n, len(epochs))).round().astype(int)
    return [epochs[index] for index in indices]


def quantise(points: NDArray[np.float64]) -> tuple[tuple[float, float], tuple[float, float], list[str]]:
    """The ranges of both axes over all frames, and frames (n_frames, n_items, 2) as base64 of uint16 within these."""
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    width = np.where(high > low, high - low, 1.0)
    levels = np.round((points - low) / width * LEVELS).astype(np.int64)  # (n_frames, n_items, 2)
    frames = [encode_array(frame, "uint16", schema.MapReplay.FILE) for frame in levels]
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1])), frames
