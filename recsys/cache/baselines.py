"""The baselines' lists from the cache if they were made before, else made: what the models are held against.

Knows the cache and what a baseline leaves; nothing of how it is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from recsys.baselines.run import Rival, Skipped
from recsys.baselines.tuning import Chosen
from recsys.cache.store import Cache, key
from recsys.config import BuildConfig
from recsys.data.split import Split
from recsys.errors import DataError
from recsys.models.archive import Archive
from recsys.models.state import checked
from recsys.recommend.lists import Lists

FORMAT = 1
"""Raised when entries of before cannot be read any more."""

Rows = Iterator[Rival | Skipped]


class _Told(msgspec.Struct):
    """What is said of one baseline beside its arrays; of a skipped one, why."""

    name: str
    chosen: Chosen | None = None
    why: str = ""


@contextmanager
def load_or_run_baselines(
    cache: Cache,
    parts: Split,
    config: BuildConfig,
    make: Callable[[Split, BuildConfig], AbstractContextManager[Rows]],
) -> Iterator[tuple[Rows, bool]]:
    """Every baseline, to be read in the block, and whether they were known before; then they take no seconds.

    Args:
        cache: where they are looked for, and kept once all are read.
        parts: what they learn from, and what is hidden.
        config: settings.
        make: starts to compute them.
    """
    if parts.test is None:  # nothing to be measured by, so there are none
        yield iter(()), False
        return
    hashes = parts.train.sha256, parts.test.sha256
    settings = config.top_k, config.holdout, config.train.seed
    name = key(what="rivals", format=FORMAT, data=hashes, settings=settings)
    shape = parts.train.n_users, config.top_k
    known = cache.load(name, lambda found: _unpacked(found, shape, parts.train.n_items))
    if known is not None:
        yield iter(known), True
        return
    with make(parts, config) as rows:
        yield _remembered(rows, cache, name), False


def _remembered(rows: Rows, cache: Cache, name: str) -> Rows:
    found = []
    for one in rows:
        found.append(one)
        yield one
    cache.keep(name, _packed(found))


def _packed(rows: list[Rival | Skipped]) -> Archive:
    arrays, told = dict[str, NDArray[Any]](), list[_Told]()
    for one in rows:
        if isinstance(one, Skipped):
            told.append(_Told(one.name, why=one.why))
            continue
        told.append(_Told(one.name, one.chosen))
        lists = one.lists
        arrays[f"{one.name}.items"] = lists.items
        arrays[f"{one.name}.scores"] = np.where(lists.items < 0, np.float32(0), lists.scores)
        arrays[f"{one.name}.held_out"] = lists.held_out
    return Archive(arrays, msgspec.json.encode(told).decode())


def _unpacked(found: Archive, shape: tuple[int, int], n_items: int) -> list[Rival | Skipped]:
    try:
        told = msgspec.json.decode(found.text, type=list[_Told])
    except msgspec.DecodeError as problem:
        raise DataError(f"what is said of the baselines cannot be read: {problem}") from None
    rows: list[Rival | Skipped] = []
    for one in told:
        if one.chosen is None:
            rows.append(Skipped(one.name, one.why))
            continue
        items = checked(found.arrays, f"{one.name}.items", shape, np.int32)
        if items.min() < -1 or items.max() >= n_items:
            raise DataError(
                f"lists of {one.name} hold items {items.min()} to {items.max()}; expected -1 to {n_items - 1}"
            )
        scores = checked(found.arrays, f"{one.name}.scores", shape)
        held_out = checked(found.arrays, f"{one.name}.held_out", shape, np.bool_)
        lists = Lists(items, np.where(items < 0, np.float32(-np.inf), scores), held_out)
        rows.append(Rival(one.name, one.chosen, lists, 0.0))
    return rows
