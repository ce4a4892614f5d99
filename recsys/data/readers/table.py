"""A table of some file, whatever its format: its columns, a sample of its rows, and all of its rows on demand.

What a column means is none of its business; :mod:`recsys.data.roles` decides that from names and sample.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import pandas as pd
from numpy.typing import NDArray

from recsys.data.input_table import MAX_REASONS
from recsys.data.readers.cells import joined, series
from recsys.data.roles import SAMPLE_ROWS
from recsys.errors import DataError

MAX_COLUMNS = 10_000
"""Of a table; each is looked at for what it may hold."""


class NoRowsError(DataError):
    """A file without a row."""


def refuse_many_columns(file: str, n_columns: int) -> None:
    """Refuse a table with more columns than :data:`MAX_COLUMNS`.

    Raises:
        DataError: it has more.
    """
    if n_columns > MAX_COLUMNS:
        raise DataError(
            f"{file} has {n_columns:,} columns (expected {MAX_COLUMNS:,} at most, with a row for each rating)"
        )


@dataclass
class Skipped:
    """The rows that were left out because they cannot be read."""

    count: int = 0
    reasons: list[str] = field(default_factory=list)
    """Of the first :data:`MAX_REASONS`: file, line, what came and what was expected."""

    def add(self, reason: str) -> None:
        """Count a row."""
        self.count += 1
        if len(self.reasons) < MAX_REASONS:
            self.reasons.append(reason)


class RowSource(Protocol):
    """How a format gives the rows of a file. It can be read again and again, from the beginning each time."""

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """Some columns in blocks of rows, as :func:`~recsys.data.readers.cells.typed_cells` converts cells.

        Args:
            columns: the positions of the columns.
            ids: positions of columns of ids: the cells of a block are whole numbers or text.
            skipped: counts rows that cannot be read; None to raise an error for the first.

        Raises:
            DataError: the file cannot be read, or a row of it where ``skipped`` is None.
        """
        ...

    def locate(self, row: int) -> str:
        """Where a row is, by its position among the rows that can be read: ``ratings.csv:12``."""
        ...

    def warning(self) -> str | None:
        """A sentence about something odd in how the file ends, though it can be read; None for nothing."""
        ...


@dataclass(frozen=True)
class SourceTable:
    """One table: ratings, items or users."""

    file: str
    """The file's name, as errors give it."""
    description: str
    """The format in a few words: ``CSV with semicolons, UTF-16, no header``."""
    columns: tuple[str, ...]
    """The names of the columns, each once: the header's, or ``column 1``, ``column 2`` ... where there is none."""
    has_header: bool
    sample: pd.DataFrame
    """The first rows, :data:`SAMPLE_ROWS` at most: cells as text without the spaces around them, "" where blank; of
    Parquet, whose columns have types, the values."""
    source: RowSource
    expected: str
    """What a row looks like, as errors say it after "expected"."""

    def read(
        self, columns: Sequence[str], lenient: bool = False, ids: Collection[str] = ()
    ) -> tuple[pd.DataFrame, Skipped]:
        """All rows of some columns, numbered from 0, and the rows that were skipped.

        A column is of whole numbers (32 or 64 bits) where every cell is one in its canonical form, so that "007" or
        "+7" make a column of text; else of floats where every cell is a plain number; else of text, whose cells are
        as they are written, without the spaces around them, and "" where blank. A text that occurs again is the same
        object. The columns of Parquet have the types that they have there.

        Args:
            columns: their names.
            lenient: skip and count rows that cannot be read.
            ids: those of ``columns`` that hold ids: text rather than floats where not all are whole numbers.

        Raises:
            DataError: the file or a row of it cannot be read; the message names file, line, value and remedy.
        """
        positions = [self.columns.index(name) for name in columns]
        texts = {self.columns.index(name) for name in ids}
        while True:  # once more where a column of numbers turns out to hold text: it is kept as it is written
            skipped = Skipped()
            parts: dict[int, list[NDArray[Any]]] = {position: [] for position in positions}
            for batch in self.source.batches(positions, texts, skipped if lenient else None):
                for position, part in parts.items():
                    part.append(batch[position])
            mixed = {
                position for position, part in parts.items()
                if position not in texts and {array.dtype.kind for array in part if len(array)} >= {"O", "f"}
            }  # fmt: skip
            if not mixed:
                break
            texts |= mixed
        # Joined one after the other, so that only one column needs its memory twice.
        frame = {name: series(joined(parts.pop(self.columns.index(name)))) for name in columns}
        return pd.DataFrame(frame, copy=False), skipped

    def with_fact(self, fact: str) -> SourceTable:
        """The same table with a further fact in its description."""
        return replace(self, description=f"{self.description}, {fact}")

    def locate(self, row: int) -> str:
        """Where a row of what :meth:`read` gives is: ``ratings.csv:12``, or ``ratings.parquet, row 12``."""
        return self.source.locate(row)


@dataclass(frozen=True)
class FrameSource:
    """The rows of a table that is in memory already."""

    file: str
    frame: pd.DataFrame

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """See :class:`RowSource`."""
        yield {column: self.frame.iloc[:, column].to_numpy() for column in columns}

    def locate(self, row: int) -> str:
        """The file and the row, from 1."""
        return f"{self.file}, row {row + 1}"

    def warning(self) -> str | None:
        """Nothing."""
        return None


def table_of_frame(file: str, description: str, frame: pd.DataFrame) -> SourceTable:
    """The table of a format that is read as a whole, whose columns have names and types.

    Args:
        file: the file's name.
        description: the format in a few words.
        frame: all rows, numbered from 0.

    Raises:
        DataError: there is no row.
    """
    if not len(frame):
        raise NoRowsError(f"{file} has no rows (expected a table of ratings, items or users)")
    columns = tuple(map(str, frame.columns))
    sample = frame.head(SAMPLE_ROWS)
    return SourceTable(file, description, columns, True, sample, FrameSource(file, frame), ", ".join(columns))
