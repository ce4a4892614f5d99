"""Read tables of JSON: an object on each line, or an array of objects."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
import pandas as pd
from numpy.typing import NDArray

from recsys.data.readers.cells import narrowed, text_array, text_of, typed_cells
from recsys.data.readers.encodings import as_utf8, find_encoding
from recsys.data.readers.files import Opener
from recsys.data.readers.header import distinct_names
from recsys.data.readers.table import NoRowsError, Skipped, SourceTable, refuse_many_columns
from recsys.data.roles import SAMPLE_ROWS
from recsys.errors import DataError

BATCH = 20_000
"""The number of objects that are converted at once."""
MAX_LINE = 64 << 20
"""The longest line, in bytes."""
MAX_ARRAY = 256 << 20
"""The largest array, in bytes; it is decoded as a whole."""
_LIST_IN_OBJECT = re.compile(rb'\{\s*"([^"\\]*)"\s*:\s*\[\s*\{')
"""The beginning of ``{"ratings": [{...}, ...]}``, which is no list of records but holds one."""
_EXPECTED = 'objects such as {"user": "ann", "item": "lamp", "rating": 4}'

_Record = tuple[int, dict[str, Any]]
"""The number of the line or of the entry in the array, from 1, and the object."""


def open_json(file: str, opener: Opener) -> SourceTable | None:
    """The table of a JSON file; None if the file does not begin like one.

    Raises:
        DataError: the file cannot be read, or has no objects.
    """
    with opener() as stream:
        head = stream.read(1 << 12)
    opener = as_utf8(file, opener, find_encoding(head))
    with opener() as stream:
        start = stream.read(1 << 12).removeprefix(b"\xef\xbb\xbf").lstrip()
    is_array = start[:1] == b"[" and start[1:].lstrip()[:1] == b"{"
    is_object = start[:1] == b"{" and start[1:].lstrip()[:1] in (b'"', b"}")
    if not is_array and not is_object:
        return None
    source = JsonSource(file, opener, is_array)
    first = list(islice(source.records(Skipped()), SAMPLE_ROWS))
    whole = _LIST_IN_OBJECT.match(start)
    if is_object and whole and (len(first) < 2 or b"\n" in whole[0]):
        raise DataError(
            f"{file} is one object with a list in {_shown(whole[1].decode(errors='replace'))} (save the list alone: "
            f"an array of {_EXPECTED})"
        )
    if not first:
        next(source.records(None), None)  # raises the error of the first line, if it has one
        raise NoRowsError(f"{file} has no rows (expected {_EXPECTED}{' on each line' * (not is_array)})")
    names = dict.fromkeys(name for _, record in first for name in record)
    refuse_many_columns(file, len(names))
    source = JsonSource(file, opener, is_array, tuple(names))
    columns = distinct_names(names)
    sample = {
        column: _column([text_of(record.get(name)) for _, record in first])
        for column, name in zip(columns, names, strict=True)
    }
    description = "a JSON array" if is_array else "JSON Lines"
    return SourceTable(file, description, columns, True, pd.DataFrame(sample), source, _EXPECTED)


@dataclass(frozen=True)
class JsonSource:
    """The objects of a file."""

    file: str
    opener: Opener
    """Opens the text in UTF-8."""
    is_array: bool
    names: tuple[str, ...] = ()
    """The names of the columns."""

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """See :class:`~recsys.data.readers.table.RowSource`."""
        known: dict[int, dict[str, str]] = {column: {} for column in columns}
        records = self.records(skipped)
        while batch := list(islice(records, BATCH)):
            cells = {}
            for column in columns:
                name = self.names[column]
                texts = text_array([text_of(record.get(name)) for _, record in batch])
                cells[column] = narrowed(typed_cells(texts, column in ids, known[column]))
            yield cells

    def locate(self, row: int) -> str:
        """The file and the line of an object, or its number in the array."""
        record = next(islice(self.records(Skipped()), row, None), None)
        return self.file if record is None else self._location(record[0])

    def warning(self) -> str | None:
        """None: an object that is cut off cannot be read."""
        return None

    def records(self, skipped: Skipped | None) -> Iterator[_Record]:
        """All objects that are not empty.

        Raises:
            DataError: a line is not an object; only where no rows are skipped.
        """
        for number, value in self._values(skipped):
            problem = None
            if not isinstance(value, dict):
                problem = f"{self._location(number)}: {_shown(value)} is not an object (expected {_EXPECTED})"
            elif value:
                yield number, value
            if problem and skipped is None:
                raise DataError(problem)
            if problem and skipped is not None:
                skipped.add(problem)

    def _location(self, number: int) -> str:
        return f"{self.file}, entry {number}" if self.is_array else f"{self.file}:{number}"

    def _values(self, skipped: Skipped | None) -> Iterable[tuple[int, Any]]:
        return enumerate(self._array(), 1) if self.is_array else self._lines(skipped)

    def _array(self) -> list[Any]:
        with self.opener() as stream:
            data = stream.read(MAX_ARRAY + 1)
        if len(data) > MAX_ARRAY:
            raise DataError(f"{self.file} is an array of more than {MAX_ARRAY:,} bytes (save it as JSON Lines)")
        try:
            array: list[Any] = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=list[Any])
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise DataError(f"{self.file} is not JSON: {error} (expected {_EXPECTED})") from None
        return array

    def _lines(self, skipped: Skipped | None) -> Iterator[tuple[int, Any]]:
        with self.opener() as stream:
            number = 0
            while line := stream.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    long = f"more than {MAX_LINE:,} bytes in a line"
                    raise DataError(f"{self.file}:{number}: {long} (expected {_EXPECTED})")
                line = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
                if not line:
                    continue
                try:
                    yield number, msgspec.json.decode(line)
                except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
                    text = _shown(line[:200].decode(errors="replace"))
                    problem = f"{self.file}:{number}: {text} is not JSON: {error} (expected {_EXPECTED} on each line)"
                    if skipped is None:
                        raise DataError(problem) from None
                    skipped.add(problem)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _column(texts: Sequence[str]) -> pd.Series[Any]:
    return pd.Series(list(texts), dtype=object)
