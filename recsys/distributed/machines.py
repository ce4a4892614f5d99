"""A cluster as the machines of a build: :class:`~recsys.machines.Machines`."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from recsys.distributed.address import Address
from recsys.distributed.cluster import Cluster, Future, connected
from recsys.distributed.training import ClusterTraining
from recsys.tasks import Finished, OnEvent, Task, in_turn, nothing
from recsys.threads import one_blas_thread
from recsys.training.ensemble import StartTraining

T = TypeVar("T")


@contextmanager
def cluster_machines(address: str, folder: Path) -> Iterator[ClusterMachines]:
    """Connect to the machines at an address.

    Args:
        address: the value of ``--dask``, see :class:`~recsys.distributed.address.Address`.
        folder: into which the workers write pages.

    Raises:
        ConfigError: it is no such address.
        ClusterError: nothing answers there, or the workers cannot be used, for example because they do not see the
            folder.
    """
    with connected(Address.parse(address)) as cluster:
        cluster.check_folder(folder)
        yield ClusterMachines(cluster)


@dataclass(frozen=True)
class ClusterMachines:
    """The workers of a cluster: they train every model together, and share all other tasks."""

    cluster: Cluster

    @property
    def n_parts(self) -> int:
        """The number of workers at the beginning."""
        return self.cluster.n_parts

    @property
    def shares_memory(self) -> bool:
        """False: workers see only files and the arguments of tasks."""
        return False

    @property
    def start_training(self) -> StartTraining:
        """Towers are trained by all workers together."""
        return partial(ClusterTraining, self.cluster)

    def run(
        self, tasks: Sequence[Task[T]], on_event: OnEvent, meanwhile: Callable[[], None] = nothing
    ) -> Generator[Finished[T], None, None]:
        """Run each task on a worker; their progress is not reported."""
        return self._results(self._submit(tasks), meanwhile)

    def learn(
        self, models: Sequence[Task[Any]], baselines: Sequence[Task[Any]], on_event: OnEvent
    ) -> Generator[Finished[Any], None, None]:
        """Train the models in turn, each on all workers, which compute the baselines between their steps."""
        with closing(self._results(self._submit(baselines))) as baseline_results:
            yield from in_turn(models, on_event)
            yield from baseline_results

    def _results(
        self, futures: dict[str, Future], meanwhile: Callable[[], None] = nothing
    ) -> Generator[Finished[Any], None, None]:
        """The results of tasks by name, in order; closing the generator ends the rest."""
        try:
            meanwhile()
            while futures:
                name = next(iter(futures))
                yield Finished(name, *self.cluster.gather(futures.pop(name)))
        finally:
            self.cluster.cancel(list(futures.values()))

    def _submit(self, tasks: Sequence[Task[Any]]) -> dict[str, Future]:
        sent = dict[int, Future]()
        return {task.name: self.cluster.submit(_work, _described(task.work, sent, self.cluster)) for task in tasks}


def _described(value: Any, sent: dict[int, Future], cluster: Cluster) -> Any:
    """A partial function in pieces, so that large arguments are sent only once for all tasks that need them."""
    if isinstance(value, partial):
        arguments = [_described(argument, sent, cluster) for argument in value.args]
        named = {name: _described(argument, sent, cluster) for name, argument in value.keywords.items()}
        return {"call": value.func, "arguments": arguments, "named": named}
    if is_dataclass(value) and not isinstance(value, type):
        if id(value) not in sent:
            sent[id(value)] = cluster.put(value)
        return sent[id(value)]
    return value


def _restored(value: Any) -> Any:
    """The function from the pieces of :func:`_described`."""
    if isinstance(value, dict) and value.keys() == {"call", "arguments", "named"}:
        named = {name: _restored(argument) for name, argument in value["named"].items()}
        return partial(value["call"], *map(_restored, value["arguments"]), **named)
    return value


def _work(described: Any) -> tuple[Any, float]:
    """The result of a task and the seconds that it took."""
    start, work = time.perf_counter(), _restored(described)
    with one_blas_thread():
        return work(_report_nothing), time.perf_counter() - start


def _report_nothing(event: Any) -> None:
    """Tasks on workers do not report their progress."""
