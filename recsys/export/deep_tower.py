"""``deep_tower.js``: the trained deep model, as far as a page needs it to recommend to a new user."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys import schema
from recsys.data.dataset import Dataset
from recsys.data.new_user_weights import half_star_weights, star_weights
from recsys.evaluation.candidates import exclude
from recsys.export.encoding import encode_array, ids
from recsys.models.cosine import SCALE, CosineModel
from recsys.models.deep import DeepModel
from recsys.models.fitted import Fitted
from recsys.models.short_history import AVERAGE_ITEMS
from recsys.recommend.pca import Projection
from recsys.recommend.seed_items import seed_items

MAX_BYTES = 1_280_000
"""Of the tower's weights and its items together; with ids, map axes and seed items the file stays below 1.3 MB.
Base64 of any numbers shrinks to three quarters when it is sent compressed: below 1 MB."""
MIN_ITEMS = 100
"""Exported in any case: the weights alone fill the file where vectors are longer than about 350."""
_DECIMALS = 5


def build_deep_tower(fitted: Fitted, dataset: Dataset, projection: Projection) -> schema.DeepTower:
    """The user tower without user features, and the vectors of as many of the most rated items as fit.

    It reveals nothing of single users: of their vectors it has only the mean length.

    Args:
        fitted: the deep model.
        dataset: all ratings, which tell how well known an item is.
        projection: the map of its item vectors.

    Raises:
        OutputError: a number is too large for float16.
    """
    towers, cosine = fitted.towers.members["deep"], fitted.towers.members.get("cosine")
    assert isinstance(towers, DeepModel)
    dim, mlp = fitted.item_vectors.shape[1], towers.user_mlp
    members: list[DeepModel | CosineModel] = [towers]
    scales = [float(fitted.towers.scale("deep")), 0.0]
    if isinstance(cosine, CosineModel):
        members.append(cosine)
        scales[1] = float(fitted.towers.scale("cosine")) * SCALE
    item_ids = ids(dataset.item_ids)
    refined_dim = len(mlp.outer.bias.value)
    weights = {
        "average": _encode(np.concatenate([member.short_history.average for member in members])),
        "correction": _encode(np.concatenate([member.short_history.correction.ravel() for member in members])),
        "correction_offset": _encode(np.concatenate([member.short_history.offset for member in members])),
        "inner_weight": _encode(mlp.inner.weight.value[:refined_dim]),  # the rows beyond are of user features
        "inner_bias": _encode(mlp.inner.bias.value),
        "outer_weight": _encode(mlp.outer.weight.value),
        "outer_bias": _encode(mlp.outer.bias.value),
    }
    rows = items_that_fit(item_ids, dataset.item_counts, dim, MAX_BYTES - sum(map(len, weights.values())))
    return schema.DeepTower(
        dim=dim,
        hidden=len(mlp.inner.bias.value),
        refined_dim=refined_dim,
        scales=(round(scales[0], 6), round(scales[1], 6)),
        n_items=dataset.n_items,
        item_ids=[item_ids[row] for row in rows],
        star_weights=_rounded(star_weights()),
        half_star_weights=_rounded(half_star_weights(towers.scale, dataset.rating)),
        starters=seed_items(projection.points[rows], _starter_counts(dataset)[rows]),
        pool=_encode(np.concatenate([member.pool.table.value[rows] for member in members], axis=1)),
        average_films=AVERAGE_ITEMS,
        **weights,
        items=_encode(fitted.item_vectors[rows]),
        item_bias=_encode(fitted.item_bias[rows]),
        map=schema.TowerMap(
            centre=_rounded(projection.centre),
            axes=_rounded(projection.axes),
            user_scale=round(_mean_length(fitted.item_vectors) / (_mean_length(fitted.user_vectors) or 1.0), 6),
        ),
    )


def items_that_fit(
    item_ids: list[str], counts: NDArray[np.integer[Any]], dim: int, max_bytes: int
) -> NDArray[np.intp]:
    """The most rated items that fit, in ascending order; ties to the lower index.

    At least :data:`MIN_ITEMS`, whether they fit or not.

    Args:
        item_ids: of all items.
        counts: (n_items,), their ratings.
        dim: length of the vectors.
        max_bytes: what they may take.
    """
    order = np.argsort(-counts, kind="stable")
    # Two rows and a bias in float16; base64 writes 4 characters for 3 bytes; -(-a // b) rounds up.
    vector_bytes = -(-4 * 2 * (2 * dim + 1) // 3)
    # Ids are JSON inside a string of a script: quoted twice, but with one comma instead of the outer two quotes.
    literals = [json.dumps(json.dumps(id_, ensure_ascii=False), ensure_ascii=False) for id_ in item_ids]
    sizes = vector_bytes + np.array([len(literal.encode()) - 1 for literal in literals])[order]
    n = np.searchsorted(np.cumsum(sizes), max_bytes, side="right")
    return np.sort(order[: max(n, MIN_ITEMS)])


def _starter_counts(dataset: Dataset) -> NDArray[np.int64]:
    """Ratings of each item (n_items,); 0 where a twin has more, so that one of them at most is a starter."""
    scores = dataset.item_counts.astype(np.float64)[None]  # (1, n_items)
    nothing = np.empty(0, np.intp)
    exclude(scores, (nothing, nothing), dataset.twins)
    return np.where(np.isfinite(scores[0]), dataset.item_counts, 0)


def _encode(values: NDArray[Any]) -> str:
    return encode_array(values, "float16", schema.DeepTower.FILE)


def _mean_length(vectors: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(vectors.astype(np.float64), axis=1).mean())


def _rounded(values: NDArray[np.float64]) -> Any:
    return (np.round(values, _DECIMALS) + 0.0).tolist()
