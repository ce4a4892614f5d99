"""Read Parquet, whose columns have types; needs pyarrow."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.columns import cell_types, plain
from recsys.data.readers.cells import narrowed, text_of
from recsys.data.readers.files import MAX_MEMBER, Opener
from recsys.data.readers.header import distinct_names
from recsys.data.readers.table import NoRowsError, Skipped, SourceTable, refuse_many_columns
from recsys.data.roles import SAMPLE_ROWS
from recsys.errors import DataError

MAGIC = b"PAR1"
_NUMBERING = re.compile("__index_level_[0-9]+__")
"""The names that pandas gives to an index without a name, which numbers the rows."""
_NESTED = (np.ndarray, list, dict, bytes)
_BATCH = 1 << 17
"""The number of rows that are converted at once."""


def open_parquet(file: str, opener: Opener) -> SourceTable | None:
    """The table of a Parquet file; None if the file is not Parquet.

    Raises:
        DataError: the file is damaged, has no rows, or pyarrow is not installed.
    """
    with opener() as stream:
        if stream.read(len(MAGIC)) != MAGIC:
            return None
    source = ParquetSource(file, opener, ())
    with source.opened() as table:
        names = [name for name in table.schema_arrow.names if not _NUMBERING.fullmatch(name)]
        source = ParquetSource(file, opener, tuple(names))
        refuse_many_columns(file, len(source.names))
        if len(set(source.names)) < len(source.names):
            raise DataError(f"{file} has two columns of one name (rename one of them)")
        first = next(table.iter_batches(SAMPLE_ROWS, columns=names), None)
        if first is None or not first.num_rows:
            raise NoRowsError(f"{file} has no rows (expected a table of ratings, items or users)")
        sample = first.to_pandas(ignore_metadata=True)
    columns = distinct_names(source.names)
    sample = pd.DataFrame({column: _flat(sample[name]) for column, name in zip(columns, source.names, strict=True)})
    return SourceTable(file, "Parquet", columns, True, sample, source, ", ".join(columns))


@dataclass(frozen=True)
class ParquetSource:
    """The rows of a file."""

    file: str
    opener: Opener
    names: tuple[str, ...]

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """See :class:`~recsys.data.readers.table.RowSource`; missing values are as in pandas."""
        with self.opened() as table:
            for batch in table.iter_batches(_BATCH, columns=[self.names[column] for column in columns]):
                frame = batch.to_pandas(ignore_metadata=True)  # an index is a column too
                yield {column: _values(frame[self.names[column]]) for column in columns}

    def locate(self, row: int) -> str:
        """The file and the number of the row, from 1."""
        return f"{self.file}, row {row + 1}"

    def warning(self) -> str | None:
        """None: a Parquet file that is cut off cannot be read."""
        return None

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
            # Parquet is read from its end, but a stream that unpacks a file cannot seek.
            seekable = stream if stream.seekable() else io.BytesIO(stream.read(MAX_MEMBER))
            try:
                yield parquet.ParquetFile(seekable)
            except DataError:
                raise
            except (pa.ArrowException, OSError, ValueError, NotImplementedError) as error:
                raise DataError(f"{self.file} cannot be read as Parquet: {error} (save the table again)") from None


def _flat(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column with lists, records and bytes as text, as in tables of JSON."""
    if not any(issubclass(type_, _NESTED) for type_ in cell_types(column)):
        return column
    texts = [text_of(value) if isinstance(value, _NESTED) else value for value in column]
    return pd.Series(texts, dtype=object)


def _values(column: pd.Series[Any]) -> NDArray[Any]:
    values = plain(_flat(column)).to_numpy()
    return narrowed(values) if values.dtype in (np.int64, np.float64) else values.copy()
