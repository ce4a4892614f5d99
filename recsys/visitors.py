"""From the trained deep towers to ``deep_tower.js``: what a page needs to answer a visitor.

Knows fitted models and ratings; nothing of pages.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys import artefacts as out
from recsys.data.dataset import Dataset
from recsys.fitted import Fitted
from recsys.models.deep import AVERAGE_FILMS, DeepModel
from recsys.projection import Projection
from recsys.rating_scale import star_weights
from recsys.starters import starters
from recsys.told import ids

MOST_BYTES = 1_200_000
"""Of the films in the file: with their ids, what they add to a history, and their vectors."""
_DECIMALS = 5


def deep_tower(fitted: Fitted, dataset: Dataset, projection: Projection) -> out.DeepTower:
    """The user tower without user features, and the film side of as many of the most rated films as fit.

    Args:
        fitted: the deep model.
        dataset: all ratings, which say how well known a film is.
        projection: its map.
    """
    towers = fitted.towers
    assert isinstance(towers, DeepModel)
    dim, mlp = fitted.item_vectors.shape[1], towers.user_mlp
    item_ids = ids(dataset.item_ids)
    films = offered(item_ids, dataset.item_counts, dim)
    return out.DeepTower(
        dim=dim,
        hidden=len(mlp.inner.bias.value),
        n_items=dataset.n_items,
        item_ids=[item_ids[film] for film in films],
        star_weights=_told(star_weights()),
        starters=starters(projection.points[films], dataset.item_counts[films]),
        pool=packed(towers.pool.table.value[films]),
        average=packed(towers.average_film()),
        average_films=AVERAGE_FILMS,
        inner_weight=packed(mlp.inner.weight.value[:dim]),  # the rows beyond are of user features
        inner_bias=packed(mlp.inner.bias.value),
        outer_weight=packed(mlp.outer.weight.value),
        outer_bias=packed(mlp.outer.bias.value),
        items=packed(fitted.item_vectors[films]),
        item_bias=packed(fitted.item_bias[films]),
        map=out.TowerMap(
            centre=_told(projection.centre),
            axes=_told(projection.axes),
            user_scale=round(_mean_length(fitted.item_vectors) / (_mean_length(fitted.user_vectors) or 1.0), 6),
        ),
    )


def offered(item_ids: list[str], counts: NDArray[np.integer[Any]], dim: int) -> NDArray[np.intp]:
    """Films that fit into :data:`MOST_BYTES`, the most rated first to come in, ascending; equals to the lower index.

    Args:
        item_ids: of all films.
        counts: (n_items,), their ratings.
        dim: length of the vectors.
    """
    order = np.argsort(-counts, kind="stable")
    numbers = -(-4 * 2 * (2 * dim + 1) // 3)  # two rows and a bias in float16, of which base64 makes 4 of 3 bytes
    sizes = numbers + 5 + np.array([len(item_ids[film].encode()) for film in order])
    return np.sort(order[np.cumsum(sizes) <= MOST_BYTES])


def packed(values: NDArray[Any]) -> str:
    """Base64 of little-endian float16, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, "<f2").tobytes()).decode()


def _mean_length(vectors: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(vectors.astype(np.float64), axis=1).mean())


def _told(values: NDArray[np.float64]) -> Any:
    return (np.round(values, _DECIMALS) + 0.0).tolist()
