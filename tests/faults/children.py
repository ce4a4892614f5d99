"""Run a function in a process that is forked from this one, and so has everything imported and computed already."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes:
        status: its exit status; negative, the number of the signal that ended it.
        output: all that it printed.
    """

    status: int
    output: str


def in_child(work: Callable[[], int]) -> Ended:
    """Run ``work`` in a forked process, whose exit status is what it returns; 70 where it raises."""
    with tempfile.TemporaryFile() as file:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _run(work, file.fileno())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        file.seek(0)
        return Ended(status, file.read().decode())


def _run(work: Callable[[], int], output: int) -> None:
    """Do the work with its output in a file, and end this process without what its parent would do at its end."""
    status = 70
    try:
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        sys.stdout = sys.stderr = os.fdopen(output, "w", closefd=False, buffering=1)
        status = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)
