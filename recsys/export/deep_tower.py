"""``deep_tower.js``: the trained deep model, as far as a page needs it to recommend to a new user."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys import schema
from recsys.data.dataset import Dataset
from recsys.data.new_user_weights import half_star_weights, star_weights
from recsys.data.rating_scale import RatingScale
from recsys.evaluation.candidates import exclude
from recsys.export.encoding import encode_array, ids
from recsys.export.page_tower import PageTower, overlap, page_histories, sample_users
from recsys.export.rounding import MAX_BITS
from recsys.models.deep import DeepModel
from recsys.models.fitted import Fitted
from recsys.models.short_history import AVERAGE_ITEMS, HALF_FADED
from recsys.nn.arrays import Array, Ids
from recsys.recommend.pca import Projection
from recsys.recommend.seed_items import seed_items

MAX_BYTES = 1_280_000
"""Limit of the tower's weights and its items together; with ids, map axes and seed items the file stays below 1.3 MB.
Base64 of any numbers shrinks to three quarters when it is sent compressed: below 1 MB."""
MIN_ITEMS = 100
"""Exported in any case: the weights alone fill the file where vectors are longer than about 350."""
MIN_OVERLAP = 9.5
"""Of ten recommendations, how many stay the same when numbers are rounded, on average over users."""
PRECISIONS = tuple((total // 2, total - total // 2) for total in range(7, 2 * MAX_BITS + 1))
"""Bits of a rounded number, of what items add to a history and of their vectors, coarsest first. With fewer, lists of
no log that was tried stay the same to that extent. Errors of a vector are in each score as they are, those of a
history cancel in part: so the odd bit is the vector's."""
_DECIMALS = 5


def build_deep_tower(
    fitted: Fitted, dataset: Dataset, projection: Projection, rng: np.random.Generator
) -> schema.DeepTower:
    """The user tower without user features, and as many of the most rated items as fit.

    In float16, if that is all items. Else numbers are rounded to as few bits as leave lists what they are, up to
    :data:`MIN_OVERLAP`, so that more items fit. The file reveals nothing of single users: of their vectors it has
    only the mean length.

    Args:
        fitted: the deep model.
        dataset: all ratings, which tell how well known an item is.
        projection: the map of its item vectors.
        rng: draws the users whose lists are compared, where numbers are rounded.

    Raises:
        OutputError: a number is too large for float16.
    """
    tower, scale, item_ids = PageTower.of(fitted), _rating_scale(fitted), ids(dataset.item_ids)
    weights = _weights_of_any_precision(tower)
    part = _choose_part(tower, scale, dataset, item_ids, MAX_BYTES - sum(map(len, weights.values())), rng)
    refined_dim, hidden = tower.inner_weight.shape
    return schema.DeepTower(
        dim=tower.items.shape[1],
        hidden=hidden,
        refined_dim=refined_dim,
        scales=(round(tower.scales[0], 6), round(tower.scales[1], 6)),
        n_items=dataset.n_items,
        item_ids=[item_ids[row] for row in part.rows],
        star_weights=_to_decimals(star_weights()),
        half_star_weights=_to_decimals(half_star_weights(scale, dataset.rating)),
        starters=seed_items(projection.points[part.rows], _starter_counts(dataset)[part.rows]),
        average_items=AVERAGE_ITEMS,
        half_faded=HALF_FADED,
        gates=[_significant(short.gate[:, 0]) for short in tower.short_histories if short.gate.size],
        **weights,
        **part.tables,
        item_bias=_encode(part.bias),
        map=_tower_map(fitted, projection),
        overlap=part.overlap,
    )


def _weights_of_any_precision(tower: PageTower) -> dict[str, str]:
    """The weights that are in float16 whether or not items are rounded, by the names of the file's fields."""
    short = tower.short_histories
    squares = [part.correction[:, :-1].reshape(len(part.correction), -1) for part in short]  # (K, r r) and so on
    return {
        "average": _encode(np.concatenate([part.average for part in short])),
        "correction": _encode(np.concatenate(squares, axis=1)),
        "correction_offset": _encode(np.concatenate([part.correction[:, -1] for part in short], axis=1)),  # (K, d)
        "inner_bias": _encode(tower.inner_bias),
        "outer_bias": _encode(tower.outer_bias),
    }


def _rating_scale(fitted: Fitted) -> RatingScale:
    towers = fitted.towers.members["deep"]
    assert isinstance(towers, DeepModel)
    return towers.scale


def _tower_map(fitted: Fitted, projection: Projection) -> schema.TowerMap:
    """The axes of the map, and how much longer item vectors are than user vectors."""
    return schema.TowerMap(
        centre=_to_decimals(projection.centre),
        axes=_to_decimals(projection.axes),
        user_scale=round(_mean_length(fitted.item_vectors) / (_mean_length(fitted.user_vectors) or 1.0), 6),
    )


@dataclass(frozen=True, eq=False)
class _Part:
    """The part of a catalogue that a file holds.

    Attributes:
        rows: (n,), its items, ascending.
        tables: encoded, by the names of the file's fields.
        bias: (n,), of the items.
        overlap: of ten recommendations, how many are those of the exact numbers.
    """

    rows: Ids
    tables: dict[str, Any]
    bias: Array
    overlap: float | msgspec.UnsetType = msgspec.UNSET


