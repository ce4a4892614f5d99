"""Independent pieces of work, shared among the cores by threads; numpy lets other threads run while it computes."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

Piece = TypeVar("Piece")


_has_one_core = False


def n_cores() -> int:
    """How many cores this process may use."""
    if _has_one_core:
        return 1
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def use_one_core() -> None:
    """Called in each of several processes that share the cores: more threads would only slow the others down."""
    global _has_one_core
    _has_one_core = True


def one_blas_thread() -> AbstractContextManager[Any]:
    """A block in which BLAS has one thread in the whole process: sums do not depend on the number of cores."""
    limit: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limit


def for_each(work: Callable[[Piece], None], pieces: Sequence[Piece]) -> None:
    """Call ``work`` with every piece, by as many threads as there are cores; each has a BLAS of one thread.

    If pieces raise exceptions, that of the first of them is raised; later pieces may then be left out.

    Args:
        work: may be called by several threads at once, with different pieces.
        pieces: do not depend on one another.
    """
    n_threads = min(n_cores(), len(pieces))
    with one_blas_thread():
        if n_threads < 2:
            for piece in pieces:
                work(piece)
            return
        errors = np.geterr()

        def call(piece: Piece) -> None:
            with np.errstate(**errors):  # each thread has its own setting, which should be that of the caller
                work(piece)

        with ThreadPoolExecutor(n_threads) as pool:
            for _ in pool.map(call, pieces):
                pass


@functools.cache  # looking for the libraries takes a millisecond, and numpy has loaded its own by now
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
