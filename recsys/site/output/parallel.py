"""Pages printed: contexts through templates into files, by one process or by several.

Each page is the same whoever prints it. Must not know what a page shows, nor which pages there are.

Helpers are forked, where forking is safe: they begin at once and find everything where it is. Started afresh, as
other systems want it, each would first read the whole program, and every context would be packed for it: at a few
thousand pages that costs what it saves. So there all pages are printed by one process.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path

from jinja2 import Environment

from recsys.errors import OutputError
from recsys.site.context import Context
from recsys.site.output.jinja import make_environment
from recsys.site.output.writer import building, write_file

FEWEST = 1_000
"""Pages below which one process is as soon done. With 2,600 and a core to spare a helper saves a third, where all
cores are busy it gains nothing."""
_MOST = 4  # processes: each takes memory
_AT_ONCE = 16  # pages handed over together: some 15 ms of work
_AHEAD = 64  # of these for each helper, so that it need not wait while this process is at a page with charts


@dataclass(frozen=True)
class Job:
    """A file to be: ``text`` makes what stands in it when its turn comes, given the templates."""

    address: str
    text: Callable[[Environment], str]


def page_job(address: str, template: str, context: Callable[[], Context]) -> Job:
    """A page to be: ``context`` makes what its template is given."""
    return Job(address, partial(_rendered, template, context))


def _rendered(template: str, context: Callable[[], Context], environment: Environment) -> str:
    return environment.get_template(template).render(vars(context()))


class Press:
    """Prints pages into one folder.

    Raises:
        OutputError: there is no folder of templates.
    """

    def __init__(self, templates: Path, folder: Path) -> None:
        self._environment, self._folder = make_environment(templates), folder

    def text(self, job: Job) -> bytes:
        """What one file will hold; every failure names it."""
        with building(job.address):
            return job.text(self._environment).encode("utf-8")

    def print(self, job: Job) -> None:
        """Write it."""
        write_file(self._folder, job.address, self.text(job))


def helpers_for(n_pages: int) -> int:
    """Processes that pay beside this one."""
    if n_pages < FEWEST or sys.platform != "linux":
        return 0
    return min(len(os.sched_getaffinity(0)), _MOST) - 1


def printed(jobs: Sequence[Job], press: Press, helpers: int) -> Generator[Job, None, None]:
    """Print all pages: this process from the first on, helpers from the last.

    Args:
        jobs: the pages.
        press: what prints them.
        helpers: processes beside this one; 0 where there is no fork.

    Yields:
        Each page that is done.

    Raises:
        OutputError: a page cannot be made or written, or a helper was ended from outside.
    """
    if not helpers:
        for job in jobs:
            press.print(job)
            yield job
        return
    with _pool(jobs, press, helpers) as pool:
        left = range(len(jobs))
        given: dict[Future[None], range] = {}
        while left or given:
            while len(left) > 1 and len(given) < _AHEAD * helpers:
                cut = max(left.start + 1, left.stop - _AT_ONCE)
                left, share = range(left.start, cut), range(cut, left.stop)
                with _forking():
                    given[pool.submit(_print_there, share)] = share
            if left:
                press.print(jobs[left[0]])
                yield jobs[left[0]]
                left = range(left.start + 1, left.stop)
            else:
                left = _taken_back(given)
                if not left:
                    wait(given, return_when=FIRST_COMPLETED)
            for future in [one for one in given if one.done()]:
                future.result()
                yield from (jobs[place] for place in given.pop(future))


def _taken_back(given: dict[Future[None], range]) -> range:
    """The pages that were handed over last and are not begun; none where there are none."""
    for future in reversed(given):
        if future.cancel():
            return given.pop(future)
    return range(0)


@contextmanager
def _pool(jobs: Sequence[Job], press: Press, helpers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that print. They end with the block, at the latest after the pages they are at."""
    pool = ProcessPoolExecutor(helpers, get_context("fork"), _begin, (jobs, press))
    try:
        yield pool
    except BrokenProcessPool:
        raise OutputError(
            "a process that was making pages was ended from outside; free some memory and build again"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _forking() -> Iterator[None]:
    """A process started inside never hears Ctrl-C: it reaches all of a terminal, but this one hears it for all."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with warnings.catch_warnings():
            # Python warns that a lock may be held by a thread that is not there in the copy. These helpers take none:
            # they neither compute with numpy nor draw on the screen.
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_here: tuple[Sequence[Job], Press]
"""In a helper: what it prints, and with what."""


def _begin(jobs: Sequence[Job], press: Press) -> None:
    """What a helper does first."""
    global _here  # an executor has no other place for what its processes keep
    _here = jobs, press
    sys.stdout = sys.stderr = None  # the display's thread may hold them, and is not here
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that was killed cannot end its helpers; they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _print_there(places: range) -> None:
    jobs, press = _here
    for place in places:
        press.print(jobs[place])