Fit = Callable[[int, int], Ids]
"""From the bits of the numbers of each item, and the bytes that there are, to the items that fit, ascending."""


def _choose_part(
    tower: PageTower,
    scale: RatingScale,
    dataset: Dataset,
    item_ids: list[str],
    max_bytes: int,
    rng: np.random.Generator,
) -> _Part:
    """All items in float16; if they do not fit, as many as fit with fewer bits, or at worst in float16 after all."""
    fit = partial(items_that_fit, sizes_of_ids(item_ids), dataset.item_counts)
    part = _exact(tower, fit, max_bytes)
    if len(part.rows) == dataset.n_items:
        return part
    return _rounded(tower, fit, max_bytes, sample_users(dataset, rng), scale) or part


def _exact(tower: PageTower, fit: Fit, max_bytes: int) -> _Part:
    """As many items as fit in float16."""
    weights = {"inner_weight": _encode(tower.inner_weight), "outer_weight": _encode(tower.outer_weight)}
    n_bits = 16 * (2 * tower.items.shape[1] + 1)  # two rows and a bias
    rows = fit(n_bits, max_bytes - sum(map(len, weights.values())))
    tables = {**weights, "pool": _encode(tower.pool[rows]), "items": _encode(tower.items[rows])}
    return _Part(rows, tables, tower.bias[rows])


def _rounded(
    tower: PageTower, fit: Fit, max_bytes: int, ratings: sparse.csr_array[Any], scale: RatingScale
) -> _Part | None:
    """As many items as fit in rounded numbers that leave the lists what they are; None where none do.

    Args:
        tower: with all items.
        fit: chooses the items.
        max_bytes: of the numbers of the tower and the items, and their ids.
        ratings: (N, n_items), of the users whose lists are compared.
        scale: what these ratings are.
    """
    weights = {name: table.encoded(schema.DeepTower.FILE) for name, table in tower.rounded_weights().items()}
    weight_bytes = sum(len(table.codes) + len(table.scales) for table in weights.values())

    def rows_with(precision: tuple[int, int]) -> Ids:
        # Two rows of numbers, their scales, and a bias.
        n_bits = sum(precision) * tower.items.shape[1] + 16 * (2 * len(tower.columns) + 1)
        return fit(n_bits, max_bytes - weight_bytes)

    @cache
    def compared(precision: tuple[int, int]) -> tuple[PageTower, float]:
        """The rounded tower, and how much of the lists it leaves."""
        rows = rows_with(precision)
        exact = tower.of_items(rows)
        rounded = exact.rounded(*precision)
        return rounded, overlap(exact, rounded, page_histories(ratings, rows, scale))

    # Where all items fit with some precision, a coarser one would serve nothing. The finer, the more lists stay.
    all_fit = [n for n, precision in enumerate(PRECISIONS) if len(rows_with(precision)) == len(tower.items)]
    coarsest = bisect_left(PRECISIONS, MIN_OVERLAP, lo=max(all_fit, default=0), key=lambda p: compared(p)[1])
    if coarsest == len(PRECISIONS):
        return None
    precision = PRECISIONS[coarsest]
    rows, (rounded, of_ten) = rows_with(precision), compared(precision)
    tables = tower.of_items(rows).rounded_items(*precision)
    items = {name: table.encoded(schema.DeepTower.FILE) for name, table in tables.items()}
    return _Part(rows, {**weights, **items}, rounded.bias, round(of_ten, 2))


def sizes_of_ids(item_ids: list[str]) -> NDArray[np.int64]:
    """Bytes of each id in a file, (n,).

    They are JSON inside a string of a script: quoted twice, but with one comma instead of the outer two quotes.
    """
    literals = [json.dumps(json.dumps(id_, ensure_ascii=False), ensure_ascii=False) for id_ in item_ids]
    return np.array([len(literal.encode()) - 1 for literal in literals], np.int64)


def items_that_fit(
    id_sizes: NDArray[np.int64], counts: NDArray[np.integer[Any]], n_bits: int, max_bytes: int
) -> NDArray[np.intp]:
    """The most rated items that fit, in ascending order; ties to the lower index.

    At least :data:`MIN_ITEMS`, whether they fit or not.

    Args:
        id_sizes: (n_items,), bytes of their ids.
        counts: (n_items,), their ratings.
        n_bits: of the numbers of each.
        max_bytes: what they may take.
    """
    order = np.argsort(-counts, kind="stable")
    sizes = id_sizes[order] + -(-n_bits // 6)  # base64 writes a character for 6 bits; -(-a // b) rounds up
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


def _significant(values: NDArray[Any]) -> list[float]:
    """To as many digits as matter, whatever the size of the numbers."""
    return [float(f"{value:.6g}") for value in values.tolist()]


def _to_decimals(values: NDArray[np.float64]) -> Any:
    return (np.round(values, _DECIMALS) + 0.0).tolist()
