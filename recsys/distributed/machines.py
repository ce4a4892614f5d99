"""A cluster as the place where a build computes."""

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
    """The machines at an address, as ``--dask`` takes it.

    Args:
        address: of the scheduler, or of processes of this machine.
        folder: that the workers write pages into.

    Raises:
        ConfigError: it is no such address.
        ClusterError: nothing answers there, or what answers cannot be used, say because it does not see the folder.
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
        """As many as there were workers in the beginning."""
        return self.cluster.n_parts

    @property
    def shares_memory(self) -> bool:
        """They do not: they see what tasks bring, and files."""
        return False

    @property
    def start_training(self) -> StartTraining:
        """On all workers."""
        return partial(ClusterTraining, self.cluster)

    def run(
        self, tasks: Sequence[Task[T]], on_event: OnEvent, meanwhile: Callable[[], None] = nothing
    ) -> Generator[Finished[T], None, None]:
        """Each task on a worker; what they report is not passed on."""
        return self._results(self._submit(tasks), meanwhile)

    def learn(
        self, models: Sequence[Task[Any]], baselines: Sequence[Task[Any]], on_event: OnEvent
    ) -> Generator[Finished[Any], None, None]:
        """The models in turn, each by all workers; the baselines in what time they leave."""
        with closing(self._results(self._submit(baselines))) as begun:
            yield from in_turn(models, on_event)
            yield from begun

    def _results(
        self, futures: dict[str, Future], meanwhile: Callable[[], None] = nothing
    ) -> Generator[Finished[Any], None, None]:
        """Those of tasks by name, in their order; to close the generator ends the rest."""
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
    """A function as its parts, so that large arguments are sent once, whatever the number of tasks that read them."""
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
    """Tasks on workers say nothing of their progress."""
