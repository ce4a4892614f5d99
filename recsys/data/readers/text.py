"""Read delimited text: CSV, TSV, semicolons, pipes, ``::``, spaces, in any encoding, with or without a header."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from recsys.data.readers import encodings
from recsys.data.readers.cells import narrowed, text_array, typed_cells
from recsys.data.readers.delimited import BLOCK_SIZE, Block, Dialect, RowParser, TextFormat, read_blocks
from recsys.data.readers.dialect import (
    QUOTED_BY_DEFAULT,
    Record,
    declared_separator,
    find_dialect,
    is_comment,
    records,
)
from recsys.data.readers.endings import cut_warning
from recsys.data.readers.fast import parse_block
from recsys.data.readers.files import Opener
from recsys.data.readers.header import column_names, is_header
from recsys.data.readers.table import HeadingsError, NoRowsError, Skipped, SourceTable, refuse_many_columns
from recsys.data.roles import SAMPLE_ROWS
from recsys.errors import DataError

_MAX_HEAD = 64 << 20
"""How many bytes decide the encoding: all of most files."""
_MAX_START = 1 << 20
"""How many bytes decide the separator, the quotes and the header."""
_MIN_SHARE = 0.5
"""In a table, at least this share of the first rows has the same number of fields."""
_HEADING = re.compile(r"\d+:")
LABELS = {",": "CSV", ";": "CSV with semicolons", "\t": "tab-separated text", "|": "text with pipes",
           "::": "text with ::", " ": "text with spaces"}  # fmt: skip


@dataclass(frozen=True)
class KnownColumns:
    """How a file of a known layout is written."""

    separator: str
    columns: tuple[str, ...]
    header: tuple[str, ...] = ()
    """The names in the first row, if it has some; they may differ from those of the columns."""


@dataclass(frozen=True)
class TextSource:
    """The rows of a delimited text."""

    form: TextFormat
    opener: Opener
    """Opens the text in UTF-8."""
    block_size: int = BLOCK_SIZE

    def batches(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[dict[int, NDArray[Any]]]:
        """See :class:`~recsys.data.readers.table.RowSource`."""
        for cells, _ in self._parts(columns, ids, skipped):
            yield {column: narrowed(values) for column, values in cells.items()}

    def locate(self, row: int) -> str:
        """The file and the line of a row."""
        first = 0
        for cells, block in self._parts([0], [0], Skipped()):
            n_rows = len(cells[0])
            if row < first + n_rows:
                lines = block if isinstance(block, list) else self._lines(block)
                return f"{self.form.file}:{lines[row - first]}"
            first += n_rows
        return self.form.file

    def warning(self) -> str | None:
        """A warning if the file seems to be cut off within its last value; else None."""
        return cut_warning(self.form, self.opener)

    def rows(self, skipped: Skipped | None = None) -> Iterator[tuple[int, list[str]]]:
        """The line of each row and its cells, parsed in the exact but slow way.

        Raises:
            DataError: as :meth:`RowParser.rows` says.
        """
        blocks = read_blocks(self.form, self.opener, self.block_size)
        for block in blocks:
            yield from RowParser(self.form, block, blocks, skipped).rows()

    def _parts(
        self, columns: Sequence[int], ids: Collection[int], skipped: Skipped | None
    ) -> Iterator[tuple[dict[int, NDArray[Any]], Block | list[int]]]:
        """The cells of consecutive rows, and the block with these rows, or the lines on which they begin."""
        known: dict[int, dict[str, str]] = {}
        blocks = read_blocks(self.form, self.opener, self.block_size)
        for block in blocks:
            cells = parse_block(self.form, block, columns, ids, known)
            if cells is not None:
                yield cells, block
                continue
            lines: list[int] = []
            texts: list[list[str]] = [[] for _ in columns]
            for line, values in RowParser(self.form, block, blocks, skipped).rows():
                lines.append(line)
                for column, cell_texts in zip(columns, texts, strict=True):
                    cell_texts.append(values[column])
            if lines:
                yield {
                    column: typed_cells(text_array(cell_texts), column in ids, known.setdefault(column, {}))
                    for column, cell_texts in zip(columns, texts, strict=True)
                }, lines

    def _lines(self, block: Block) -> list[int]:
        return [line for line, _ in RowParser(self.form, block, iter(()), Skipped()).rows()]


def open_text(file: str, opener: Opener, known: KnownColumns | None = None) -> SourceTable:
    """The table of a file of delimited text.

    Args:
        file: its name.
        opener: opens its bytes, unpacked.
        known: how it is written, if that is known.

    Raises:
        DataError: the file cannot be read, is empty, or is not a table.
    """
    with opener() as stream:
        head = stream.read(_MAX_HEAD)
    encoding = encodings.find_encoding(head)
    opener = encodings.as_utf8(file, opener, encoding)
    with opener() as stream:
        start = stream.read(_MAX_START)
        start += stream.readline(_MAX_START) if len(start) == _MAX_START else b""
    text = start.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise NoRowsError(f"{file} is empty (expected {_expected(known)})")
    _refuse_binary(file, text)
    lines = list(io.StringIO(text, newline=None))
    if known is None:
        _refuse_headings(file, lines)
    form, has_header = _known_format(file, lines, known) if known else _find_format(file, lines)
    form = replace(form, may_be_latin=encoding is None)
    source = TextSource(form, opener)
    sample = _sample(form, start)
    if not len(sample) and next(source.rows(), None) is None:
        raise NoRowsError(f"{file} has {'a header and ' * has_header}no rows (expected {form.expected} on each line)")
    facts = [LABELS.get(form.dialect.separator, f"text with {form.dialect.separator!r}")]
    facts += filter(None, [encodings.LABELS[encoding or encodings.UTF8], "" if has_header else "no header"])
    return SourceTable(file, ", ".join(facts), form.fields, has_header, sample, source, form.expected)


def _expected(known: KnownColumns | None) -> str:
    if known is None:
        return "a table, such as CSV with a line for each rating"
    return TextFormat("", Dialect(known.separator, quotes=False), known.columns).expected


def _refuse_binary(file: str, text: str) -> None:
    """Refuse a file with too many characters that do not occur in text, or too many bytes that are not UTF-8.

    Raises:
        DataError: it is not text, or not in one encoding.
    """
    part = text[:_MAX_START]
    n_controls = sum(part.count(chr(code)) for code in (*range(9), *range(14, 31), 127))
    n_invalid = part.count("\ufffd")
    limit = max(2, len(part) / 50)
    if n_invalid > limit and not n_controls:  # text in two encodings, such as the mark of UTF-8 before Windows-1252
        line = len(io.StringIO(part[: part.index("\ufffd") + 1], newline=None).readlines())
        raise DataError(
            f"{file}:{line}: this line is in another encoding than UTF-8, in which the file begins (save all "
            "of it as UTF-8)"
        )
    if n_controls + n_invalid > limit:
        raise DataError(f"{file} is not text (expected a table: save it as CSV)")


def _refuse_headings(file: str, lines: Sequence[str]) -> None:
    """Refuse a file in which a line names an item, and the rows below it are ratings of this, like the Netflix Prize.

    Raises:
        HeadingsError: the file is like that.
    """
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if _HEADING.fullmatch(lines[first].strip()):
        raise HeadingsError(
            f"{file}:{first + 1}: {lines[first].strip()!r} is a heading, and the rows below it do not name what they "
            "are about (expected a table with user and item in each row: write the heading's number into its rows)"
        )


def _known_format(file: str, lines: Sequence[str], known: KnownColumns) -> tuple[TextFormat, bool]:
    dialect = Dialect(known.separator, quotes=known.separator in QUOTED_BY_DEFAULT)
    n_blank = next((n for n, line in enumerate(lines) if line.strip()), 0)
    first = next(iter(records(lines[n_blank : n_blank + 1], dialect)), None)
    has_header = bool(known.header) and first is not None and tuple(first.values) == known.header
    return TextFormat(file, dialect, known.columns, (n_blank + 1) * has_header), has_header


def _find_format(file: str, lines: Sequence[str]) -> tuple[TextFormat, bool]:
    """How the lines of a file are written, and whether it has a header.

    Raises:
        DataError: it is not a table.
    """
    dialect, n_fields, share = find_dialect(lines)
    if share < _MIN_SHARE:
        raise DataError(f"{file} is not a table: its lines have different numbers of fields (expected CSV or such)")
    refuse_many_columns(file, n_fields)
    skipped = 1 if declared_separator(lines[0]) else 0
    filled = (record for record in records(lines[skipped:], dialect) if any(record.values))
    rows = [replace(row, line=row.line + skipped) for row in islice(filled, SAMPLE_ROWS + 1)]
    leading, rows = _without_comments(rows, lines, n_fields)
    header = _header(rows, n_fields)
    if header is not None:
        rows = rows[rows.index(header) + 1 :]
        leading = header.line + header.n_lines
    names = [] if header is None else header.values
    if names and is_comment(names[0]):
        names = [names[0].lstrip("#% "), *names[1:]]
    columns = column_names(names, [row.values for row in rows], n_fields)
    return TextFormat(file, dialect, columns, max(leading, skipped)), header is not None


def _without_comments(rows: Sequence[Record], lines: Sequence[str], n_fields: int) -> tuple[int, list[Record]]:
    """The number of lines of comments before the rows, and the rows after them; a header may begin like a comment."""
    n_lines = 0
    rows = list(rows)
    while rows and is_comment(lines[rows[0].line].lstrip()) and len(rows[0].values) != n_fields:
        n_lines = rows[0].line + rows[0].n_lines
        rows = rows[1:]
    return n_lines, rows


def _header(rows: Sequence[Record], n_fields: int) -> Record | None:
    """The row with the names of the columns: the first, or the first after captions; None if there is none."""
    for position, row in enumerate(rows[:10]):
        is_named = sum(map(bool, row.values)) > 1 or n_fields == 1
        if is_named and is_header(row.values, [other.values for other in rows[position + 1 :]]):
            return row
        is_caption = sum(map(bool, row.values)) == 1 and n_fields > 1 and len(row.values) in (1, n_fields)
        if not is_caption or row.values[0][:1].isdigit():
            return None
    return None


def _sample(form: TextFormat, start: bytes) -> pd.DataFrame:
    """The first rows that can be read."""
    source = TextSource(form, lambda: io.BytesIO(start))
    rows = []
    for _, values in source.rows(Skipped()):
        rows.append(values)
        if len(rows) == SAMPLE_ROWS:
            break
    columns = {
        name: pd.Series([row[position] for row in rows], dtype=object) for position, name in enumerate(form.fields)
    }
    return pd.DataFrame(columns)
