"""Work in another process: what it yields arrives, and nothing of it is left behind."""

import multiprocessing
import os
import signal
import time

import numpy as np
import pytest

from recsys.baselines.background import _work, beside
from recsys.errors import DataError, RecsysError


def squares(values):
    for value in values:
        yield value * value, os.getpid()


def notes(done):
    for value in range(3):
        done.append(value)
        yield value


def fails(message):
    yield 1
    raise DataError(message)


def dies():
    yield 1
    os._exit(7)


def runs_on(path):
    path.write_text(str(os.getpid()))
    yield 1
    time.sleep(600)


def leaves_a_mark(path):
    yield np.zeros(10_000_000, np.int8)  # more than a pipe holds
    path.write_text("done")


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class OddError(Exception):
    """One that is packed but cannot be unpacked."""

    def __init__(self, first, second):
        super().__init__(f"{first} {second}")


def fails_oddly():
    yield 1
    raise OddError("a", "b")


def test_what_cannot_be_put_together_here_is_an_error_and_not_waited_for():
    with beside(fails_oddly) as found:
        assert next(found) == 1
        with pytest.raises(TypeError, match="second"):
            next(found)


def test_what_is_yielded_elsewhere_arrives_in_order():
    with beside(squares, np.arange(4)) as found:
        arrived = list(found)
    assert [int(value) for value, _ in arrived] == [0, 1, 4, 9]
    (pid,) = {pid for _, pid in arrived}
    assert pid != os.getpid()


def test_what_is_raised_elsewhere_is_raised_here_after_what_was_yielded():
    with beside(fails, "line 3 is odd") as found:
        assert next(found) == 1
        with pytest.raises(DataError, match="line 3 is odd"):
            next(found)


def test_a_process_that_is_ended_is_an_error_with_a_remedy():
    with beside(dies) as found:
        assert next(found) == 1
        with pytest.raises(RecsysError, match=r"status 7, before its work was done; .*memory"):
            next(found)


@pytest.mark.skipif(os.name == "nt", reason="signal 0 asks nothing there")
@pytest.mark.parametrize("problem", [KeyboardInterrupt, ValueError])
def test_the_process_ends_with_the_block(problem, tmp_path):
    with pytest.raises(problem), beside(runs_on, tmp_path / "pid") as found:
        assert next(found) == 1
        raise problem
    assert not is_there(int((tmp_path / "pid").read_text()))


def test_work_does_not_wait_to_be_asked(tmp_path):
    with beside(leaves_a_mark, tmp_path / "mark") as found:
        for _ in range(600):
            if (tmp_path / "mark").exists():
                break
            time.sleep(0.1)
        assert (tmp_path / "mark").exists()
        assert [len(one) for one in found] == [10_000_000]


def test_work_that_nobody_waits_for_any_more_is_left():
    receiver, sender = multiprocessing.Pipe(duplex=False)
    receiver.close()
    done = []
    handler = signal.getsignal(signal.SIGINT)
    try:
        _work(sender, notes, (done,))
    finally:
        signal.signal(signal.SIGINT, handler)  # the work is deaf to it
    assert done == [0]
