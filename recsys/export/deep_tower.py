"""From the trained deep towers to ``deep_tower.js``: what a page needs to answer a visitor.

Knows fitted models and ratings; nothing of pages.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys import schema as out
from recsys.data.dataset import Dataset
from recsys.export.encoding import encode_array, ids
from recsys.models.deep import AVERAGE_FILMS, DeepModel
from recsys.models.fitted import Fitted
from recsys.models.rating_scale import star_weights
from recsys.recommend.pca import Projection
from recsys.recommend.seed_items import starters

MOST_BYTES = 1_280_000
"""Of the tower's weights and its films together; with names, places on the map and starters the file stays below
1.3 MB. Base64 of any numbers shrinks to three quarters when it is sent compressed: below 1 MB."""
LEAST_FILMS = 100
"""Offered at any rate: the weights alone fill the file where vectors are longer than about 350."""
_DECIMALS = 5


def deep_tower(fitted: Fitted, dataset: Dataset, projection: Projection) -> out.DeepTower:
    """The user tower without user features, and the film side of as many of the most rated films as fit.

    Nothing of it tells about single users: of their vectors only the mean length is in it.

    Args:
        fitted: the deep model.
        dataset: all ratings, which say how well known a film is.
        projection: its map.

    Raises:
        OutputError: a number is too large for float16.
    """
    towers = fitted.towers
    assert isinstance(towers, DeepModel)
    dim, mlp = fitted.item_vectors.shape[1], towers.user_mlp
    item_ids = ids(dataset.item_ids)
    weights = {
        "average": _encode(towers.average_film()),
        "inner_weight": _encode(mlp.inner.weight.value[:dim]),  # the rows beyond are of user features
        "inner_bias": _encode(mlp.inner.bias.value),
        "outer_weight": _encode(mlp.outer.weight.value),
        "outer_bias": _encode(mlp.outer.bias.value),
    }
    films = offered(item_ids, dataset.item_counts, dim, MOST_BYTES - sum(map(len, weights.values())))
    return out.DeepTower(
        dim=dim,
        hidden=len(mlp.inner.bias.value),
        n_items=dataset.n_items,
        item_ids=[item_ids[film] for film in films],
        star_weights=_told(star_weights()),
        starters=starters(projection.points[films], dataset.item_counts[films]),
        pool=_encode(towers.pool.table.value[films]),
        average_films=AVERAGE_FILMS,
        **weights,
        items=_encode(fitted.item_vectors[films]),
        item_bias=_encode(fitted.item_bias[films]),
        map=out.TowerMap(
            centre=_told(projection.centre),
            axes=_told(projection.axes),
            user_scale=round(_mean_length(fitted.item_vectors) / (_mean_length(fitted.user_vectors) or 1.0), 6),
        ),
    )


def offered(item_ids: list[str], counts: NDArray[np.integer[Any]], dim: int, room: int) -> NDArray[np.intp]:
    """Films that fit in, the most rated first to come, ascending; equals to the lower index.

    At least :data:`LEAST_FILMS`, whether they fit or not.

    Args:
        item_ids: of all films.
        counts: (n_items,), their ratings.
        dim: length of the vectors.
        room: in bytes.
    """
    order = np.argsort(-counts, kind="stable")
    numbers = -(-4 * 2 * (2 * dim + 1) // 3)  # two rows and a bias in float16, of which base64 makes 4 of 3 bytes
    sizes = numbers + np.array([_size_in_script(item_ids[film]) for film in order])
    n = np.searchsorted(np.cumsum(sizes), room, side="right")
    return np.sort(order[: max(n, LEAST_FILMS)])


def _size_in_script(text: str) -> int:
    """Bytes of a text with its comma, in JSON within a string."""
    return len(json.dumps(json.dumps(text, ensure_ascii=False), ensure_ascii=False).encode()) - 1


def _encode(values: NDArray[Any]) -> str:
    return encode_array(values, "float16", out.DeepTower.FILE)


def _mean_length(vectors: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(vectors.astype(np.float64), axis=1).mean())


def _told(values: NDArray[np.float64]) -> Any:
    return (np.round(values, _DECIMALS) + 0.0).tolist()
