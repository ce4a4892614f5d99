"""Independent tasks: one after the other in this process, or on all cores at once, with the same bytes as results.

Threads would not help: training is many small numpy calls, and each of them hands over the interpreter's lock. So
each task has its own process, and at most as many run at once as there are cores.
"""

from __future__ import annotations

import logging
import logging.handlers
import pickle
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

from threadpoolctl import threadpool_limits

from recsys.errors import RecsysError
from recsys.interrupts import blocked, deferred
from recsys.threads import n_cores
from recsys.workers import become_worker

T = TypeVar("T")
U = TypeVar("U")
Send = Callable[[Any], None]
"""Reports the progress of a task, as anything that can be pickled."""
OnEvent = Callable[[str, Any], None]
"""Called with the name of a task and what it reported."""


def nothing() -> None:
    """Do nothing."""


_PACKAGE = logging.getLogger("recsys")


class KilledTaskError(RecsysError):
    """The process of a task was killed, perhaps because memory ran out."""


@dataclass(frozen=True)
class Task(Generic[T]):
    """Work that depends on no other task.

    Attributes:
        name: of the task.
        work: called with a function that reports its progress. It is pickled where processes are not forked.
    """

    name: str
    work: Callable[[Send], T]


class Finished(NamedTuple, Generic[T]):
    """The result of a task, and the seconds that it took."""

    name: str
    result: T
    seconds: float


class Run(Protocol):
    """A way to run tasks."""

    def __call__(
        self, tasks: Sequence[Task[T]], on_event: OnEvent, meanwhile: Callable[[], None] = nothing
    ) -> Generator[Finished[T], None, None]:
        """Give the tasks as they finish; closing the generator ends those that are still running.

        Args:
            tasks: begun in this order; all are done soonest if the longest is first (Graham 1969).
            on_event: called in this process with what they report.
            meanwhile: called once in this process, after the first tasks have begun.

        Raises:
            KilledTaskError: the process of a task was killed.
            Exception: whatever a task raises.
        """
        ...


def in_turn(
    tasks: Sequence[Task[T]], on_event: OnEvent, meanwhile: Callable[[], None] = nothing
) -> Generator[Finished[T], None, None]:
    """One task after the other, in this process."""
    meanwhile()
    for task in tasks:
        start = time.perf_counter()

        def send(event: Any, name: str = task.name) -> None:
            on_event(name, event)

        result = task.work(send)
        yield Finished(task.name, result, time.perf_counter() - start)


def on_all_cores(
    tasks: Sequence[Task[T]], on_event: OnEvent, meanwhile: Callable[[], None] = nothing
) -> Generator[Finished[T], None, None]:
    """Each task in its own process with one BLAS thread, as many at once as there are cores.

    Only for the command. Where processes cannot be forked safely, which is everywhere but on Linux, they import the
    main module again: the script of a library user would run twice if it is not guarded by ``if __name__ ==
    "__main__"``. And a fork copies the locks of other threads as they are: the command has no other threads, but a
    program that calls this package may have some.
    """
    waiting, running = list(reversed(tasks)), dict[Connection, _Worker]()

    def start_waiting() -> None:
        while waiting and len(running) < n_cores():
            with deferred():  # so that every process that was started is among those that are ended below
                worker = _Worker.start(waiting.pop())
                running[worker.receiver] = worker

    try:
        start_waiting()
        meanwhile()
        while running:
            for receiver in cast("list[Connection]", wait(list(running))):
                worker = running[receiver]
                kind, content = worker.receive()
                if kind == "event":
                    on_event(worker.name, content)
                elif kind == "log":
                    logging.getLogger(content.name).handle(content)
                elif kind == "failure":
                    raise content
                else:
                    with deferred():
                        running.pop(receiver).end()
                    start_waiting()
                    yield Finished(worker.name, *content)
    finally:
        with deferred():
            for worker in running.values():
                worker.end()


def run_each(run: Run, work: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """The results of independent functions, by their names and in their order.

    Args:
        run: how they are run.
        work: the functions; they are pickled where processes are not forked.
    """
    return run_each_and(run, work, nothing)[0]


def run_each_and(run: Run, work: Mapping[str, Callable[[], T]], local: Callable[[], U]) -> tuple[dict[str, T], U]:
    """The same, and the result of another function, which this process calls meanwhile.

    Args:
        run: as in :func:`run_each`.
        work: likewise.
        local: a function whose result is too large to be sent from one process to another.
    """
    local_results = list[U]()
    tasks = [Task(name, partial(_without_progress, function)) for name, function in work.items()]
    finished = run(tasks, lambda name, event: None, lambda: local_results.append(local()))
    results = {name: result for name, result, _ in finished}
    return {name: results[name] for name in work}, local_results[0]


def _without_progress(function: Callable[[], T], send: Send) -> T:
    return function()


@dataclass(frozen=True)
class _Worker:
    """A process with one task."""

    name: str
    process: BaseProcess
    receiver: Connection

    @classmethod
    def start(cls, task: Task[Any]) -> _Worker:
        # A forked process starts at once and shares the data of this one.
        context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(task, sender, _PACKAGE.getEffectiveLevel()), daemon=True)
        with blocked(), warnings.catch_warnings():  # the process starts with the signals blocked, too
            # Python warns that a thread of this process may hold a lock, which would stay locked in the copy. Tasks
            # take no lock of another thread: they compute with one BLAS thread and write to no stream.
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            process.start()
        sender.close()  # so that receive() notices when the process, which has the only other end, has ended
        return cls(task.name, process, receiver)

    def receive(self) -> tuple[str, Any]:
        """The next message: its kind and content.

        Raises:
            KilledTaskError: the process has ended without a result.
        """
        try:
            kind, content = self.receiver.recv()
        except EOFError:
            raise KilledTaskError(
                f"a process of this build was killed before its work was done ({self.name}); expected it to finish "
                "(there may be too little memory: close other programs, or use a smaller data set)"
            ) from None
        return kind, content

    def end(self) -> None:
        """Kill the process, even in the middle of its work."""
        self.process.kill()
        self.process.join()
        self.receiver.close()


def _work(task: Task[Any], sender: Connection, level: int) -> None:
    """What the process of a task does."""
    become_worker()
    _PACKAGE.handlers[:] = [_LogSender(sender)]
    _PACKAGE.propagate = False
    _PACKAGE.setLevel(level)
    start = time.perf_counter()
    try:
        with threadpool_limits(1, "blas"):
            result = task.work(lambda event: sender.send(("event", event)))
        message = pickle.dumps(("result", (result, time.perf_counter() - start)), pickle.HIGHEST_PROTOCOL)
    except Exception as problem:
        message = pickle.dumps(("failure", _portable(problem)))
    sender.send_bytes(message)


def _portable(problem: Exception) -> Exception:
    """The exception with its traceback as a note; where it cannot be pickled, another one with its text."""
    problem.add_note(traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(problem))
    except Exception:
        return RecsysError(f"{type(problem).__name__}: {problem}")
    return problem


class _LogSender(logging.handlers.QueueHandler):
    """Sends log records to the parent, whose handlers print them."""

    def __init__(self, sender: Connection) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self._sender = sender

    def enqueue(self, record: logging.LogRecord) -> None:
        self._sender.send(("log", record))
