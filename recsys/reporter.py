"""Who follows a build."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from recsys.schema import EpochRecord

OnEpoch = Callable[[EpochRecord], None]


class Reporter:
    """Follows a build. This one reports nothing; another, such as the terminal, overrides what it wants to show."""

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Times a stage; whatever is appended to the list it gives is reported at the end."""
        yield []

    def done(self, name: str, seconds: float, details: Sequence[str]) -> None:
        """Reports work that was timed elsewhere."""

    @contextmanager
    def training(self) -> Iterator[Callable[[str, int], OnEpoch]]:
        """Gives a function from a model's name and number of epochs to what is called after each epoch."""
        yield lambda model, epochs: lambda record: None

    @contextmanager
    def progress(self, description: str) -> Iterator[Callable[[int, int], None]]:
        """Gives a function that is called with how many of how many are done."""
        yield lambda done, total: None


SILENT = Reporter()
