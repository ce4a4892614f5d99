"""Recognise the encoding of a text from its bytes, and read the text as UTF-8.

The rules: a byte order mark decides; zeros in every other byte mean UTF-16; text that is valid UTF-8 is UTF-8,
because text in another encoding is hardly ever valid by accident; anything else is Windows-1252, which spreadsheets
write.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, BinaryIO, cast

from recsys.data.readers.files import Opener
from recsys.errors import DataError

UTF8, LATIN = "utf-8", "cp1252"
LABELS = {UTF8: "", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32", "utf-32-be": "UTF-32",
          LATIN: "Windows-1252"}  # fmt: skip
"""What the report calls an encoding; nothing for UTF-8."""

_MARKS = (  # the longer ones first: the mark of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
INVALID = re.compile("[\udc80-\udcff]")
"""The characters to which the error handler "surrogateescape" decodes bytes that are not UTF-8."""
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_CHUNK = 1 << 16


def byte_order_mark(head: bytes) -> bytes:
    """The byte order mark at the beginning of a file; empty if it has none."""
    return next((mark for mark, _ in _MARKS if head.startswith(mark)), b"")


def find_encoding(head: bytes) -> str | None:
    """The encoding of a text by its first bytes; None if all are ASCII, which is both UTF-8 and Windows-1252.

    The bytes may end within a character.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _utf16(head) or UTF8  # zeros in UTF-8 are an error, which will name its line
    if head.isascii():
        return None
    text = codecs.getincrementaldecoder(UTF8)("surrogateescape").decode(head)
    n_invalid = len(INVALID.findall(text))
    n_valid = len(_NOT_ASCII.findall(text)) - n_invalid if n_invalid else 1
    return UTF8 if n_valid > n_invalid else LATIN  # a few broken bytes in UTF-8 are an error, not another encoding


def _utf16(head: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, where most upper bytes of characters are zero; None if it is not."""
    n_even, n_odd = head[::2].count(0), head[1::2].count(0)
    n_zeros = n_even + n_odd
    if n_zeros < len(head) / 10 or max(n_even, n_odd) < 0.95 * n_zeros:
        return None
    return "utf-16-le" if n_odd > n_even else "utf-16-be"


def as_utf8(name: str, opener: Opener, encoding: str | None) -> Opener:
    """A function that opens a text as UTF-8; if it is converted, it has no byte order mark."""
    return opener if encoding in (None, UTF8) else partial(_open_as_utf8, name, opener, encoding)


def decode_latin(data: bytes) -> str:
    """Windows-1252 as text; the five bytes that it does not define are decoded as ISO-8859-1."""
    return data.decode(LATIN, _KEEP_UNDEFINED)


def _keep_undefined(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("iso-8859-1"), error.end


_KEEP_UNDEFINED = "marquee-keep-undefined"
codecs.register_error(_KEEP_UNDEFINED, _keep_undefined)


@contextmanager
def _open_as_utf8(name: str, opener: Opener, encoding: str) -> Iterator[BinaryIO]:
    with opener() as file:
        start = file.read(4)
        start = start.removeprefix(byte_order_mark(start))
        yield cast(BinaryIO, io.BufferedReader(_Transcoded(name, file, encoding, start), _CHUNK))


class _Transcoded(io.RawIOBase):
    """The text of a file in UTF-8."""

    def __init__(self, name: str, file: BinaryIO, encoding: str, start: bytes) -> None:
        self._start, self._name, self._file, self._encoding = start, name, file, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(_KEEP_UNDEFINED if encoding == LATIN else "strict")
        self._pending = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._pending:
            chunk, self._start = self._start or self._file.read(_CHUNK), b""
            try:
                self._pending = self._decoder.decode(chunk, final=not chunk).encode()
            except UnicodeError as error:
                label = LABELS[self._encoding]
                raise DataError(f"{self._name} is not valid {label}: {error} (save the file as UTF-8)") from None
            if not chunk:
                break
        data, self._pending = self._pending[: len(buffer)], self._pending[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
