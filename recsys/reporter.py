"""How a build reports its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from recsys.schema import EpochRecord

OnEpoch = Callable[[EpochRecord], None]


class Reporter:
    """Follows a build. This one reports nothing; another, such as the terminal, overrides what it wants to show."""

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage; details that are appended to the list it gives are reported at the end."""
        yield []

    def done(self, name: str, seconds: float, details: Sequence[str]) -> None:
        """Report work that was timed elsewhere."""

    @contextmanager
    def training(self) -> Iterator[Callable[[str, int], OnEpoch]]:
        """Give a function from a model's name and number of epochs to a callback for each of its epochs."""
        yield lambda model, epochs: lambda record: None

    @contextmanager
    def progress(self, description: str) -> Iterator[Callable[[int, int], None]]:
        """Give a function to be called with how many steps are done and how many there are."""
        yield lambda done, total: None


SILENT = Reporter()
