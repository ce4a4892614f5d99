"""What the template of the data page is given, and its parts. Must not know where the values come from."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.site.context import Context


@dataclass(frozen=True)
class DataFile:
    """One file to take away; ``href`` is relative to the top of the site."""

    name: str
    href: str
    size: int


@dataclass(frozen=True)
class Field:
    """One value in a file: where, of which kind, and what it means."""

    path: str
    kind: str
    what: str


@dataclass(frozen=True)
class DataEntry:
    """Files that belong together: one and its schema, or vectors and what they are of."""

    files: tuple[DataFile, ...]
    schema: DataFile | None
    what: str
    fields: tuple[Field, ...]
    python: str
    javascript: str


@dataclass(frozen=True)
class DataGroup:
    """Entries of one kind."""

    name: str
    title: str
    entries: tuple[DataEntry, ...]


@dataclass(frozen=True)
class DataContext(Context):
    """``data.html``."""

    groups: tuple[DataGroup, ...]
    n_files: int
    size: int
    """Of all files together, in bytes."""
    projector: str | None
    """The model whose vectors stand in the advice on the projector; None without any."""
