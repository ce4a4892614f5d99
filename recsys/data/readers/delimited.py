"""Read delimited text in blocks or in rows, with errors that name file, line, value and remedy.

Reading in rows is exact but slow. So blocks are parsed with pandas (:mod:`recsys.data.readers.fast`), and in rows
only where the result of pandas might differ. No file is held in memory as a whole.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from recsys.data.readers.encodings import INVALID, decode_latin
from recsys.data.readers.files import Opener
from recsys.data.readers.table import Skipped
from recsys.errors import DataError

BLOCK_SIZE = 1 << 20
"""Bytes that are read at a time: large enough that calling the parser costs little, small enough for memory."""
MAX_LINE = 64 << 20
"""The longest line in bytes, so that a file without line feeds is not read into memory as a whole."""
MAX_RECORD = 1 << 20
"""The longest quoted text over several lines, in characters; if it is longer, its quote was never closed."""

Block = tuple[int, bytes]
"""The number of the first line, and whole lines."""

UNIT = "\x1f"
"""The unit separator of ASCII, which replaces a separator of several characters, since parsers need a single one."""
_WHOLE = re.compile(r"[+-]?[0-9]+")
_BLANK = b" \r\n"
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|$)")
_MAX_NAMES, _MAX_NAME = 30, 40
_MAX_SHOWN = 60
"""The number of characters of a line that a message shows."""

csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))  # its default of 131,072 refuses long reviews


@dataclass(frozen=True)
class Dialect:
    """How fields are written on a line."""

    separator: str
    """What separates two fields: a comma, ``::``, a tab; a space stands for any number of spaces."""
    quotes: bool
    """Whether a field may be in double quotes, with separators and line ends in it, and its own quotes doubled."""
    backslashes: bool = False
    """Whether a quote in a quoted field follows a backslash instead of being doubled."""


@dataclass(frozen=True)
class TextFormat:
    """How the lines of a file are written."""

    file: str
    """The file's name."""
    dialect: Dialect
    fields: tuple[str, ...]
    """The names of the columns."""
    n_leading: int = 0
    """The number of lines before the first row: the header, and lines before it."""
    may_be_latin: bool = False
    """Whether a block that is not UTF-8 is Windows-1252, because the beginning of the file is all ASCII."""

    @property
    def expected(self) -> str:
        """What a line looks like, as errors write it after "expected"."""
        names = [name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}..." for name in self.fields[:_MAX_NAMES]]
        if len(self.fields) > _MAX_NAMES:
            names.append("...")
        is_tab = self.dialect.separator == "\t"
        return f"'{(' ' if is_tab else self.dialect.separator).join(names)}'{', tab separated' if is_tab else ''}"

    def error(self, line: int, problem: str, remedy: str | None = None) -> DataError:
        """An error about a line; without a remedy it says what line was expected."""
        return DataError(f"{self.file}:{line}: {problem} ({remedy or f'expected {self.expected}'})")


def read_blocks(form: TextFormat, opener: Opener, block_size: int) -> Iterator[Block]:
    """Whole lines, about ``block_size`` bytes at a time; without byte order mark, leading lines and blank blocks.

    Raises:
        DataError: a line is longer than :data:`MAX_LINE`.
    """
    line, n_leading = 1, form.n_leading
    with opener() as file:
        data = file.read(len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8)
        while data := data + file.read(block_size) + file.readline(MAX_LINE):
            if len(data) > MAX_LINE and not data.endswith(b"\n"):
                raise form.error(
                    line,
                    f"more than {MAX_LINE:,} bytes without a line feed",
                    f"expected {form.expected} on each line: save the file with line feeds",
                )
            n_lines = count_lines(data)
            if n_leading:
                start = 0
                for match in _LINE.finditer(data):
                    if not n_leading:
                        break
                    start, n_leading = match.end(), n_leading - 1
                n_dropped = count_lines(data[:start])
                line, n_lines, data = line + n_dropped, n_lines - n_dropped, data[start:]
            if data.strip(_BLANK):
                yield line, data
            line += n_lines
            data = b""


def count_lines(data: bytes) -> int:
    """The number of lines that end in the data, with a line feed, a carriage return, or both."""
    return data.count(b"\n") + (data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else 0)


def csv_reader(lines: Iterator[str], dialect: Dialect) -> Any:
    """Python's reader of rows for a dialect; it does not strip spaces around cells."""
    separator = dialect.separator
    if len(separator) > 1:
        lines = (line.replace(dialect.separator, UNIT) for line in lines)
        separator = UNIT
    if not dialect.quotes:
        return csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    escape = "\\" if dialect.backslashes else None
    return csv.reader(lines, delimiter=separator, escapechar=escape, skipinitialspace=True, strict=True)


