"""A Dask cluster as this package uses it: functions are sent to its workers, and results come back.

If a worker is lost, Dask repeats its tasks on another one. For this, tasks are pure functions, and the data they need
is the result of a task too: data that was only scattered would be lost with the worker that has it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from recsys.distributed.address import Address
from recsys.errors import RecsysError
from recsys.interrupts import leave_to_parent
from recsys.schema import VERSION
from recsys.threads import use_one_core

T = TypeVar("T")
Future = Any
"""The result of a task that a worker has, or will have: a ``distributed.Future``."""

CONNECT_SECONDS = 20
"""How long to wait for the scheduler, and then for the first worker."""
MAX_DEATHS = 5
"""How many workers may die during a task before the task is considered the cause."""

logger = logging.getLogger(__name__)


class ClusterError(RecsysError):
    """A cluster that cannot be reached or used, or that was lost."""


class Cluster:
    """The workers of a scheduler.

    Args:
        client: a Dask client that is connected to the scheduler.
        n_parts: into how many parts data is divided: the number of workers at the beginning.
    """

    def __init__(self, client: Any, n_parts: int) -> None:
        self.client, self.n_parts = client, n_parts

    def submit(self, function: Callable[..., Any], *args: Any) -> Future:
        """Let a worker call a function; Dask usually chooses one that already has the arguments.

        Tasks are never bound to a worker: they would wait for ever if it were lost.

        Args:
            function: a pure function that can be pickled.
            args: its arguments; futures stand for their results.
        """
        with _lost():
            return self.client.submit(function, *args, pure=False)

    def put(self, value: Any) -> Future:
        """Send data to a worker, as the result of a task."""
        return self.submit(_identity, value)

    def copy_to_all(self, future: Future) -> None:
        """Copy a result to every worker, so that any of them can use it at once."""
        with _lost():
            self.client.replicate([future])

    def gather(self, futures: Any) -> Any:
        """The results of a future, or of a list of them.

        Raises:
            ClusterError: the scheduler was lost, or workers died again and again.
            Exception: whatever a task raises.
        """
        with _lost():
            return self.client.gather(futures)

    def check_folder(self, folder: Path) -> None:
        """Refuse workers that cannot write to a folder, before hours of training and not after.

        Raises:
            ClusterError: a worker cannot.
        """
        with _lost():
            answers: dict[str, bool] = self.client.run(_sees, str(folder))
        for worker, sees in answers.items():
            if not sees:
                raise ClusterError(
                    f"the worker {worker} does not see {folder.parent}, into which workers write pages; give --out a "
                    "folder that all of them share"
                )

    def cancel(self, futures: list[Future]) -> None:
        """End tasks whose results are no longer needed."""
        if futures:
            self.client.cancel(futures, force=True)


@contextmanager
def connected(address: Address) -> Iterator[Cluster]:
    """Connect to the cluster at an address, or start one of local processes that ends with the block.

    Raises:
        ClusterError: Dask is missing, nothing answers, or the workers have other versions of packages.
    """
    try:
        import dask
        from distributed import Client
    except ImportError as problem:
        raise ClusterError(
            f"a package of Dask cannot be imported ({problem}); install it with pip install 'marquee-recsys[dask]', "
            "or leave --dask out"
        ) from None
    connect: Any = Client
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(DASK_CONFIG))
        for name in ("distributed", "distributed.client", "asyncio"):  # the second one sets its own level
            stack.enter_context(_quiet(logging.getLogger(name)))
        target: Any = address.scheduler
        if address.n_workers:
            folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            target = stack.enter_context(_local_cluster(address.n_workers, folder))
        try:
            client = stack.enter_context(connect(target, timeout=CONNECT_SECONDS, set_as_default=False))
        except (OSError, TimeoutError) as problem:
            raise ClusterError(
                f"no scheduler answers at {address.scheduler} within {CONNECT_SECONDS} s ({problem}); start one with "
                "dask scheduler, and workers with dask worker, or give --dask local:2"
            ) from None
        n_workers = _wait_for_workers(client, address)
        _check_workers(client)
        yield Cluster(client, n_workers)


DASK_CONFIG = {
    "distributed.admin.large-graph-warning-threshold": "1 TiB",  # data is sent as the results of tasks
    "distributed.comm.timeouts.connect": f"{CONNECT_SECONDS}s",
    "distributed.scheduler.allowed-failures": MAX_DEATHS,
    "distributed.scheduler.worker-saturation": "inf",  # tasks are short, so workers should have the next ones already
    "distributed.worker.profile.enabled": False,  # a thread that samples the others every 10 ms
    "distributed.worker.memory.pause": False,  # a build may use all memory of the machine
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.logging.distributed": "critical",  # a ClusterError reports failures in one sentence
}


@contextmanager
def _local_cluster(n_workers: int, folder: str) -> Iterator[Any]:
    """A scheduler and workers of one thread each, which listen on loopback only."""
    from distributed import LocalCluster

    make: Any = LocalCluster
    cluster = make(
        n_workers=n_workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # any free port; by default it would be 8787 on all interfaces
        scheduler_kwargs={"dashboard": False},
        local_directory=folder,
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    )
    with cluster:
        yield cluster


@contextmanager
def _quiet(log: logging.Logger) -> Iterator[None]:
    """Silence a logger: Dask logs a traceback for each lost connection; a ClusterError reports it in one sentence."""
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _wait_for_workers(client: Any, address: Address) -> int:
    """Wait for the workers; returns how many there are, at least one."""
    expected = address.n_workers or 1
    try:
        client.wait_for_workers(expected, timeout=CONNECT_SECONDS * (1 if address.scheduler else 3))
    except TimeoutError:
        raise ClusterError(
            f"the cluster at {address.scheduler or 'this machine'} has fewer than {expected} workers after "
            f"{CONNECT_SECONDS} s; start some with dask worker {address.scheduler or ''}"
        ) from None
    return len(client.nthreads())


def _check_workers(client: Any) -> None:
    """Refuse workers that lack packages, or have other versions and would compute something else."""
    try:
        answers = client.run(_become_worker)
    except ModuleNotFoundError as problem:
        raise ClusterError(
            f"the workers cannot import what a build needs ({problem}); install marquee-recsys {VERSION} with its "
            "extra dask on every one of them"
        ) from None
    for worker, versions in answers.items():
        for package, version in _versions().items():
            if versions[package] != version:
                raise ClusterError(
                    f"the worker {worker} has {package} {versions[package]}, and this process {version}; expected "
                    "the same everywhere: install it there, or start the build from an environment like that"
                )


def _become_worker() -> dict[str, str]:
    """Called on a worker: leave Ctrl-C to the build, use one core, and return the versions of packages."""
    if "distributed.nanny" in sys.modules and threading.current_thread() is threading.main_thread():
        leave_to_parent()
        use_one_core()
    return _versions()


def _versions() -> dict[str, str]:
    import numpy as np
    import pandas as pd
    import scipy

    return {
        "Python": ".".join(map(str, sys.version_info[:2])),
        "marquee-recsys": VERSION,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "pandas": pd.__version__,
    }


def _sees(folder: str) -> bool:
    return os.access(folder, os.W_OK)


def _identity(value: T) -> T:
    return value


@contextmanager
def _lost() -> Iterator[None]:
    """Turn exceptions about a lost cluster into one sentence."""
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    try:
        yield
    except KilledWorker as problem:
        raise ClusterError(
            f"a task was begun on {MAX_DEATHS} workers, and all of them died ({problem.task}); look at their logs, "
            "for there may be too little memory, and build again"
        ) from None
    except (CancelledError, asyncio.CancelledError, CommClosedError, TimeoutError):
        raise ClusterError(
            "the connection to the scheduler of the cluster was lost; see that it runs, and build again"
        ) from None
