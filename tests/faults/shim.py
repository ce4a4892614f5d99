"""Watch the file operations of this process, and let the n-th of them fail, or kill the process before it.

Python code may open, write, rename or remove a file in many ways, but all of them end in a few functions of ``os``
and in :class:`io.FileIO`, or, for the atomic exchange of two folders, in a function of the C library. Those are
replaced here, so ``open``, ``Path.write_bytes``, ``shutil``, ``zipfile``, ``numpy.savez`` and Pillow are all seen.
``test_shim.py`` compares what is seen with what the interpreter itself reports. What keeps a reference to a function
of ``os`` from before is not seen, such as the removal of temporary files by ``tempfile``.
"""

from __future__ import annotations

import builtins
import ctypes
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)
"""A full disk, a broken one, a closed one, and one that the system has made read-only after an error."""
KILLED = -9
"""The status of a process that :class:`KillAt` has ended: that of SIGKILL."""
_PATH_FUNCTIONS = ("mkdir", "rmdir", "unlink", "remove", "chmod", "truncate", "utime", "rename", "replace", "link")
_DESCRIPTOR_FUNCTIONS = ("write", "pwrite", "sendfile", "fchmod", "ftruncate")
_WITHOUT_EFFECT = ("read", "close")
_MAX_PATH = 4096
_real_open = io.open


class Operation(NamedTuple):
    """A file operation that is about to happen."""

    name: str
    """Of the function; ``read`` is to open for reading, ``open`` for writing, ``exchange`` that of two folders."""
    path: str

    @property
    def changes_disk(self) -> bool:
        """Whether there is another state of the disk after it."""
        return self.name not in _WITHOUT_EFFECT


OnOperation = Callable[[Operation], None]
"""Called before each operation; what it raises is what the operation raises."""


class Counter:
    """Numbers operations from 1, across all processes that are forked from this one."""

    def __init__(self) -> None:
        self._n = get_context("fork").Value("q", 0)

    def __call__(self, operation: Operation) -> None:
        self.next()

    def next(self) -> int:
        """The number of the operation that is about to happen."""
        with self._n.get_lock():
            self._n.value += 1
            return self._n.value

    @property
    def n(self) -> int:
        """How many operations there were."""
        return self._n.value


@dataclass
class FailAt:
    """Let the n-th operation fail.

    Attributes:
        n: counted from 1.
        error: a number of :mod:`errno`.
    """

    n: int
    error: int

    def __post_init__(self) -> None:
        self._counter = Counter()
        self._path = get_context("fork").RawArray("c", _MAX_PATH)

    @property
    def path(self) -> str:
        """The path of the operation that failed, also in a process that was forked from this one; else empty."""
        return os.fsdecode(self._path.value)

    def __call__(self, operation: Operation) -> None:
        if self._counter.next() == self.n:
            self._path.value = os.fsencode(operation.path)
            if operation.name in ("write", "close"):  # such an error does not name the file
                raise OSError(self.error, os.strerror(self.error))
            raise OSError(self.error, os.strerror(self.error), operation.path)


@dataclass
class KillAt:
    """Kill this process before its n-th operation."""

    n: int

    def __post_init__(self) -> None:
        self._counter = Counter()

    def __call__(self, operation: Operation) -> None:
        if self._counter.next() == self.n:
            os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def watched(folders: Sequence[Path], on_operation: OnOperation) -> Iterator[None]:
    """Call ``on_operation`` before every file operation of the block below some folders.

    Args:
        folders: absolute, without symbolic links.
        on_operation: may raise OSError, which then stands for the operation's failure.
    """
    watch = _Watch(tuple(os.fspath(folder) for folder in folders), on_operation)
    replaced = [patch.object(io, "open", watch.open), patch.object(builtins, "open", watch.open)]
    replaced += [patch.object(os, "open", watch.os_open)]
    replaced += [patch.object(os, name, watch.path_function(name)) for name in _PATH_FUNCTIONS if hasattr(os, name)]
    replaced += [
        patch.object(os, name, watch.descriptor_function(name)) for name in _DESCRIPTOR_FUNCTIONS if hasattr(os, name)
    ]
    replaced += [patch.object(ctypes.CDLL, "__getattr__", watch.library_function())]
    for each in replaced:
        each.start()
    try:
        yield
    finally:
        for each in reversed(replaced):
            each.stop()


