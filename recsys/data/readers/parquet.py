"""Tables of Parquet, whose columns have types; needs pyarrow."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.columns import plain
from recsys.data.readers.cells import narrowed
from recsys.data.readers.files import MAX_MEMBER, Opener
from recsys.data.readers.table import Skipped, SourceTable
from recsys.data.roles import SAMPLE_ROWS
from recsys.errors import DataError

MAGIC = b"PAR1"
_BATCH = 1 << 17
"""Rows that are converted at once."""


def open_parquet(file: str, opener: Opener) -> SourceTable | None:
    """A table of Parquet; None where the file is none.

    Raises:
        DataError: the file is damaged, has no rows, or pyarrow is not installed.
    """
    with opener() as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            return None
    source = ParquetSource(file, opener, ())
    with source.opened() as table:
        source = ParquetSource(file, opener, tuple(table.schema_arrow.names))
        if len(set(source.names)) < len(source.names):
            raise DataError(f"{file} has two columns of one name (rename one of them)")
        first = next(table.iter_batches(SAMPLE_ROWS), None)
        if first is None or not first.num_rows:
            raise DataError(f"{file} has no rows (expected a table of ratings, items or users)")
        sample = first.to_pandas()
    names = tuple(name if name.strip() else f"column {n}" for n, name in enumerate(source.names, 1))
    sample.columns = list(names)
    return SourceTable(file, "Parquet", names, True, sample.reset_index(drop=True), source, ", ".join(names))


@dataclass(frozen=True)
class ParquetSource:
    """The rows of a file."""

    file: str
    opener: Opener
    names: tuple[str, ...]

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """See :class:`~recsys.data.readers.table.RowSource`; missing values are those of pandas."""
        with self.opened() as table:
            for batch in table.iter_batches(_BATCH, columns=[self.names[column] for column in columns]):
                frame = batch.to_pandas()
                yield {column: _values(frame[self.names[column]]) for column in columns}

    def locate(self, row: int) -> str:
        """The file and the row, from 1."""
        return f"{self.file}, row {row + 1}"

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The file as pyarrow's ``ParquetFile``, in a ``with`` block.

        Raises:
            DataError: pyarrow is not installed, or the file is damaged; also from the block.
        """
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError:
            raise DataError(
                f"{self.file} is Parquet, which needs the package pyarrow (pip install 'marquee-recsys[parquet]', or "
                "save the table as CSV)"
            ) from None
        with self.opener() as stream:
            # Parquet is read from its end, and what unpacks as it is read cannot seek.
            seekable = stream if stream.seekable() else io.BytesIO(stream.read(MAX_MEMBER))
            try:
                yield parquet.ParquetFile(seekable)
            except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
                raise DataError(f"{self.file} cannot be read as Parquet: {error} (save the table again)") from None


def _values(column: Any) -> NDArray[Any]:
    values = plain(column).to_numpy()
    return narrowed(values) if values.dtype in (np.int64, np.float64) else values.copy()
