from __future__ import annotations

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from recsys import threads
from recsys.threads import for_each


@pytest.fixture(params=[1, 3], ids=["one core", "three cores"])
def cores(request, monkeypatch):
    monkeypatch.setattr(threads, "n_cores", lambda: request.param)
    return request.param


@pytest.mark.parametrize("n_pieces", [0, 1, 2, 50])
def test_every_piece_is_worked_on_once(cores, n_pieces):
    counts = np.zeros(n_pieces, int)

    def work(piece: int) -> None:
        counts[piece] += 1

    for_each(work, range(n_pieces))
    assert counts.tolist() == [1] * n_pieces


def test_two_cores_work_at_the_same_time(monkeypatch):
    monkeypatch.setattr(threads, "n_cores", lambda: 2)
    both = threading.Barrier(2, timeout=60)
    for_each(lambda piece: both.wait() and None, range(2))  # a thread alone would wait for the other in vain
    assert not both.broken


def test_the_exception_is_that_of_the_first_piece_that_fails(cores):
    def work(piece: int) -> None:
        if piece >= 2:
            raise ValueError(f"piece {piece}")

    with pytest.raises(ValueError, match="piece 2"):
        for_each(work, range(20))


def test_each_thread_has_a_blas_of_one_thread_and_the_number_is_what_it_was_afterwards(cores):
    def blas_threads() -> set[int]:
        return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}

    seen: list[set[int]] = []
    with threadpool_limits(2, "blas"):
        before = blas_threads()
        for_each(lambda piece: seen.append(blas_threads()), range(4))
        assert blas_threads() == before
    assert seen == [{1}] * 4


def test_numpy_handles_overflow_as_the_caller_has_set_it(cores):
    def work(piece: int) -> None:
        np.float32(3e38) * np.float32(10 + piece)

    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        for_each(work, range(4))
