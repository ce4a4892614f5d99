"""Paths that users give, and small files they name: settings and logos."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from recsys.errors import ConfigError
from recsys.text import shown_path


def expanded(path: str | os.PathLike[str]) -> Path:
    """The path with ``~`` or ``~user`` at its start replaced by that home folder; unchanged if there is none."""
    with suppress(RuntimeError):
        return Path(path).expanduser()
    return Path(path)


def read_small_file(path: Path, max_bytes: int, expected: str) -> bytes:
    """The content of a file, of which ``max_bytes + 1`` bytes are read at most.

    Args:
        path: of a regular file; nothing else is opened, since reading a pipe or a device might never end.
        max_bytes: the largest size that the caller accepts; a result with more bytes says that the file is larger.
        expected: what the file should be, for the error.

    Raises:
        ConfigError: it cannot be read, or is not a regular file.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
            with path.open("rb") as file:  # for a folder, this raises the error of the system
                return file.read(max_bytes + 1)
    except OSError as problem:
        raise ConfigError(f"{shown_path(path)}: cannot be read ({problem.strerror}); expected {expected}") from None
    except ValueError:  # a NUL byte in the path
        raise ConfigError(f"{path}: cannot be the path of a file; expected {expected}") from None
    raise ConfigError(f"{path}: is a pipe, a socket or a device; expected {expected}")
