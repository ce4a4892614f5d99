"""Text tables in blocks and rows, with errors that name file, line, value and remedy.

Rows are the exact but slow way to read a table. Who needs speed parses blocks with pandas, and the rows of those
blocks in which pandas finds something odd. No file is held in memory as a whole.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from recsys.data.readers.files import Opener
from recsys.errors import DataError

BLOCK_SIZE = 1 << 20
"""Bytes read at a time: a call of pandas' parser costs little beside its work, and a block little memory."""
MAX_LINE = 64 << 20
"""Bytes of a line; a file without line feeds must not be held as a whole."""

Block = tuple[int, bytes]
"""The number of the first line, and whole lines."""

_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_UNIT = "\x1f"  # ASCII's unit separator
_BLANK = b" \r\n"
_FIRST_LINE = re.compile(rb"[ \r\n]*([^\r\n]*)(?:\r\n|\r|\n)?")


@dataclass(frozen=True)
class Table:
    """How the lines of one file are built."""

    file: str
    """The file's name."""
    separator: str
    """Between two fields; a comma means CSV with quotes."""
    fields: tuple[str, ...]
    """The fields' names, as errors give them."""
    header: str | None = None
    """The first line, where it has the names of the columns."""
    encodings: tuple[str, ...] = ("utf-8", "iso-8859-1")
    """Tried in turn. ISO-8859-1 accepts any bytes, and its text is hardly ever valid UTF-8 by accident."""

    @property
    def expected(self) -> str:
        """What a line looks like, as errors say it after "expected"."""
        return (
            f"'{self.separator.join(self.fields)}'"
            if self.separator != "\t"
            else f"'{' '.join(self.fields)}', tab separated"
        )


@dataclass(frozen=True)
class Row:
    """The fields of one line."""

    table: Table
    line: int
    """Where it begins; a quoted text may go on in the next lines."""
    values: list[str]

    def text(self, field: str) -> str:
        """A field as text, without the spaces around it."""
        return self.values[self.table.fields.index(field)].strip()

    def integer(self, field: str) -> int:
        """A field as a whole number.

        Raises:
            DataError: it is none, or does not fit 64 bits.
        """
        return int(self.id(field))

    def id(self, field: str) -> str:
        """A whole number as it is written: "007" is not "7".

        Raises:
            DataError: it is none, or does not fit 64 bits.
        """
        text = self.text(field)
        if not _WHOLE.fullmatch(text):
            raise self.error(f"{field} {text!r} is not a whole number")
        number = Decimal(text)  # exact, and without int()'s limit of digits
        if not -(2**63) <= number < 2**63:
            raise self.error(f"{field} {text!r} does not fit 64 bits")
        return text

    def number(self, field: str) -> float:
        """A field as a finite number.

        Raises:
            DataError: it is none.
        """
        text = self.text(field)
        if not _NUMBER.fullmatch(text):  # float() would also take "nan", "inf" and "1_0"
            raise self.error(f"{field} {text!r} is not a number")
        if math.isinf(float(text)):
            raise self.error(f"{field} {text!r} is not a finite number")
        return float(text)

    def error(self, problem: str, remedy: str | None = None) -> DataError:
        """An error about this line; without a remedy it says what line was expected."""
        return DataError(f"{self.table.file}:{self.line}: {problem} ({remedy or f'expected {self.table.expected}'})")


