"""A cluster without other processes: the same tasks as on workers, each computed at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class OneProcess:
    """Stands in for :class:`recsys.distributed.cluster.Cluster` where workers and faults are not the point.

    Attributes:
        n_parts: into how many parts data is divided.
    """

    n_parts: int

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of a function, which others would wait for."""
        return function(*arguments)

    def put(self, value: Any) -> Any:
        """The value: nothing has to be sent."""
        return value

    def copy_to_all(self, result: Any) -> None:
        """There is nobody else."""

    def gather(self, results: Any) -> Any:
        """What is there already."""
        return results
