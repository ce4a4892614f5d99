"""The command as a process of its own, which can be interrupted at any moment. Must not import anything large.

Ctrl-C, and signals that ask the process to end, are raised as KeyboardInterrupt, once: what cleans up after it is not
interrupted again. Numpy and pandas are imported by the command itself, when all of this is in place.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import CodeType, FrameType

from recsys.interrupts import SIGNALS

_RETRY_SECONDS = 0.02
_BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables that set the threads of the libraries that numpy may multiply with."""


def main() -> int:
    """The command ``marquee``; returns its exit status."""
    return run_process(_command)


def _command() -> int:
    from recsys.cli.main import main

    return main()


def run_process(command: Callable[[], int]) -> int:
    """Run a command that ends this process.

    Args:
        command: returns the exit status, and imports what it needs. It may handle KeyboardInterrupt, or leave it.

    Returns:
        What ``command`` returns; if a signal interrupted it 128 and the number of that signal, which is 130 for
        Ctrl-C. From then on nothing but the end of the process is left, and signals are ignored.
    """
    for name in _BLAS_THREADS:  # a build has one in each process; others would be ended and begun anew at each fork
        os.environ.setdefault(name, "1")
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        if received:
            return
        if _is_within(frame, try_again.__code__):
            _send_soon(number)
            return
        received.append(number)
        raise KeyboardInterrupt

    def try_again(unraisable: sys.UnraisableHookArgs) -> None:
        """Python drops exceptions in some callbacks, such as that of a weak reference: interrupt again soon after.

        It drops those in this function too, so that what interrupts it has to wait.
        """
        if received and issubclass(unraisable.exc_type, KeyboardInterrupt):
            _send_soon(received.pop())
        else:
            sys.__unraisablehook__(unraisable)

    numbers = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    for number in numbers:
        signal.signal(number, interrupt)
    sys.unraisablehook = try_again
    try:
        status = command()
    except (ImportError, MemoryError) as problem:  # the command itself makes a sentence of what comes later
        if not received and "--verbose" in sys.argv:
            raise
        _print("interrupted" if received else f"error: {_import_failure(problem)}")
        status = 130 if received else 1
    except BaseException:  # what a library makes of an interrupt, say an ImportError, is of no interest
        if not received:
            raise
        _print("interrupted")
        status = 130
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
    return 128 + received[0] if received and status else status


def _import_failure(problem: ImportError | MemoryError) -> str:
    if isinstance(problem, MemoryError):
        return "there is too little memory to begin; free some by closing other programs, or raise the limit on it"
    reason = next((line for line in reversed(_messages(problem)) if line), "")
    return (
        f"a package cannot be imported ({reason}); install what is missing with: python -m pip install "
        "marquee-recsys, or if it is there, free some memory"
    )


def _messages(problem: BaseException | None) -> list[str]:
    """The first line of an exception's text, and of those that it was raised from."""
    lines = list[str]()
    while problem is not None:
        lines.append(str(problem).strip().partition("\n")[0])
        problem = problem.__cause__ or problem.__context__
    return lines


def _is_within(frame: FrameType | None, code: CodeType) -> bool:
    """Whether a function is running: in this frame, or in one that has called it."""
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None


def _send_soon(number: int) -> None:
    """Send a signal to the main thread in a moment; may be called by a handler of signals, as it takes no lock."""
    _thread.start_new_thread(_send, (number,))


def _send(number: int) -> None:
    """Wait a moment, and send a signal to the main thread, which may be waiting for something."""
    time.sleep(_RETRY_SECONDS)
    if sys.platform == "win32":
        signal.raise_signal(number)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, number)


def _print(line: str) -> None:
    with suppress(OSError):  # nobody reads it
        os.write(2, f"{line}\n".encode())
