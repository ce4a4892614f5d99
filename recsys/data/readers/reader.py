"""The protocol of a format: one file in this folder defines one :class:`Reader`, one line in ``registry`` adds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from recsys.data.dataset import Dataset
from recsys.data.readers.files import Files


@dataclass(frozen=True)
class Reader:
    """How data sets of one format are recognised and read."""

    name: str
    """Its key in the registry."""
    label: str
    """What it reads, as error messages say it after "expected"."""
    matches: Callable[[Files], bool]
    """Whether the files, by their names, are of this format; complete or not, so that half a copy is an error."""
    read: Callable[[Files], Dataset]
    """The data set; raises DataError, which names file, line, value and remedy, where it cannot be read."""
