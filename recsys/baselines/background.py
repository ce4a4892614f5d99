"""Run a generator in another process while this one goes on, so that a second core has work.

Threads would not help: training is many small numpy calls, and each of them hands the interpreter's lock over.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from recsys.errors import RecsysError
from recsys.interrupts import blocked, deferred, leave_to_parent

T = TypeVar("T")


@contextmanager
def in_background(work: Callable[..., Iterable[T]], *arguments: Any) -> Iterator[Iterator[T]]:
    """Yield the results of ``work(*arguments)``, computed by a process that starts now and ends with the block.

    Args:
        work: a function at the top of a module, so that another process can import it.
        arguments: its arguments; they are copied.

    Raises:
        RecsysError: on reading, if the process was killed, say for want of memory. What ``work`` raises is raised
            there too.
    """
    context = get_context("spawn")  # the only start method that every system has and that is safe with threads
    receiver, sender = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(1, context, _start_worker, (receiver,))
    finished: SimpleQueue[Future[list[T]]] = SimpleQueue()

    def request_next(previous: Future[list[T]]) -> None:
        """Ask for one more result as soon as the previous one is here, so that the process never waits for us."""
        finished.put(previous)
        if previous.cancelled() or previous.exception() or not previous.result():
            return
        try:
            pool.submit(_next_result).add_done_callback(request_next)
        except RuntimeError as problem:  # the process was killed between two results, or the block was left
            failed = Future[list[T]]()
            failed.set_exception(problem)
            finished.put(failed)

    try:
        with deferred(), blocked():  # which the process inherits
            # Pickled here, so that what fails in there, such as to import numpy in too little memory, is passed on.
            pool.submit(_first_result, pickle.dumps((work, arguments), 5)).add_done_callback(request_next)
        yield _read(finished)
    finally:
        with deferred():
            sender.close()  # ends the process, even in the middle of its work
            pool.shutdown(cancel_futures=True)
            receiver.close()


def _read(finished: SimpleQueue[Future[list[T]]]) -> Iterator[T]:
    try:
        while result := finished.get().result():
            yield from result
    except BrokenProcessPool as problem:
        raise RecsysError(
            "a process of this build was killed before its work was done; expected it to finish (there may be too "
            "little memory: close other programs, or use a smaller data set)"
        ) from problem


_results: Iterator[Any]
"""In the worker process: its one running generator."""


def _start_worker(receiver: Connection) -> None:
    leave_to_parent()
    Thread(target=_exit_with_parent, args=(receiver,), daemon=True).start()


def _exit_with_parent(receiver: Connection) -> None:
    """Exit when the other end of the pipe is closed: by the end of the parent's block, or by its death."""
    with suppress(EOFError, OSError):
        receiver.recv()
    os._exit(1)


def _first_result(pickled: bytes) -> list[Any]:
    global _results  # an executor gives its processes no other way to keep state
    work, arguments = pickle.loads(pickled)
    threadpool_limits(1, "blas")  # which numpy has loaded by now
    _results = iter(work(*arguments))
    return _next_result()


def _next_result() -> list[Any]:
    """The next result in a list; an empty list at the end."""
    return list(islice(_results, 1))
