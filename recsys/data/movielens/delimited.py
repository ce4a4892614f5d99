"""Lines of fields: the parts of a text table, with sentences that name file, line, value and remedy.

This is the exact and slow way to read a table; whoever needs speed reads with pandas first and comes here for the
fault. Knows nothing of ratings or films.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from recsys.errors import DataError

_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """How the lines of one file are built."""

    file: str
    """The file's name, as errors give it."""
    separator: str
    """Between two fields; a comma means CSV with quotes."""
    fields: tuple[str, ...]
    """The fields' names, as errors give them."""
    expected: str
    """What a line should look like, as errors say it after "expected"."""
    header: str | None = None
    """The first line, where it is one of names."""
    encodings: tuple[str, ...] = ("utf-8", "iso-8859-1")
    """Tried in turn. ISO-8859-1 accepts any bytes, and its text is hardly ever valid UTF-8 by accident."""


@dataclass(frozen=True)
class Row:
    """One line's fields, which know where they stand."""

    table: Table
    line: int
    values: list[str]

    def text(self, field: str) -> str:
        """A field as text, without blanks around it."""
        return self.values[self.table.fields.index(field)].strip()

    def whole(self, field: str) -> int:
        """A field as a whole number.

        Raises:
            DataError: it is none, or does not fit 64 bits.
        """
        text = self.text(field)
        if not _WHOLE.fullmatch(text):
            raise self.fault(f"{field} {text!r} is not a whole number")
        if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
            raise self.fault(f"{field} {text!r} does not fit 64 bits")
        return int(text)

    def number(self, field: str) -> float:
        """A field as a finite number.

        Raises:
            DataError: it is none.
        """
        text = self.text(field)
        if _NOT_FINITE.fullmatch(text) or (_NUMBER.fullmatch(text) and math.isinf(float(text))):
            raise self.fault(f"{field} {text!r} is not a finite number")
        if not _NUMBER.fullmatch(text):
            raise self.fault(f"{field} {text!r} is not a number")
        return float(text)

    def fault(self, sentence: str, remedy: str | None = None) -> DataError:
        """An error about this line; where no remedy is given, it is the line that was expected."""
        return DataError(f"{self.table.file}:{self.line}: {sentence} ({remedy or f'expected {self.table.expected}'})")


class Content:
    """One file in memory, as its table says it is built.

    Raises:
        DataError: the file is empty or no text.
    """

    def __init__(self, table: Table, data: bytes) -> None:
        self.table = table
        self.data = data.removeprefix(codecs.BOM_UTF8)
        if not self.data.strip():
            raise DataError(f"{table.file} is empty (expected {table.expected})")
        if b"\0" in self.data:
            line = self._line_of(self.data.index(b"\0"))
            raise DataError(f"{table.file}:{line}: a NUL byte (expected plain text: save the file as UTF-8)")

    @cached_property
    def encoding(self) -> str:
        """The first of the table's encodings in which the bytes are text.

        Raises:
            DataError: none is.
        """
        for encoding in self.table.encodings:
            try:
                self.data.decode(encoding)
            except UnicodeDecodeError as error:
                start = error.start
            else:
                return encoding
        line = self._line_of(start)
        byte = f"0x{self.data[start]:02x}"
        raise DataError(f"{self.table.file}:{line}: byte {byte} is not UTF-8 (save the file as UTF-8)")

    def rows(self) -> Iterator[Row]:
        """All lines that are not blank, without the header.

        Raises:
            DataError: the header differs, or a line has too few or too many fields.
        """
        split = self._quoted() if self.table.separator == "," else self._plain()
        filled = ((line, values) for line, values in split if len(values) > 1 or "".join(values).strip())
        if self.table.header is not None:
            self._check_header(*next(filled, (1, [])))
        wanted = len(self.table.fields)
        for line, values in filled:
            row = Row(self.table, line, values)
            if len(values) != wanted:
                raise row.fault(f"{len(values)} field{'s' * (len(values) != 1)} instead of {wanted}")
            yield row

    def _lines(self) -> Iterator[str]:
        # Not str.splitlines: it also splits at characters that a title may hold.
        return iter(io.TextIOWrapper(io.BytesIO(self.data), self.encoding, newline=None))

    def _plain(self) -> Iterator[tuple[int, list[str]]]:
        for line, text in enumerate(self._lines(), start=1):
            yield line, text.rstrip("\n").split(self.table.separator)

    def _quoted(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._lines(), strict=True)
        try:
            for values in reader:
                yield reader.line_num, values
        except csv.Error as error:
            raise DataError(
                f"{self.table.file}:{reader.line_num}: {error} (expected {self.table.expected}; a text with a comma "
                'or a quote in it stands in "...", its quotes doubled)'
            ) from None

    def _check_header(self, line: int, values: list[str]) -> None:
        found = self.table.separator.join(values)
        if found != self.table.header:
            raise DataError(
                f"{self.table.file}:{line}: the header is {found!r} (expected {self.table.header!r}, the first line)"
            )

    def _line_of(self, offset: int) -> int:
        return self.data.count(b"\n", 0, offset) + 1
