"""Ctrl-C where it must not interrupt: in clean-up and in worker processes. Must not import anything large."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a program to end: Ctrl-C, ``kill``, and a closed terminal."""


class deferred:  # noqa: N801  (a context manager, named as those of contextlib)
    """A block that Ctrl-C does not interrupt: the signal's handler in Python is called at the end of the block.

    For short steps, such as removing a folder or starting a process. It has no effect in threads other than the main
    one, which Python never interrupts, nor on signals that are ignored or that end the process at once.

    >>> import signal
    >>> done = []
    >>> try:
    ...     with deferred():
    ...         signal.raise_signal(signal.SIGINT)
    ...         done.append("all of it")
    ... except KeyboardInterrupt:
    ...     done
    ['all of it']
    """

    def __enter__(self) -> deferred:
        """Begin to note signals instead of handling them."""
        self._noted: list[tuple[int, FrameType | None]] = []
        self._handlers = {number: signal.getsignal(number) for number in SIGNALS}
        if threading.current_thread() is not threading.main_thread():
            self._handlers.clear()
        for number, handler in self._handlers.items():
            if callable(handler):
                signal.signal(number, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._noted.append((number, frame))

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Restore the handlers, and call them for the signals that were noted."""
        for number, handler in self._handlers.items():
            if callable(handler):
                signal.signal(number, handler)
        for number, frame in self._noted:
            handler = self._handlers[number]
            if callable(handler):
                handler(number, frame)


@contextmanager
def blocked() -> Iterator[None]:
    """A block in which signals are blocked in this thread; a process started in it begins with them blocked."""
    if sys.platform == "win32":
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def leave_to_parent() -> None:
    """In a worker process: ignore signals that reach every process of a terminal; the parent ends its workers."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