class RowParser:
    """Parses the rows of a block, and reads on in the next blocks if its last row continues there."""

    def __init__(self, form: TextFormat, first: Block, blocks: Iterator[Block], skipped: Skipped | None) -> None:
        """Prepare to parse.

        Args:
            form: how lines are written.
            first: the block.
            blocks: the blocks after it, of which only those that are needed are taken.
            skipped: counts rows that cannot be read; None to raise an error for the first.
        """
        self._form, self._blocks, self._skipped = form, blocks, skipped
        self._pending: list[str] = []  # the lines of the row that is being read
        self._repeated: list[str] = []  # lines to be read again, the last one first
        self._n_characters = 0
        self._line = self._next_line = first[0]
        self._is_broken = False
        self._lines: Iterator[str] = iter(())
        self._enter(first)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The line on which each row begins, and its fields without the spaces around them; blank rows are left out.

        Raises:
            DataError: a row cannot be decoded, has bad quotes, or has too few or too many fields; only if rows are
                not skipped.
        """
        n_fields, is_spaced = len(self._form.fields), self._form.dialect.separator == " "
        reader = self._reader()
        while True:
            try:
                values = next(reader, None)
                if values is None:
                    return
                values = [value.strip() for value in values]
                if is_spaced:
                    values = [value for value in values if value]
                self._check(values, n_fields)
                if any(values):
                    yield self._line, values[:n_fields]
            except (csv.Error, DataError) as problem:
                error = self._error(problem) if isinstance(problem, csv.Error) else problem
                if self._skipped is None:
                    raise error from None
                self._skipped.add(str(error))
                # A row of several lines may have swallowed sound ones: only its first line is skipped.
                self._repeated += reversed(self._pending[1:])
                del self._pending[1:]
                reader = self._reader()
            self._line += len(self._pending)
            self._pending.clear()
            self._n_characters = 0

    def _reader(self) -> Any:
        return csv_reader(self._take_lines(), self._form.dialect)

    def _take_lines(self) -> Iterator[str]:
        """The lines of the block, and those of the next blocks as long as a row is not complete."""
        while True:
            text = self._repeated.pop() if self._repeated else next(self._lines, None)
            if text is None:
                block = next(self._blocks, None) if self._pending else None
                if block is None:
                    return
                self._enter(block)
                continue
            self._pending.append(text)
            self._n_characters += len(text)
            if len(self._pending) > 1 and self._n_characters > MAX_RECORD:
                raise csv.Error(f"it goes on for more than {MAX_RECORD:,} characters")
            if "\0" in text:
                raise self._form.error(self._line, "a NUL byte", "expected plain text: save the file as UTF-8")
            broken = INVALID.search(text) if self._is_broken else None
            if broken:
                byte = ord(broken[0]) - 0xDC00
                raise self._form.error(self._line, f"byte 0x{byte:02x} is not UTF-8", "save the file as UTF-8")
            yield text

    def _enter(self, block: Block) -> None:
        """Continue with the lines of a block, after as many blank lines as blank blocks were left out."""
        line, data = block
        gap = ["\n"] * (line - self._next_line)
        self._next_line = line + count_lines(data)
        self._lines = chain(gap, self._decode(data))

    def _decode(self, data: bytes) -> Iterator[str]:
        """The lines of a block as text, each with a line feed for its end."""
        self._is_broken = False
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self._is_broken = not self._form.may_be_latin
            text = data.decode(errors="surrogateescape") if self._is_broken else decode_latin(data)
        # Not str.splitlines, which also splits at characters that a title may hold.
        return io.StringIO(text, newline=None)

    def _check(self, values: list[str], n_fields: int) -> None:
        """Refuse a row with a wrong number of fields, or one that includes other rows."""
        if len(self._pending) > 1:
            self._check_multiline()
        if len(values) > n_fields and not any(values[n_fields:]):
            return  # a trailing separator
        if len(values) < n_fields and any(values) and self._is_cut:
            raise self._form.error(
                self._line,
                f"the file ends within the row {_shown(self._pending[-1])}, which has {len(values)} "
                f"field{'s' * (len(values) != 1)} instead of {n_fields}",
                "it seems to be cut: copy or download it again",
            )
        if len(values) != n_fields and any(values):
            raise self._form.error(
                self._line, f"{len(values)} field{'s' * (len(values) != 1)} instead of {n_fields}"
            )

    @property
    def _is_cut(self) -> bool:
        """Whether the current row is a line without a line break, which only the last line of a file can be."""
        return len(self._pending) == 1 and not self._pending[0].endswith("\n")

    def _check_multiline(self) -> None:
        """Refuse a row of several lines if one of these is a complete row: then a quote was never closed."""
        first = self._pending[0].split(self._form.dialect.separator, 1)[0]
        if not _WHOLE.fullmatch(first.strip(' "')):
            return
        for line in self._pending[1:]:
            values = [] if '"' in line else line.split(self._form.dialect.separator)
            if len(values) == len(self._form.fields) and _WHOLE.fullmatch(values[0].strip()):
                raise self._form.error(
                    self._line,
                    f"a quoted text goes on for {len(self._pending)} lines, over rows such as {line.strip()!r}",
                    "close the quote, or double it if it is part of the text",
                )

    def _error(self, problem: csv.Error) -> DataError:
        if not self._form.dialect.quotes:
            return self._form.error(self._line, str(problem))
        if self._is_cut and "unexpected end" in str(problem):
            row = _shown(self._pending[0])
            cut = "it seems to be cut: copy or download it again"
            return self._form.error(self._line, f"the file ends within a quoted text, in the row {row}", cut)
        name = {",": "a comma", ";": "a semicolon", "\t": "a tab"}.get(self._form.dialect.separator, "a separator")
        return self._form.error(
            self._line,
            f"a quoted text does not end as it should: {problem}",
            f'expected {self._form.expected}, a text with {name} or a quote in "...", its quotes doubled',
        )


def _shown(line: str) -> str:
    text = line.strip()
    return repr(text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}...")
