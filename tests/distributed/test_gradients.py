"""The mean of gradients of several workers is that of all pairs together, whichever rows each of them has touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.distributed.gradients import Gradients, Rows, mean_gradients, put_gradient, scaled, take_gradient
from recsys.nn.layers import Parameter


def parameter_with(gradient: np.ndarray) -> Parameter:
    parameter = Parameter(np.zeros_like(gradient))
    parameter.gradient[...] = gradient
    return parameter


def sparse_gradient(n_rows: int, touched: list[int]) -> np.ndarray:
    gradient = np.zeros((n_rows, 2), np.float32)
    gradient[touched] = 1 + np.arange(2 * len(touched)).reshape(-1, 2)
    return gradient


def taken(gradient: np.ndarray, n_pairs: int) -> Gradients:
    return Gradients({"table": take_gradient(parameter_with(gradient))}, n_pairs)


def dense(gradients: Gradients, shape: tuple[int, ...]) -> np.ndarray:
    parameter = Parameter(np.zeros(shape, np.float32))
    put_gradient(parameter, gradients.arrays["table"])
    return parameter.gradient


def test_only_rows_that_were_touched_are_sent():
    packed = take_gradient(parameter_with(sparse_gradient(100, [3, 7])))
    assert isinstance(packed, Rows)
    assert packed.rows.tolist() == [3, 7] and packed.values.tolist() == [[1, 2], [3, 4]]


GRADIENTS = [sparse_gradient(3, [0, 1]), np.ones(5, np.float32), np.zeros((4, 2), np.float32)]


@pytest.mark.parametrize("gradient", GRADIENTS)
def test_a_gradient_is_taken_and_put_back_and_is_zero_in_between(gradient):
    parameter = parameter_with(gradient)
    packed = take_gradient(parameter)
    assert not parameter.gradient.any()
    put_gradient(parameter, packed)
    assert parameter.gradient.tolist() == gradient.tolist()


rows = st.lists(st.integers(0, 19), unique=True, max_size=20).map(sorted)


@given(st.lists(st.tuples(rows, st.integers(1, 1000)), min_size=1, max_size=4))
def test_the_mean_weighs_each_part_by_its_pairs(parts):
    gradients = [sparse_gradient(20, touched) for touched, _ in parts]
    weights = np.array([n_pairs for _, n_pairs in parts])
    mean = mean_gradients([taken(gradient, n) for gradient, n in zip(gradients, weights.tolist(), strict=True)])
    expected = np.average(gradients, axis=0, weights=weights)
    assert mean.n_pairs == weights.sum()
    np.testing.assert_allclose(dense(mean, (20, 2)), expected, rtol=1e-5)


def test_the_mean_of_one_part_is_that_part_to_the_bit():
    gradient = np.random.default_rng(0).standard_normal((6, 2)).astype(np.float32)
    assert dense(mean_gradients([taken(gradient, 7), Gradients({}, 0)]), (6, 2)).tobytes() == gradient.tobytes()


def test_parts_without_a_batch_count_for_nothing_and_of_none_there_is_no_mean():
    nothing = Gradients({}, 0)
    one = taken(sparse_gradient(20, [2]), 5)
    assert dense(mean_gradients([nothing, one, nothing]), (20, 2)).tolist() == sparse_gradient(20, [2]).tolist()
    assert mean_gradients([nothing, nothing]).n_pairs == 0


def test_a_scaled_gradient_keeps_its_rows_and_its_precision():
    packed = scaled(take_gradient(parameter_with(sparse_gradient(100, [3]))), 0.5)
    assert packed.rows.tolist() == [3] and packed.values.tolist() == [[0.5, 1]] and packed.values.dtype == np.float32
