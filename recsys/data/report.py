"""A report for users of how tables were understood, and the settings that would confirm it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec

from recsys.data.column_names import How
from recsys.data.nouns import ITEM
from recsys.schema import Noun

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ColumnReport:
    """One column of a table."""

    name: str
    role: str | None
    """What it holds: user, item, rating, timestamp, title, year, genres or feature; None if it is left out."""
    how: How | None
    """What decided the role; "contents" is a guess. None for a column without a role."""
    kind: str
    """Its values in words: "1 to 5 by halves", "dates from 2001-03-01 to 2019-12-31", or why it is left out."""
    example: str
    """A value as it was written, shortened."""


@dataclass(frozen=True)
class TableReport:
    """One table."""

    kind: str
    """ratings, items or users."""
    file: str
    description: str
    """Its format: "CSV, semicolons, UTF-16, no header"."""
    n_rows: int
    columns: tuple[ColumnReport, ...]


@dataclass(frozen=True)
class ReadReport:
    """How the tables of a data set were understood.

    Attributes:
        tables: the ratings first.
        notes: sentences about what was done to the data: duplicates, skipped rows, unknown ids, missing times.
        warnings: sentences about what may be damaged or wrong in the data, and is used anyway: a file that seems to
            be cut off, times in the future, implausible years and ages.
        noun: what the items are called.
        rating_name: what a rating that counts something is called, such as hours; None for other ratings.
    """

    tables: tuple[TableReport, ...]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    noun: Noun = ITEM
    rating_name: str | None = None

    @property
    def guessed(self) -> tuple[ColumnReport, ...]:
        """The columns whose role was guessed from their contents."""
        return tuple(column for table in self.tables for column in table.columns if column.how == "contents")

    def log_warnings(self) -> None:
        """Log every warning."""
        for warning in self.warnings:
            logger.warning("%s", warning)

    def suggestions(self) -> tuple[str, ...]:
        """Lines of a settings file that confirm what was guessed; none if nothing was guessed."""
        lines: dict[str, str] = {}
        for column in self.guessed:
            if column.role not in (None, "feature"):
                lines.setdefault(str(column.role), f"{column.role} = {_toml_string(column.name)}")
        return ("[columns]", *lines.values()) if lines else ()


def _toml_string(text: str) -> str:
    """A text as a TOML string, which has the escapes of JSON, but requires one for DEL too."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
