"""Which clusters are accepted, and what is said of those that are not."""

from __future__ import annotations

from functools import partial

import pytest

from recsys.distributed import cluster as module
from recsys.distributed.address import MAX_LOCAL, Address
from recsys.distributed.cluster import Cluster, ClusterError, connected
from recsys.distributed.machines import ClusterMachines, cluster_machines
from recsys.errors import ConfigError, DataError
from recsys.tasks import Task
from tests.test_tasks import fails, square

NO_ADDRESSES = ["", "local", "local:0", f"local:{MAX_LOCAL + 1}", "local:-1", "10.0.0.5:8786", "tcp://host"]


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_other_texts_than_addresses_are_refused(text, tmp_path):
    expected = r"expected the address of a scheduler, such as tcp://.*, or local:N"
    with pytest.raises(ConfigError, match=expected), cluster_machines(text, tmp_path):
        pass


def test_addresses_are_of_a_scheduler_or_a_number_of_processes_of_this_machine():
    assert Address.parse("tcp://10.0.0.5:8786") == Address("tcp://10.0.0.5:8786")
    assert Address.parse("local:3") == Address(None, 3)


def test_if_no_scheduler_answers_the_error_names_the_address_and_a_remedy(monkeypatch):
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    expected = r"no scheduler answers at tcp://127\.0\.0\.1:1 .*; start one with dask scheduler"
    with pytest.raises(ClusterError, match=expected), connected(Address.parse("tcp://127.0.0.1:1")):
        pass


def test_workers_with_another_version_are_refused(monkeypatch, cluster):
    monkeypatch.setattr(module, "VERSION", "0.0.0")
    expected = r"the worker tcp://.* has marquee-recsys .*, and this process 0\.0\.0"
    with pytest.raises(ClusterError, match=expected), connected(Address(cluster.client.scheduler.address)):
        pass


def test_workers_that_do_not_see_the_folder_of_the_site_are_refused(cluster, tmp_path):
    cluster.check_folder(tmp_path)
    with pytest.raises(ClusterError, match=f"does not see {tmp_path}, into which workers write pages; give --out"):
        cluster.check_folder(tmp_path / "none")


def ignore(name: str, event: object) -> None:
    """Of the progress of tasks."""


def test_tasks_give_their_results_in_their_order_with_the_seconds_they_took(cluster):
    tasks = [Task(name, partial(square, n)) for n, name in enumerate("cab")]
    finished = list(ClusterMachines(cluster).run(tasks, ignore))
    assert [(name, result[0]) for name, result, _ in finished] == [("c", 0), ("a", 1), ("b", 4)]
    assert all(seconds >= 0 for *_, seconds in finished)


def test_arguments_of_tasks_arrive_by_position_and_by_name(cluster):
    address = Address("tcp://one:1")
    tasks = [Task("a", partial(arguments_of, 1, partial(arguments_of, address), last=address))]
    [(_, result, _)] = ClusterMachines(cluster).run(tasks, ignore)
    first, inner, last = result
    assert (first, inner(None), last) == (1, (address, None, None), address)


def arguments_of(first, second=None, send=None, last=None):
    """What a task was called with, but for the function that reports its progress."""
    return first, second, last


def test_the_failure_of_a_task_is_raised_as_it_is(cluster):
    with pytest.raises(DataError, match="line 3 is odd"):
        list(ClusterMachines(cluster).run([Task("a", partial(fails, "line 3 is odd"))], ignore))


def test_a_build_has_as_many_parts_as_there_are_workers(cluster):
    assert ClusterMachines(cluster).n_parts == 2
    assert not ClusterMachines(Cluster(cluster.client, 4)).shares_memory
