"""Tasks in processes of their own: what they give and report arrives, and no process outlives its parent."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from contextlib import closing
from functools import partial

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from recsys import tasks
from recsys.errors import DataError, RecsysError
from recsys.tasks import KilledTaskError, Task, in_turn, on_all_cores, run_each, run_each_and
from recsys.threads import n_cores
from tests.processes import check_worker_follows_parent, is_running, wait_until

logger = logging.getLogger("recsys.mine")
both_ways = pytest.mark.parametrize("run", [in_turn, on_all_cores])


def square(value, send):
    send(f"{value} squared")
    return value * value, os.getpid()


def ignore_progress(event):
    pass


def cores(send):
    return n_cores()


def fails(message, send):
    raise DataError(message)


def warns(send):
    logger.warning("%s is odd", "line 3")


def is_killed(send):
    os.kill(os.getpid(), signal.SIGKILL)


def ends(send):
    os._exit(7)


def runs_on(path, send):
    path.write_text(str(os.getpid()))
    time.sleep(600)


def waits_for(path, send):
    wait_until(path.exists)


def large_result(path, send):
    path.write_text("done")
    return np.zeros(10_000_000, np.int8)  # more than a pipe holds


def blas_threads(send):
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


class Unpicklable:
    """Can be pickled but not unpickled."""

    def __reduce__(self):
        return refuse, ()


def refuse():
    raise ValueError("not here")


class UnpicklableError(Exception):
    """Likewise, even where a library gives exceptions another way of pickling, as Dask's does."""

    def __init__(self, first, second):
        super().__init__(f"{first} {second}")
        self.content = Unpicklable()


def fails_with_an_unpicklable_error(send):
    raise UnpicklableError("a", "b")


def ignore(name, event):
    pass


def results(run, *work):
    """What pieces of work give, in their order."""
    named = [Task(str(number), piece) for number, piece in enumerate(work)]
    done = {name: result for name, result, _ in run(named, ignore)}
    return [done[task.name] for task in named]


@both_ways
def test_every_task_gives_its_result_and_reports_its_progress_under_its_name(run):
    named, events = [Task(f"task {n}", partial(square, n)) for n in range(5)], []
    finished = list(run(named, lambda *event: events.append(event)))
    assert {name: result[0] for name, result, _ in finished} == {f"task {n}": n * n for n in range(5)}
    assert sorted(events) == [(f"task {n}", f"{n} squared") for n in range(5)]
    assert all(seconds >= 0 for *_, seconds in finished)


def test_in_turn_tasks_are_done_in_their_order_and_in_this_process():
    finished = list(in_turn([Task(name, partial(square, 1)) for name in "cab"], ignore))
    assert [name for name, *_ in finished] == ["c", "a", "b"]
    assert {result[1] for _, result, _ in finished} == {os.getpid()}


def test_on_all_cores_each_task_has_a_process_of_its_own():
    processes = [pid for _, pid in results(on_all_cores, *(partial(square, n) for n in range(3)))]
    assert len({*processes, os.getpid()}) == 4


def test_tasks_run_at_once_on_as_many_cores_as_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "n_cores", lambda: 2)
    results(on_all_cores, partial(waits_for, tmp_path / "mark"), partial(large_result, tmp_path / "mark"))


def test_no_more_tasks_run_at_once_than_there_are_cores(tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "n_cores", lambda: 1)
    order = [name for name, *_ in on_all_cores([Task(name, partial(square, 1)) for name in "cab"], ignore)]
    assert order == ["c", "a", "b"]


@both_ways
def test_results_of_functions_are_in_their_order_whichever_ends_first(run):
    work = {"slow": partial(time.sleep, 0.2), "c": partial(str, 3), "b": partial(str, 2)}
    assert list(run_each(run, work).items()) == [("slow", None), ("c", "3"), ("b", "2")]


@both_ways
def test_an_exception_of_a_task_is_raised_here(run):
    with pytest.raises(DataError, match="line 3 is odd"):
        results(run, partial(fails, "line 3 is odd"))


