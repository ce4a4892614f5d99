"""From recorded vectors to ``map_replay.js``: every frame seen along the axes of the served model, in few bytes.

Since the axes never turn, what moves on the map moved in the model. The last frame is the map itself.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from recsys import schema as out
from recsys.export.encoding import encode_array
from recsys.models.fitted import Fitted
from recsys.recommend.pca import Projection
from recsys.training.snapshots import MOST_FRAMES, Recorder

MOST_BYTES = 1_000_000
"""Of the whole file."""
STEPS = 65535
"""Places are told in so many steps from the least to the greatest."""
_AROUND = 1000
"""Bytes for all of a file but ids and frames."""


def replay(
    models: dict[str, Fitted],
    projections: dict[str, Projection],
    recorders: dict[str, Recorder],
    films: NDArray[np.intp],
    item_ids: list[str],
) -> out.MapReplay:
    """``map_replay.js``.

    Args:
        models: the served models, by name.
        projections: their maps.
        recorders: what was kept of the epochs, of ``films``; a model without has its served frame alone.
        films: (n_films,), which move.
        item_ids: of all films.
    """
    moving = [item_ids[film] for film in films]
    n_frames = frames_allowed(moving, len(models))
    found = {}
    for name, fitted in models.items():
        kept = recorders[name].frames if name in recorders else {}
        vectors = {epoch: one for epoch, one in kept.items() if epoch < fitted.best_epoch}
        vectors[fitted.best_epoch] = fitted.item_vectors[films]
        epochs = spread(list(vectors), n_frames)
        places = np.stack([projections[name].places(vectors[epoch]) for epoch in epochs])
        low, high, frames = encoded(places)
        found[name] = out.Replay(epochs=epochs, low=low, high=high, frames=frames)
    return out.MapReplay(item_ids=moving, models=found)


def frames_allowed(item_ids: list[str], n_models: int) -> int:
    """How many frames of each model fit into the file beside the ids; at least the last one."""
    frame = 4 * -(-4 * len(item_ids) // 3) + 16  # base64 writes 4 characters for 3 bytes
    left = MOST_BYTES - len(msgspec.json.encode(item_ids)) - _AROUND * (1 + n_models)
    return max(1, min(MOST_FRAMES, left // (frame * max(1, n_models))))


def spread(epochs: list[int], most: int) -> list[int]:
    """At most so many of ascending epochs, as evenly as can be: the last, and from two on the first."""
    if most == 1:
        return epochs[-1:]
    places = np.linspace(0, len(epochs) - 1, min(most, len(epochs))).round().astype(int)
    return [epochs[place] for place in places]


def encoded(places: NDArray[np.float64]) -> tuple[tuple[float, float], tuple[float, float], list[str]]:
    """The ends of both axes over all frames, and frames (n_frames, n_films, 2) as text between these."""
    low, high = places.min(axis=(0, 1)), places.max(axis=(0, 1))
    width = np.where(high > low, high - low, 1.0)
    steps = np.round((places - low) / width * STEPS).astype(np.int64)  # (n_frames, n_films, 2)
    frames = [encode_array(frame, "uint16", out.MapReplay.FILE) for frame in steps]
    return (float(low[0]), float(low[1])), (float(high[0]), float(high[1])), frames
