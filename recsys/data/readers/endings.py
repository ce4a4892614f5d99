"""Guess whether a file was cut off within its last value: the last row looks complete, but has no line break."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import BinaryIO

from recsys.data.readers.delimited import TextFormat, count_lines, csv_reader
from recsys.data.readers.encodings import decode_latin
from recsys.data.readers.files import Opener

_TAIL = 1 << 16
"""How many bytes at the end of a file are examined."""
_CHUNK = 1 << 20
_MIN_OTHERS = 10
"""How many rows before the last are needed to know the usual length of their last values."""
_MIN_LENGTH = 3
"""The least usual length, in characters: a rating of 5 among ratings of 10 is not cut off."""
_CUT_NUMBER = re.compile(r"[+-]?[0-9]+[.,]")


def cut_warning(form: TextFormat, opener: Opener) -> str | None:
    """A warning about a file that seems to be cut off within its last value; None for any other file.

    Many sound files do not end with a line break. So there is a warning only if the last value ends in a decimal
    mark, or is shorter than all values before it while those have nearly the same length.
    """
    tail, is_whole = _read_tail(opener)
    if not tail or tail.endswith((b"\n", b"\r")):
        return None
    try:
        text = tail.decode("utf-8-sig" if is_whole else "utf-8")
    except UnicodeDecodeError:
        text = decode_latin(tail)
    lines = list(io.StringIO(text, newline=None))[0 if is_whole else 1 :]
    try:
        rows = [row for row in csv_reader(iter(lines), form.dialect) if len(row) == len(form.fields) > 1]
    except csv.Error:
        return None
    if not rows or not lines[-1].rstrip().endswith(rows[-1][-1].rstrip()):
        return None
    last, others = rows[-1][-1].strip(), [row[-1].strip() for row in rows[:-1]]
    if not _is_cut(last, others[1:]):  # the first may be the header
        return None
    return (
        f"{form.file}:{_count_lines(opener) + 1}: the file does not end with a line break, and its last value "
        f"{last!r} looks incomplete: the file may be cut off; the row is used anyway"
    )


def _is_cut(last: str, others: Sequence[str]) -> bool:
    if len(others) < _MIN_OTHERS:
        return False
    if _CUT_NUMBER.fullmatch(last) and not any(map(_CUT_NUMBER.fullmatch, others)):
        return True
    lengths = [len(value) for value in others]
    return min(lengths) >= _MIN_LENGTH and max(lengths) - min(lengths) <= 1 and len(last) < min(lengths)


def _read_tail(opener: Opener) -> tuple[bytes, bool]:
    """The last bytes of a text, and whether they are all of it."""
    with opener() as stream:
        if _skip_to_tail(stream):
            return stream.read(), False
        tail, is_whole = b"", True
        while chunk := stream.read(_CHUNK):
            tail += chunk
            is_whole &= len(tail) <= _TAIL
            tail = tail[-_TAIL:]
        return tail, is_whole


def _skip_to_tail(stream: BinaryIO) -> bool:
    """Go to the tail of a long file; False if the file is short, or the stream cannot seek, as when it unpacks."""
    if not stream.seekable():
        return False
    start = stream.seek(0, io.SEEK_END) - _TAIL
    stream.seek(max(0, start))
    return start > 0


def _count_lines(opener: Opener) -> int:
    """The number of line ends."""
    n_lines = 0
    with opener() as stream:
        while chunk := stream.read(_CHUNK) + stream.readline(_CHUNK):  # so that no "\r\n" is counted twice
            n_lines += count_lines(chunk)
    return n_lines
