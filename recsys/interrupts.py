"""Ctrl-C where it must not interrupt: in clean-up and in worker processes. Must not import anything large."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""What asks a program to end: Ctrl-C, ``kill``, and a terminal that is closed."""


class deferred:  # noqa: N801  (a context manager, named as those of contextlib)
    """A block that Ctrl-C does not interrupt: what the signal does in Python happens at the end of the block.

    For steps that are short, such as removing a folder or starting a process. Has no effect in threads other than the
    main one, which Python never interrupts, nor on signals that are ignored or end the process at once.

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
        """From now on, signals are noted."""
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
        """Let signals through again, those noted first."""
        for number, handler in self._handlers.items():
            if callable(handler):
                signal.signal(number, handler)
        for number, frame in self._noted:
            handler = self._handlers[number]
            if callable(handler):
                handler(number, frame)


@contextmanager
def blocked() -> Iterator[None]:
    """In the block, signals wait in this thread; a process that is started there begins like that."""
    if sys.platform == "win32":
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def leave_to_parent() -> None:
    """In a worker process: ignore what reaches every process of a terminal; the parent ends its workers itself."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
