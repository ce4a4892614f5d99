"""Generators that run in another process: their results arrive, and no process outlives its block or its parent."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from recsys.baselines.background import in_background
from recsys.errors import DataError, RecsysError
from tests.processes import is_running, wait_until


def squares(values):
    for value in values:
        yield value * value, os.getpid()


def fails(message):
    yield 1
    raise DataError(message)


def fails_at_once(message):
    raise DataError(message)


def is_killed():
    yield 1
    os.kill(os.getpid(), signal.SIGKILL)


def is_killed_between_two_results():
    yield 1
    os._exit(7)


def runs_on(path):
    path.write_text(str(os.getpid()))
    yield 1
    time.sleep(600)


def large_result(path):
    yield np.zeros(10_000_000, np.int8)  # more than a pipe holds
    path.write_text("done")


def blas_threads():
    yield [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


class UnpicklableError(Exception):
    """Can be pickled but not unpickled: its arguments are not those of its ``__init__``."""

    def __init__(self, first, second):
        super().__init__(f"{first} {second}")


def fails_with_an_unpicklable_error():
    yield 1
    raise UnpicklableError("a", "b")


def test_results_of_another_process_arrive_in_order():
    with in_background(squares, np.arange(4)) as results:
        arrived = list(results)
    assert [int(value) for value, _ in arrived] == [0, 1, 4, 9]
    (pid,) = {pid for _, pid in arrived}
    assert pid != os.getpid()


def test_an_exception_of_the_work_is_raised_here_after_what_was_yielded_before():
    with in_background(fails, "line 3 is odd") as results:
        assert next(results) == 1
        with pytest.raises(DataError, match="line 3 is odd"):
            next(results)


def test_an_exception_before_the_first_result_is_raised_here():
    with in_background(fails_at_once, "line 3 is odd") as results, pytest.raises(DataError, match="line 3 is odd"):
        next(results)


def test_an_exception_that_cannot_be_unpickled_is_an_error_that_keeps_its_reason():
    with in_background(fails_with_an_unpicklable_error) as results:
        assert next(results) == 1
        with pytest.raises(RecsysError) as caught:
            next(results)
    assert "second" in str(caught.value.__cause__.__cause__)


@pytest.mark.parametrize("work", [is_killed_between_two_results, is_killed])
def test_a_killed_process_is_an_error_with_a_remedy(work):
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("a signal of POSIX")
    with in_background(work) as results:
        assert next(results) == 1
        with pytest.raises(RecsysError, match=r"killed before its work was done; .*memory"):
            next(results)


@pytest.mark.skipif(os.name == "nt", reason="signal 0 ends a process there")
@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_the_process_ends_with_the_block(problem, tmp_path):
    with pytest.raises(problem), in_background(runs_on, tmp_path / "pid") as results:
        assert next(results) == 1
        raise problem
    assert not is_running(int((tmp_path / "pid").read_text()))


PARENT = """
import sys
from pathlib import Path
from recsys.baselines.background import in_background
from tests.baselines.test_background import runs_on
if __name__ == "__main__":
    with in_background(runs_on, Path(sys.argv[1])) as results:
        list(results)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_the_process_ignores_ctrl_c_and_ends_with_a_parent_that_is_killed(tmp_path):
    (tmp_path / "parent.py").write_text(PARENT)
    command = [sys.executable, str(tmp_path / "parent.py"), str(tmp_path / "pid")]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": "."}) as parent:
        wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        worker = int((tmp_path / "pid").read_text())
        os.kill(worker, signal.SIGINT)
        time.sleep(0.3)
        assert is_running(worker)
        parent.kill()
    wait_until(lambda: not is_running(worker))


def test_the_work_goes_on_while_its_results_are_not_read(tmp_path):
    with in_background(large_result, tmp_path / "mark") as results:
        wait_until((tmp_path / "mark").exists)
        assert [len(array) for array in results] == [10_000_000]


def test_the_process_computes_with_one_blas_thread():
    with in_background(blas_threads) as results:
        assert set(next(results)) <= {1}
