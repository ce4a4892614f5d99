"""Write the files of a site: each address once, with its name in every failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recsys.errors import OutputError, RecsysError
from recsys.writing import write_file


class Writer:
    """Writes files below one folder and refuses to write any of them twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, str] = {}

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of all files that were written or reserved."""
        return frozenset(self._written.values())

    def text(self, address: str, content: str) -> None:
        """Write text as UTF-8 with plain newlines on every system."""
        self.bytes(address, content.encode("utf-8"))

    def bytes(self, address: str, content: bytes) -> None:
        """Write one file.

        Args:
            address: path relative to the folder, with ``/``.
            content: of the file.

        Raises:
            OutputError: the address is taken, in this or another spelling, or the disk refuses.
        """
        self.take(address)
        write_file(self._folder, address, content)

    def take(self, address: str) -> None:
        """Reserve an address for a file that is written without this writer.

        Raises:
            OutputError: it is taken, in this or another spelling.
        """
        key = address.casefold()  # some file systems ignore case
        if key in self._written:
            raise OutputError(f"{address}: would be written twice; expected one page for each address")
        self._written[key] = address


@contextmanager
def building(address: str) -> Iterator[None]:
    """Name the page in every failure inside: in the text of a ``RecsysError``, as a note to any other exception."""
    try:
        yield
    except RecsysError as problem:
        text = str(problem)
        if text.startswith(f"{address}:"):
            raise
        raise OutputError(f"{address}: {text}") from problem
    except Exception as problem:
        problem.add_note(f"while building {address}")
        raise