def test_an_exception_that_cannot_be_unpickled_is_an_error_with_its_name_and_text():
    with pytest.raises(RecsysError, match="UnpicklableError: a b"):
        results(on_all_cores, fails_with_an_unpicklable_error)


def test_an_exception_says_where_in_the_task_it_was_raised():
    with pytest.raises(DataError) as caught:
        results(on_all_cores, partial(fails, "line 3 is odd"))
    assert "in fails" in "".join(caught.value.__notes__)


@pytest.mark.parametrize("work", [ends, is_killed])
def test_a_killed_process_is_an_error_with_a_remedy(work):
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("a signal of POSIX")
    with pytest.raises(KilledTaskError, match=r"killed before its work was done \(0\); .*memory"):
        results(on_all_cores, work)


@both_ways
def test_the_local_function_is_called_once_and_in_this_process(run):
    work = {name: partial(square, value, ignore_progress) for name, value in (("b", 2), ("a", 3))}
    squares, pids = run_each_and(run, work, lambda: [os.getpid()])
    assert {name: square for name, (square, _) in squares.items()} == {"b": 4, "a": 9}
    assert list(squares) == ["b", "a"]
    assert pids == [os.getpid()]


@pytest.mark.skipif(os.name == "nt", reason="signal 0 ends a process there")
def test_the_local_function_is_called_while_the_first_tasks_run(tmp_path):
    mark = tmp_path / "mark"
    _, done = run_each_and(on_all_cores, {"waits": partial(waits_for, mark, None)}, lambda: mark.write_text("done"))
    assert done == 4


@both_ways
def test_what_a_task_logs_is_logged_here(run, caplog):
    results(run, warns)
    (record,) = caplog.records
    assert (record.name, record.levelname, record.getMessage()) == ("recsys.mine", "WARNING", "line 3 is odd")


@pytest.mark.skipif(os.name == "nt", reason="signal 0 ends a process there")
@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_processes_end_when_their_results_are_no_longer_wanted(problem, tmp_path, monkeypatch):
    monkeypatch.setattr(tasks, "n_cores", lambda: 2)
    named = [Task("endless", partial(runs_on, tmp_path / "pid")), Task("short", partial(waits_for, tmp_path / "pid"))]
    with pytest.raises(problem), closing(on_all_cores(named, ignore)) as finished:
        next(finished)
        raise problem
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_processes_end_when_the_local_function_fails(tmp_path):
    work = {"endless": partial(runs_on, tmp_path / "pid", None)}

    def fail_once_it_runs():
        wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        raise ValueError("meanwhile")

    with pytest.raises(ValueError, match="meanwhile"):
        run_each_and(on_all_cores, work, fail_once_it_runs)
    assert not is_running(int((tmp_path / "pid").read_text()))


PARENT = """
import sys
from functools import partial
from pathlib import Path
from recsys.tasks import Task, on_all_cores
from tests.test_tasks import ignore, runs_on
if __name__ == "__main__":
    list(on_all_cores([Task("endless", partial(runs_on, Path(sys.argv[1])))], ignore))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_a_process_ignores_ctrl_c_and_ends_with_a_parent_that_is_killed(tmp_path):
    (tmp_path / "parent.py").write_text(PARENT)
    command = [sys.executable, str(tmp_path / "parent.py"), str(tmp_path / "pid")]
    check_worker_follows_parent(command, tmp_path / "pid")


def test_a_result_larger_than_a_pipe_arrives(tmp_path):
    assert len(results(on_all_cores, partial(large_result, tmp_path / "mark"))[0]) == 10_000_000


def test_a_process_is_one_of_those_that_share_the_cores(monkeypatch):
    assert results(on_all_cores, cores, cores) == [1, 1]
    monkeypatch.setattr("recsys.threads.os.sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    monkeypatch.setattr("recsys.threads.sys.platform", "linux")
    assert results(in_turn, cores) == [3]


def test_a_process_computes_with_one_blas_thread():
    assert set(results(on_all_cores, blas_threads)[0]) <= {1}
