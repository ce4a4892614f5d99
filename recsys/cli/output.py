"""Standard output and errors that never stop a build: whatever the encoding, and also when nobody reads them."""

from __future__ import annotations

import io
import logging
import os
import sys
from contextlib import suppress
from typing import IO, Any, cast

from rich.console import Console

from recsys.text import visible

MAX_LINE = 2_000
"""Characters of an error; names of files and values may be longer."""


def tolerate_any_text() -> None:
    """From now on, characters that the encoding of the console lacks are printed as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not None, which stands for a closed stream
            stream.reconfigure(errors="backslashreplace")


def one_line(text: str) -> str:
    """The text as a terminal may print it, on one line of bounded length."""
    line = visible(text).replace("\n", "\\n")
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]} ..."


def print_error(text: str) -> None:
    """Print a line to standard error, if it can be."""
    with suppress(OSError, ValueError):
        print(one_line(text), file=sys.stderr, flush=True)


def finish() -> None:
    """Write what is still buffered, or drop it: a reader may have gone, as with ``| head``, or the disk be full."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:  # Python would try again at its end, and exit with 120
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        except ValueError:  # it was closed meanwhile
            pass


class _Tolerant:
    """Standard output, whose failures are of no interest: a terminal that is closed stays so until the build ends."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def make_console() -> Console:
    """A console on standard output; what cannot be written to it is dropped."""
    stream = sys.stdout
    return Console() if stream is None else Console(file=cast(IO[str], _Tolerant(stream)))


class Formatter(logging.Formatter):
    """Formats log records as text that can be printed: names of files may hold bytes that cannot be decoded."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, printable."""
        return visible(super().format(record))


class StreamHandler(logging.StreamHandler[IO[str]]):
    """Writes log records, and drops those that cannot be written instead of printing a traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the name that logging calls)
        """Drop the record if the stream failed; anything else is a fault of ours, and reported."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)