@dataclass(frozen=True)
class TableFile:
    """One file and how it is built; each way to read it begins at its beginning."""

    table: Table
    open_file: Opener
    block_size: int = BLOCK_SIZE

    def blocks(self) -> Iterator[Block]:
        """Whole lines, about ``block_size`` bytes at a time; without byte order mark, header and blank blocks.

        Raises:
            DataError: the header is another, a line is longer than :data:`MAX_LINE`, or there is a NUL byte.
        """
        line, is_header_due = 1, self.table.header is not None
        with self.open_file() as file:
            data = file.read(len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8)
            while data := data + file.read(self.block_size) + file.readline(MAX_LINE):
                self._check_bytes(line, data)
                if is_header_due and data.strip(_BLANK):
                    line, data = self._drop_header(line, data)
                    is_header_due = False
                if data.strip(_BLANK):
                    yield line, data
                line += _count_lines(data)
                data = b""

    def rows(self) -> Iterator[Row]:
        """All lines that are not blank, without the header.

        Raises:
            DataError: as :meth:`blocks` and :func:`parse_rows` say, or there is no line.
        """
        row = None
        for row in parse_rows(self.table, self.blocks()):
            yield row
        if row is None:
            raise DataError(f"{self.table.file} is empty (expected {self.table.expected})")

    def _check_bytes(self, line: int, data: bytes) -> None:
        file = self.table.file
        if b"\0" in data:
            line += _count_lines(data[: data.index(b"\0")])
            raise DataError(f"{file}:{line}: a NUL byte (expected plain text: save the file as UTF-8)")
        if len(data) > MAX_LINE and not data.endswith(b"\n"):
            raise DataError(
                f"{file}:{line}: more than {MAX_LINE:,} bytes without a line feed (expected {self.table.expected} on "
                "each line: save the file with line feeds)"
            )

    def _drop_header(self, line: int, data: bytes) -> Block:
        """The lines after the header."""
        first = _FIRST_LINE.match(data)
        assert first is not None  # the pattern matches anything
        header = ",".join(next(csv.reader([first[1].decode("utf-8", "replace")]), []))
        if header != self.table.header:
            line += _count_lines(data[: first.start(1)])
            raise DataError(
                f"{self.table.file}:{line}: the header is {header!r} (expected {self.table.header!r}, the first line)"
            )
        return line + _count_lines(first[0]), data[first.end() :]


def parse_rows(table: Table, blocks: Iterable[Block]) -> Iterator[Row]:
    """The rows of consecutive blocks, without blank lines.

    Raises:
        DataError: a line is no text in the table's encodings, has bad quotes, or too few or too many fields.
    """
    blocks = iter(blocks)
    first = next(blocks, None)
    if first is None:
        return
    pending: list[str] = []  # the lines of the row that is being read
    lines = _numbered_lines(table, chain([first], blocks), first[0], pending)
    if table.separator == ",":
        reader = csv.reader(lines, strict=True)
    else:  # csv takes one character; the replacement occurs in no text
        lines = (line.replace(table.separator, _UNIT) for line in lines)
        reader = csv.reader(lines, delimiter=_UNIT, quoting=csv.QUOTE_NONE)
    line = first[0]
    try:
        for values in reader:
            row = Row(table, line, values)
            if len(pending) > 1:
                _check_multiline(row, pending)
            if len(values) == len(table.fields):
                yield row
            elif any(map(str.strip, values)) or len(values) > 1:  # else the line is blank
                raise row.error(f"{len(values)} field{'s' * (len(values) != 1)} instead of {len(table.fields)}")
            line = first[0] + reader.line_num
            pending.clear()
    except csv.Error as error:
        problem = f"a quoted text does not end as it should: {error}" if table.separator == "," else str(error)
        raise Row(table, line, []).error(
            problem, f'expected {table.expected}, a text with a comma or a quote in "...", its quotes doubled'
        ) from None


def _numbered_lines(table: Table, blocks: Iterable[Block], line: int, pending: list[str]) -> Iterator[str]:
    """The lines of blocks from a line on, blank ones for blocks that were skipped; each is put into ``pending``."""
    for block in blocks:
        gap = ("\n" for _ in range(block[0] - line))
        for text in chain(gap, _decode(table, block)):
            pending.append(text)
            yield text
        line = block[0] + _count_lines(block[1])


def _check_multiline(row: Row, lines: Sequence[str]) -> None:
    """Refuse a row of several lines if one of them is a row by itself: then a quote in the first was never closed.

    Raises:
        DataError: one is.
    """
    for line in lines[1:]:
        values = [] if '"' in line else line.split(row.table.separator)
        if len(values) == len(row.table.fields) and _WHOLE.fullmatch(values[0].strip()):
            raise row.error(
                f"a quoted text goes on for {len(lines)} lines, over rows such as {line.strip()!r}",
                "close the quote, or double it if it is part of the text",
            )


def _decode(table: Table, block: Block) -> Iterator[str]:
    """The lines of a block as text, each with a line feed for its end."""
    line, data = block
    for encoding in table.encodings:
        try:
            # Not str.splitlines, which also splits at characters that a title may hold.
            return io.StringIO(data.decode(encoding), newline=None)
        except UnicodeDecodeError as error:
            line, byte = block[0] + _count_lines(data[: error.start]), data[error.start]
    raise DataError(f"{table.file}:{line}: byte 0x{byte:02x} is not UTF-8 (save the file as UTF-8)")


def _count_lines(data: bytes) -> int:
    """How many lines end in the data, by a line feed, a carriage return, or both."""
    return data.count(b"\n") + (data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else 0)
