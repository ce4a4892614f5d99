"""Baselines in the cache: all of them are one entry."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recsys.baselines.registry import BASELINES
from recsys.baselines.run import BaselineResult, BaselineRow, SkippedBaseline
from recsys.baselines.tuning import Tuned
from recsys.cache.store import Cache, is_own_code, key
from recsys.config import BuildConfig
from recsys.data.split import Split
from recsys.errors import DataError
from recsys.models.archive import Archive
from recsys.models.state import require_array
from recsys.recommend.lists import Lists

FORMAT = 2
"""Version of the format of entries; raised when earlier entries can no longer be read."""


class _Row(msgspec.Struct):
    """A baseline without its arrays, or the reason why it was skipped."""

    name: str
    tuned: Tuned | None = None
    reason: str = ""


def baselines_key(parts: Split, config: BuildConfig) -> str | None:
    """The key of the baselines in the cache; None if one is defined outside this package: its code may change.

    Raises:
        ValueError: nothing is held out.
    """
    if parts.test is None:
        raise ValueError("baselines are computed where ratings are held out; there are none")
    if not is_own_code(*(spec.factory for spec in BASELINES.values())):
        return None
    hashes = parts.train.sha256, parts.test.sha256
    settings = config.top_k, config.holdout, config.train.seed
    grids = {name: spec.grid for name, spec in BASELINES.items()}  # the registry may have changed
    return key(what="baselines", format=FORMAT, data=hashes, settings=settings, grids=grids)


def load_baselines(cache: Cache, name: str | None, parts: Split, top_k: int) -> list[BaselineRow] | None:
    """All baselines as an earlier build computed them; None if they are not in the cache.

    Args:
        cache: where they are looked up.
        name: their key, if any.
        parts: the ratings that they learned from.
        top_k: length of their lists.
    """
    if name is None:
        return None
    shape = parts.train.n_users, top_k
    return cache.load(name, lambda archive: _from_archive(archive, shape, parts.train.n_items))


def save_baselines(cache: Cache, name: str | None, results: list[BaselineRow]) -> None:
    """Save all baselines for later builds, if they have a key."""
    if name is not None:
        cache.save(name, _to_archive(results))


def _to_archive(results: list[BaselineRow]) -> Archive:
    arrays, rows = dict[str, NDArray[Any]](), list[_Row]()
    for result in results:
        if isinstance(result, SkippedBaseline):
            rows.append(_Row(result.name, reason=result.reason))
            continue
        rows.append(_Row(result.name, result.tuned))
        lists = result.lists
        arrays[f"{result.name}.items"] = lists.items
        arrays[f"{result.name}.scores"] = np.where(lists.items < 0, np.float32(0), lists.scores)  # finite
        arrays[f"{result.name}.held_out"] = lists.held_out
    return Archive(arrays, msgspec.json.encode(rows).decode())


def _from_archive(archive: Archive, shape: tuple[int, int], n_items: int) -> list[BaselineRow]:
    try:
        rows = msgspec.json.decode(archive.text, type=list[_Row])
    except msgspec.DecodeError as error:
        raise DataError(f"the description of the baselines cannot be read: {error}") from None
    results: list[BaselineRow] = []
    for row in rows:
        if row.tuned is None:
            results.append(SkippedBaseline(row.name, row.reason))
            continue
        items = require_array(archive.arrays, f"{row.name}.items", shape, np.int32)
        if items.min() < -1 or items.max() >= n_items:
            raise DataError(
                f"lists of {row.name} hold items {items.min()} to {items.max()}; expected -1 to {n_items - 1}"
            )
        scores = require_array(archive.arrays, f"{row.name}.scores", shape)
        held_out = require_array(archive.arrays, f"{row.name}.held_out", shape, np.bool_)
        lists = Lists(items, np.where(items < 0, np.float32(-np.inf), scores), held_out)
        results.append(BaselineResult(row.name, row.tuned, lists))
    return results
