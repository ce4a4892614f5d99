"""Failures that are no fault of the data, such as too little memory, as a sentence that says what helps."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from recsys.errors import RecsysError
from recsys.tasks import KilledTaskError

_REMEDIES = {
    "train": "lower --dim or batch_size in the table [train], train one model with --models base, give --holdout 0, "
    "with which no baselines are computed, ",
    "recommend": "lower --top-k or --dim, ",
    "discover": "lower --top-k or --dim, ",
    "explain": "lower --top-k or --dim, ",
    "evaluate": "lower --top-k or --dim, ",
    "new users": "leave --evaluate-new-users out, ",
    "assemble": "lower --top-k or --dim, ",
    "export": "lower --top-k or --dim, ",
    "render": "lower --top-k or user_pages, ",
    "pages": "lower --top-k or user_pages, ",
}
"""What lowers the memory of a stage, by the first word or all of its name."""


class SystemLimitError(RecsysError):
    """The computer, or a limit on this process, has too little of something."""


@contextmanager
def explained(stage: Callable[[], str | None]) -> Iterator[None]:
    """Turn failures of the computer into sentences.

    Args:
        stage: gives the name of the stage that a build is in.

    Raises:
        SystemLimitError: there was too little memory, or no process or thread could be started.
    """
    try:
        yield
    except MemoryError as problem:
        raise SystemLimitError(_no_memory(stage())) from problem
    except OSError as problem:
        if problem.errno != errno.ENOMEM:
            raise
        raise SystemLimitError(_no_memory(stage())) from problem
    except KilledTaskError as problem:
        raise SystemLimitError(
            f"a process of this build was killed{_where(stage())}, perhaps for want of memory; {_remedy(stage())}"
        ) from problem
    except RuntimeError as problem:
        if "can't start new thread" not in str(problem):
            raise
        raise SystemLimitError(
            f"no more threads can be started{_where(stage())}; raise the limit on processes (ulimit -u), or close "
            "other programs, and build again"
        ) from problem


def _no_memory(stage: str | None) -> str:
    return f"there is too little memory{_where(stage)}; {_remedy(stage)}"


def _where(stage: str | None) -> str:
    return "" if stage is None else f' in the stage "{stage}"'


def _remedy(stage: str | None) -> str:
    name = stage or ""
    first = _REMEDIES.get(name) or _REMEDIES.get(name.split(" ")[0]) or ""
    return f"{first}use fewer ratings, or free memory by closing other programs, and build again"
