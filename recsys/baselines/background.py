"""Work in another process while this one goes on, so that a second core has something to do.

Threads would not do: training is many small numpy calls, which hand the interpreter's lock to and fro. Knows nothing
of what the work is.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from recsys.errors import RecsysError

T = TypeVar("T")


@contextmanager
def beside(work: Callable[..., Iterable[T]], *arguments: Any) -> Iterator[Iterator[T]]:
    """What ``work(*arguments)`` yields, from a process of its own that starts now and ends with the block.

    Args:
        work: a function of a module, so that another process finds it by name.
        arguments: what it is called with; they are copied.

    Raises:
        RecsysError: on reading, where the process was ended from outside, say for want of memory. What the work
            raises is raised here too.
    """
    context = multiprocessing.get_context("spawn")  # the one way that all systems have, and that is safe with threads
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, arguments), daemon=True)
    process.start()
    sender.close()  # so that the end of the process is the end of the pipe
    arrived: SimpleQueue[tuple[_Told, Any]] = SimpleQueue()
    # A pipe holds little: without somebody who empties it the work would wait to be asked.
    reader = Thread(target=_empty, args=(receiver, arrived), daemon=True)
    reader.start()
    try:
        yield _received(arrived, process)
    finally:
        process.terminate()
        process.join()
        reader.join()
        receiver.close()


def _empty(receiver: Connection, arrived: SimpleQueue[tuple[_Told, Any]]) -> None:
    """Take everything out of a pipe until its end."""
    try:
        while True:
            arrived.put(receiver.recv())
    except (EOFError, OSError):
        arrived.put((_Told.ENDED, None))
    except Exception as problem:  # what came cannot be put together here; nobody may wait for it for ever
        arrived.put((_Told.FAILED, problem))


def _received(arrived: SimpleQueue[tuple[_Told, Any]], process: BaseProcess) -> Iterator[Any]:
    while True:
        kind, value = arrived.get()
        if kind is _Told.ENDED:
            process.join()
            raise RecsysError(
                f"a process of this build ended with status {process.exitcode}, before its work was done; expected "
                "it to finish (there may be too little memory: close other programs, or take a smaller data set)"
            )
        if kind is _Told.FAILED:
            raise value
        if kind is _Told.DONE:
            return
        yield value


class _Told(Enum):
    """What the other process says with each value."""

    YIELDED, FAILED, DONE, ENDED = range(4)


def _work(sender: Connection, work: Callable[..., Iterable[Any]], arguments: tuple[Any, ...]) -> None:
    """The other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first ends this one
    try:
        with threadpool_limits(1, "blas"):
            for value in work(*arguments):
                sender.send((_Told.YIELDED, value))
        sender.send((_Told.DONE, None))
    except BrokenPipeError:
        pass  # nobody waits for it any more
    except Exception as problem:
        sender.send((_Told.FAILED, problem))
