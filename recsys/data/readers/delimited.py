"""Lines of fields: the parts of a text table, with sentences that name file, line, value and remedy.

This is the exact and slow way to read a table; whoever needs speed reads with pandas first and comes here for the
fault. No file is ever held whole. Knows nothing of ratings or films.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from recsys.errors import DataError

BLOCK = 1 << 20
"""Bytes read at a time: enough that a call of the parser costs little beside its work, few beside what is kept."""

LONGEST_LINE = 64 << 20
"""Bytes of a line; a file without line feeds is not to be held whole."""

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
        digits = text.lstrip("+-").lstrip("0") or "0"
        number = int(digits[:20]) * (-1 if text.startswith("-") else 1)
        if len(digits) > 19 or not -(2**63) <= number < 2**63:
            raise self.fault(f"{field} {text!r} does not fit 64 bits")
        return number

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
    """One file, as its table says it is built; each way of reading it begins anew.

    Args:
        table: how its lines are built.
        open_file: gives its bytes from their beginning, every time.
    """

    def __init__(self, table: Table, open_file: Callable[[], BinaryIO]) -> None:
        self.table = table
        self.open_file = open_file

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """The bytes without a byte order mark, about ``size`` at a time, cut only after a line feed.

        Raises:
            DataError: a line is longer than :data:`LONGEST_LINE`.
        """
        with self.open_file() as file:
            block = file.read(len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8) + file.read(size) + self._rest(file)
            while block:
                yield block
                block = file.read(size) + self._rest(file)

    def _rest(self, file: BinaryIO) -> bytes:
        """The bytes up to the end of the line."""
        rest = file.readline(LONGEST_LINE)
        if len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            raise DataError(
                f"{self.table.file}: has {LONGEST_LINE:,} bytes and more without a line feed (expected "
                f"{self.table.expected} on each line: save the file with line feeds)"
            )
        return rest

    @cached_property
    def encoding(self) -> str:
        """The first of the table's encodings in which the bytes are text.

        Raises:
            DataError: none is; or there is nothing, or a NUL byte.
        """
        self._check_bytes()
        faults = []
        for encoding in self.table.encodings:
            fault = self._undecodable(encoding)
            if fault is None:
                return encoding
            faults.append(fault)
        raise faults[-1]

    def rows(self) -> Iterator[Row]:
        """All lines that are not blank, without the header.

        Raises:
            DataError: the file is empty or no text, the header differs, or a line has too few or too many fields.
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
        with self.open_file() as file, io.TextIOWrapper(file, self.encoding, newline=None) as lines:
            yield next(lines).removeprefix(codecs.BOM_UTF8.decode(self.encoding))
            yield from lines

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

    def _check_bytes(self) -> None:
        filled, line_of_nul = False, 0
        for line, block in self._numbered_blocks():
            filled = filled or bool(block.strip())
            if not line_of_nul and b"\0" in block:
                line_of_nul = line + block.count(b"\n", 0, block.index(b"\0"))
        if not filled:
            raise DataError(f"{self.table.file} is empty (expected {self.table.expected})")
        if line_of_nul:
            raise DataError(
                f"{self.table.file}:{line_of_nul}: a NUL byte (expected plain text: save the file as UTF-8)"
            )

    def _undecodable(self, encoding: str) -> DataError | None:
        """What is wrong with the bytes as text of that encoding; None if nothing is."""
        for first, block in self._numbered_blocks():
            try:
                block.decode(encoding)
            except UnicodeDecodeError as error:
                line = first + block.count(b"\n", 0, error.start)
                byte = f"0x{block[error.start]:02x}"
                return DataError(f"{self.table.file}:{line}: byte {byte} is not UTF-8 (save the file as UTF-8)")
        return None

    def _numbered_blocks(self) -> Iterator[tuple[int, bytes]]:
        """Blocks, and the number of the line that each begins with."""
        line = 1
        for block in self.blocks():
            yield line, block
            line += block.count(b"\n")
