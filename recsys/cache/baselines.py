"""Baselines from the cache if an earlier build computed them, else computed and saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recsys.baselines.registry import BASELINES
from recsys.baselines.run import BaselineResult, BaselineResults, RunBaselines, SkippedBaseline
from recsys.baselines.tuning import Tuned
from recsys.cache.store import Cache, is_own_code, key
from recsys.config import BuildConfig
from recsys.data.split import Split
from recsys.errors import DataError
from recsys.evaluation.relevance import relevant_ratings
from recsys.models.archive import Archive
from recsys.models.state import require_array
from recsys.recommend.lists import Lists

FORMAT = 2
"""Raised when entries of earlier versions cannot be read any more."""


class _Row(msgspec.Struct):
    """One baseline without its arrays; of a skipped one, the reason."""

    name: str
    tuned: Tuned | None = None
    reason: str = ""


@contextmanager
def load_or_run_baselines(
    cache: Cache, parts: Split, config: BuildConfig, run: RunBaselines
) -> Iterator[tuple[BaselineResults, bool]]:
    """Every baseline, to be read in the block, and whether they come from the cache; then their seconds are 0.

    Args:
        cache: where they are looked up, and saved once all are read.
        parts: what they learn from, and what is held out.
        config: settings.
        run: starts to compute them.
    """
    if parts.test is None or relevant_ratings(parts.train, parts.test, config.relevant_from) is None:
        # Nothing to measure them by.
        yield iter(()), False
        return
    if not is_own_code(*(spec.factory for spec in BASELINES.values())):
        with run(parts, config) as results:
            yield results, False
        return
    hashes = parts.train.sha256, parts.test.sha256
    settings = config.top_k, config.holdout, config.train.seed
    grids = {name: spec.grid for name, spec in BASELINES.items()}  # one may have been added to the registry
    name = key(what="baselines", format=FORMAT, data=hashes, settings=settings, grids=grids)
    shape = parts.train.n_users, config.top_k
    cached = cache.load(name, lambda archive: _from_archive(archive, shape, parts.train.n_items))
    if cached is not None:
        yield iter(cached), True
        return
    with run(parts, config) as results:
        yield _save_when_complete(results, cache, name), False


def _save_when_complete(results: BaselineResults, cache: Cache, name: str) -> BaselineResults:
    complete = []
    for result in results:
        complete.append(result)
        yield result
    cache.save(name, _to_archive(complete))


def _to_archive(results: list[BaselineResult | SkippedBaseline]) -> Archive:
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


def _from_archive(archive: Archive, shape: tuple[int, int], n_items: int) -> list[BaselineResult | SkippedBaseline]:
    try:
        rows = msgspec.json.decode(archive.text, type=list[_Row])
    except msgspec.DecodeError as error:
        raise DataError(f"the description of the baselines cannot be read: {error}") from None
    results: list[BaselineResult | SkippedBaseline] = []
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
        results.append(BaselineResult(row.name, row.tuned, lists, 0.0))
    return results
