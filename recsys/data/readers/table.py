"""The table of a file of any format: the names of its columns, a sample of its rows, and all rows on demand.

What columns mean is decided elsewhere (:mod:`recsys.data.roles`), from their names and the sample.
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
"""The largest number of columns of a table, since the contents of each are examined."""


class NoRowsError(DataError):
    """A file without a row."""


class HeadingsError(DataError):
    """A file of ratings that has a heading for each item instead of a column."""


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
    """The number of rows that were left out because they cannot be read, and why."""

    count: int = 0
    reasons: list[str] = field(default_factory=list)
    """For the first :data:`MAX_REASONS` rows: file, line, what came and what was expected."""

    def add(self, reason: str) -> None:
        """Count a row."""
        self.count += 1
        if len(self.reasons) < MAX_REASONS:
            self.reasons.append(reason)


class RowSource(Protocol):
    """The rows of a file of some format. They can be read several times, always from the beginning."""

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """Some columns in blocks of rows, as :func:`~recsys.data.readers.cells.typed_cells` converts cells.

        Args:
            columns: the positions of the columns.
            ids: the positions of columns of ids, whose cells are all whole numbers or all text in each block.
            skipped: counts rows that cannot be read; None to raise an error for the first.

        Raises:
            DataError: the file cannot be read, or a row cannot be read and ``skipped`` is None.
        """
        ...

    def locate(self, row: int) -> str:
        """Where a row is, such as ``ratings.csv:12``, by its position among the rows that can be read."""
        ...

    def warning(self) -> str | None:
        """A warning if the file, though it can be read, seems to be cut off; else None."""
        ...


@dataclass(frozen=True)
class SourceTable:
    """A table of ratings, items or users."""

    file: str
    """The name of the file, as errors show it."""
    description: str
    """The format in a few words: ``CSV with semicolons, UTF-16, no header``."""
    columns: tuple[str, ...]
    """The distinct names of the columns: those of the header, or ``column 1``, ``column 2`` ... without a header."""
    has_header: bool
    sample: pd.DataFrame
    """The first rows, at most :data:`SAMPLE_ROWS`: cells as text without the spaces around them, "" if blank; for
    Parquet, whose columns have types, the values."""
    source: RowSource
    expected: str
    """What a row looks like, as errors write it after "expected"."""

    def read(
        self, columns: Sequence[str], lenient: bool = False, ids: Collection[str] = ()
    ) -> tuple[pd.DataFrame, Skipped]:
        """All rows of some columns, numbered from 0, and the rows that were skipped.

        A column holds whole numbers (32 or 64 bits) if every cell is one in its canonical form, so that a "007" or
        "+7" makes it a column of text; else floats if every cell is a plain number; else text as it is written,
        without the spaces around it, and "" if blank. Equal texts are the same object. The columns of Parquet have
        the types that they have in the file.

        Args:
            columns: the names of the columns.
            lenient: skip and count rows that cannot be read.
            ids: those of ``columns`` that hold ids, which become text instead of floats if not all are whole numbers.

        Raises:
            DataError: the file or a row of it cannot be read; the message names file, line, value and remedy.
        """
        positions = [self.columns.index(name) for name in columns]
        texts = {self.columns.index(name) for name in ids}
        while True:  # reads again if a column of floats turns out to hold text, to have all cells as written
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
        # Columns are joined one after the other, so that only one of them needs its memory twice.
        frame = {name: series(joined(parts.pop(self.columns.index(name)))) for name in columns}
        return pd.DataFrame(frame, copy=False), skipped

    def with_fact(self, fact: str) -> SourceTable:
        """The same table with a further clause in its description."""
        return replace(self, description=f"{self.description}, {fact}")

    def locate(self, row: int) -> str:
        """Where a row of the result of :meth:`read` is: ``ratings.csv:12``, or ``ratings.parquet, row 12``."""
        return self.source.locate(row)


@dataclass(frozen=True)
class FrameSource:
    """The rows of a table that is in memory."""

    file: str
    frame: pd.DataFrame

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """See :class:`RowSource`."""
        yield {column: self.frame.iloc[:, column].to_numpy() for column in columns}

    def locate(self, row: int) -> str:
        """The file and the number of the row, from 1."""
        return f"{self.file}, row {row + 1}"

    def warning(self) -> str | None:
        """None."""
        return None


def table_of_frame(file: str, description: str, frame: pd.DataFrame) -> SourceTable:
    """The table of a file whose format is read as a whole, and whose columns have names and types.

    Args:
        file: the name of the file.
        description: the format in a few words.
        frame: all rows, numbered from 0.

    Raises:
        DataError: there are no rows.
    """
    if not len(frame):
        raise NoRowsError(f"{file} has no rows (expected a table of ratings, items or users)")
    columns = tuple(map(str, frame.columns))
    sample = frame.head(SAMPLE_ROWS)
    return SourceTable(file, description, columns, True, sample, FrameSource(file, frame), ", ".join(columns))
