"""The formats of tables, recognised by the contents of a file; a new format is a function and a line in FORMATS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recsys.data.readers.compression import COMPRESSIONS, unpacked
from recsys.data.readers.files import Opener
from recsys.data.readers.parquet import MAGIC, open_parquet
from recsys.data.readers.records import open_json
from recsys.data.readers.table import SourceTable
from recsys.data.readers.text import KnownColumns, open_text
from recsys.errors import DataError
from recsys.text import without_controls

OpenTable = Callable[[str, Opener], SourceTable | None]
"""Opens the table of a file from its name and a function that opens its bytes; None if it has another format."""

FORMATS: dict[str, OpenTable] = {
    "parquet": open_parquet,
    "json": open_json,
}
"""All formats but text by their names; each recognises its files by their first bytes. Any other file is text."""

LABEL = "CSV or other delimited text, JSON Lines or Parquet, also packed with gzip, zip or zstd"
"""What can be read, as errors write it after "expected"."""

_SAVE = "save it as CSV"
_UNPACK = "unpack it, or make a zip of it"
_SQL = (b"INSERT INTO", b"insert into", b"CREATE TABLE", b"create table", b"DROP TABLE", b"BEGIN TRANSACTION",
        b"PRAGMA", b"-- ", b"/*!", b"SET ")  # fmt: skip
NO_TABLES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "a picture (PNG)", "expected a table"),
    (b"\xff\xd8\xff", "a picture (JPEG)", "expected a table"),
    (b"GIF8", "a picture (GIF)", "expected a table"),
    (b"RIFF", "a picture or a sound (RIFF)", "expected a table"),
    (b"%PDF", "a PDF document", _SAVE),
    (b"{\\rtf", "a text document (RTF)", _SAVE),
    (b"PK\x03\x04", "a zip or a workbook (Excel, OpenDocument)", f"{_SAVE}, or give the path of the zip itself"),
    (b"\xd0\xcf\x11\xe0", "a workbook or document of an older Office", _SAVE),
    (b"SQLite format 3", "an SQLite database", "export a table of it as CSV"),
    (b"\x89HDF", "HDF5", _SAVE),
    (b"\x93NUMPY", "a NumPy array", _SAVE),
    (b"\x80\x04\x95", "a Python pickle", _SAVE),
    (b"%%MatrixMarket", "a Matrix Market file", "save it as CSV, with a row for each rating"),
    (b"ARROW1", "an Arrow file", "save it as Parquet or CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"<!DOCTYPE", "a web page (HTML)", "download the table itself"),
    (b"<!doctype", "a web page (HTML)", "download the table itself"),
    (b"<html", "a web page (HTML)", "download the table itself"),
    (b"<?xml", "XML", _SAVE),
    *((start, "an SQL dump", "export a table of it as CSV") for start in _SQL),
    (b"version https://git-lfs", "a Git LFS pointer", "run git lfs pull"),
)
"""How other files than tables begin, what they are, and what to do."""
_TAR_MAGIC = b"ustar"
_TAR_OFFSET = 257


def open_table(file: str, opener: Opener, known: KnownColumns | None = None) -> SourceTable:
    """The table of a file, whatever its format, encoding and compression.

    Args:
        file: its name, as errors show it.
        opener: opens its bytes.
        known: how it is written, if that is known; then it is text.

    Raises:
        DataError: the file cannot be read, is empty, or is not a table; the message says what it is.
    """
    file = without_controls(file)
    opener, compression = unpacked(file, opener)
    table = None
    if known is None:
        table = next(filter(None, (open_format(file, opener) for open_format in FORMATS.values())), None)
    if table is None:
        _refuse_others(file, opener)
        table = open_text(file, opener, known)
    return table.with_fact(compression) if compression else table


def _refuse_others(file: str, opener: Opener) -> None:
    """Refuse a file that is not a table, judging by its first bytes.

    Raises:
        DataError: it is not a table; the message says what to do.
    """
    with opener() as stream:
        start = stream.read(_TAR_OFFSET + len(_TAR_MAGIC))
    for magic, what, remedy in NO_TABLES:
        if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(magic):
            raise DataError(f"{file} is {what}, not a table ({remedy})")
    if start[_TAR_OFFSET:] == _TAR_MAGIC:
        raise DataError(f"{file} is a tar archive, not a table ({_UNPACK})")


def format_tables() -> dict[str, Any]:
    """How files that are not text begin, each byte a character, as JSON."""
    starts = [magic for magic, *_ in NO_TABLES] + [compression.magic for compression in COMPRESSIONS] + [MAGIC]
    return {"starts": [start.decode("latin-1") for start in dict.fromkeys(starts)]}
