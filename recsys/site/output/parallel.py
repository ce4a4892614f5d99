"""Render pages, contexts through templates into files, in this process or in several.

The bytes of a page are the same whichever process renders it. Must not know what a page shows, nor which pages exist.

Worker processes are forked, where that is safe: they start at once and share the data of this process. On other
systems each worker would first import the whole program and receive a pickled copy of every context, which for a few
thousand pages costs as much as it saves; there, all pages are rendered in this process.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Collection, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from jinja2 import Environment

from recsys.errors import OutputError
from recsys.interrupts import deferred
from recsys.site.context import Context
from recsys.site.language.strings import Strings
from recsys.site.output.jinja import make_environment
from recsys.site.output.unlink import remove_links
from recsys.site.output.writer import building
from recsys.threads import n_cores
from recsys.workers import become_worker
from recsys.writing import write_file

MIN_PAGES = 1_000
"""Pages from which on workers pay: with 2,600 pages and an idle core a second process saves a third of the time."""
_MAX_WORKERS = 4  # each takes memory
CHUNK = 16  # pages handed to a worker at once: about 15 ms of work


@dataclass(frozen=True)
class Job:
    """A file to write: ``text`` makes its content from the templates, when its turn comes."""

    address: str
    text: Callable[[Environment], str]


def page_job(address: str, template: str, context: Callable[[], Context]) -> Job:
    """A page to write: ``context`` makes the variables of its template."""
    return Job(address, partial(_render_template, template, context))


def _render_template(template: str, context: Callable[[], Context], environment: Environment) -> str:
    return environment.get_template(template).render(vars(context()))


class Renderer:
    """Renders jobs into files of one folder.

    Args:
        templates: the folder of templates.
        folder: of the site.
        strings: the texts of the interface.
        absent: addresses of pages that are not made; nothing links to them.

    Raises:
        OutputError: the folder of templates is missing.
    """

    def __init__(
        self, templates: Path, folder: Path, strings: Strings, absent: Collection[str] = frozenset()
    ) -> None:
        self._environment, self._folder, self._absent = make_environment(templates, strings), folder, absent

    def render(self, job: Job) -> bytes:
        """The content of one file; every failure names the file."""
        with building(job.address):
            text = job.text(self._environment)
            return (remove_links(text, self._absent) if job.address.endswith(".html") else text).encode("utf-8")

    def write(self, job: Job) -> None:
        """Render one file and write it."""
        write_file(self._folder, job.address, self.render(job))


def worker_count(n_pages: int) -> int:
    """How many worker processes to render so many pages with; 0 to render them in this process."""
    n_usable = n_cores() if sys.platform == "linux" else 1
    return min(n_usable, _MAX_WORKERS) if n_usable > 1 and n_pages >= MIN_PAGES else 0


def render_all(jobs: Sequence[Job], renderer: Renderer, n_workers: int) -> Generator[Job, None, None]:
    """Render and write all jobs.

    Args:
        jobs: the files to write.
        renderer: renders and writes one of them.
        n_workers: worker processes, which need ``fork``; 0 to use this process alone.

    Yields:
        Each job that is done, in order.

    Raises:
        OutputError: a file cannot be rendered or written, or a worker was killed.
    """
    if not n_workers:
        for job in jobs:
            renderer.write(job)
            yield job
        return
    pool = ProcessPoolExecutor(n_workers, get_context("fork"), _start_worker, (jobs, renderer))
    chunks = [range(start, min(start + CHUNK, len(jobs))) for start in range(0, len(jobs), CHUNK)]
    try:
        with deferred(), warnings.catch_warnings():  # workers begin with the handlers of this moment
            # Python warns that a thread of this process may hold a lock, which would stay locked in the copy. Workers
            # take no lock of another thread: they do not compute with numpy, nor write to the terminal.
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            done = pool.map(_write_chunk, chunks)  # starts the workers
        yield from map(jobs.__getitem__, chain.from_iterable(done))
    except BrokenProcessPool:
        raise OutputError("a process that rendered pages was killed; free some memory and build again") from None
    finally:
        with deferred():
            pool.shutdown(cancel_futures=True)  # a worker finishes its chunk


_worker: tuple[Sequence[Job], Renderer]
"""The jobs and their renderer, in a worker process."""


def _start_worker(jobs: Sequence[Job], renderer: Renderer) -> None:
    global _worker  # an executor gives its processes no other way to keep state
    _worker = jobs, renderer
    become_worker()


def _write_chunk(indices: range) -> range:
    jobs, renderer = _worker
    for index in indices:
        renderer.write(jobs[index])
    return indices