class _Watch:
    """Replacements of functions, which report operations below some folders."""

    def __init__(self, folders: tuple[str, ...], on_operation: OnOperation) -> None:
        self._folders, self._on_operation = folders, on_operation

    def report(self, name: str, *paths: str) -> None:
        for path in paths:
            if any(path == folder or path.startswith(folder + os.sep) for folder in self._folders):
                self._on_operation(Operation(name, path))
                return

    def open(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        """As ``io.open``, with a raw file that reports what is written."""
        if not set(mode) & set("wxa+"):
            self.report("read", _absolute(file))
            return _real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if not isinstance(file, int):
            self.report("open", _absolute(file))
        raw = _File(self, file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        size = buffering if buffering > 1 else max(os.fstat(raw.fileno()).st_blksize, io.DEFAULT_BUFFER_SIZE)
        buffered = io.BufferedRandom(raw, size) if "+" in mode else io.BufferedWriter(raw, size)
        if "b" in mode:
            return buffered
        text = io.TextIOWrapper(buffered, encoding, errors, newline, line_buffering=buffering == 1)
        text.mode = mode  # type: ignore[misc]
        return text

    def os_open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        self.report("open" if writes else "read", _absolute(path, dir_fd))
        return _REAL["open"](path, flags, mode, dir_fd=dir_fd)  # type: ignore[no-any-return]

    def path_function(self, name: str) -> Callable[..., Any]:
        real = _REAL[name]

        @wraps(real)
        def reporting(path: Any, *rest: Any, **options: Any) -> Any:
            paths = [_absolute(path, options.get("dir_fd", options.get("src_dir_fd")))]
            if name in ("rename", "replace", "link"):
                target = rest[0] if rest else options["dst"]
                paths.append(_absolute(target, options.get("dst_dir_fd")))
            self.report(name, *paths)
            return real(path, *rest, **options)

        return reporting

    def descriptor_function(self, name: str) -> Callable[..., Any]:
        real = _REAL[name]

        @wraps(real)
        def reporting(descriptor: int, *rest: Any, **options: Any) -> Any:
            self.report(name, _absolute(descriptor))
            return real(descriptor, *rest, **options)

        return reporting

    def library_function(self) -> Callable[[ctypes.CDLL, str], Any]:
        """As ``CDLL.__getattr__``; a failure of ``renameat2`` is what it returns, and not raised."""

        def look_up(library: ctypes.CDLL, name: str) -> Any:
            function = _REAL_GETATTR(library, name)
            return _Exchange(function, self) if name == "renameat2" else function

        return look_up


class _Exchange:
    """Stands for ``renameat2``."""

    def __init__(self, function: Any, watch: _Watch) -> None:
        self._function, self._watch = function, watch

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            setattr(self._function, name, value)  # argtypes, restype

    def __call__(self, *arguments: Any) -> int:
        try:
            self._watch.report("exchange", os.fsdecode(arguments[1]), os.fsdecode(arguments[3]))
        except OSError as problem:
            ctypes.set_errno(problem.errno or 0)
            return -1
        return int(self._function(*arguments))


class _File(io.FileIO):
    """A raw file that reports each write and its closing."""

    def __init__(self, watch: _Watch, file: Any, mode: str, closefd: bool, opener: Any) -> None:
        self._watch, self._path = watch, _absolute(file)
        super().__init__(file, mode, closefd, opener)

    def write(self, content: Any) -> int:
        self._watch.report("write", self._path)
        return super().write(content)

    def truncate(self, size: int | None = None) -> int:
        self._watch.report("truncate", self._path)
        return super().truncate(size)

    def close(self) -> None:
        if self.closed or not hasattr(self, "_path"):
            return
        try:
            self._watch.report("close", self._path)
        finally:  # a descriptor is gone, also where closing it fails
            super().close()


_REAL = {
    name: getattr(os, name) for name in ("open", *_PATH_FUNCTIONS, *_DESCRIPTOR_FUNCTIONS) if hasattr(os, name)
}
_REAL_GETATTR = ctypes.CDLL.__getattr__


def _absolute(path: Any, dir_fd: int | None = None) -> str:
    """The absolute path of a path, or of what a descriptor has opened; empty where the system does not say."""
    if isinstance(path, int):
        if not sys.platform.startswith("linux"):
            return ""
        try:
            return os.readlink(f"/proc/self/fd/{path}").removesuffix(" (deleted)")  # noqa: PTH115
        except OSError:
            return ""
    path = os.fsdecode(path)
    if dir_fd is not None and not os.path.isabs(path):  # noqa: PTH117  (text is quicker than a Path)
        path = os.path.join(_absolute(dir_fd), path)  # noqa: PTH118
    return os.path.abspath(path)  # noqa: PTH100
