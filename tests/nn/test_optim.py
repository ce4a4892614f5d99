import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.nn.layers import Parameter
from recsys.nn.optim import SGD, Adam, LazyAdam, cosine_decay


def literal_adam(value, gradients, rates, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Kingma & Ba 2015 in the order of the end of their section 2, one number at a time."""
    value = value.copy()
    for index in np.ndindex(value.shape):
        m = v = 0.0
        for step, (gradient, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
            m = beta1 * m + (1 - beta1) * gradient[index]
            v = beta2 * v + (1 - beta2) * gradient[index] ** 2
            corrected = rate * math.sqrt(1 - beta2**step) / (1 - beta1**step)
            value[index] -= corrected * m / (math.sqrt(v) + epsilon)
    return value


@given(st.integers(0, 2**32), st.integers(1, 30), st.sampled_from([(0.9, 0.999), (0.5, 0.9), (0.0, 0.99)]))
@settings(deadline=None, max_examples=50)
def test_adam_follows_the_paper_for_gradients_of_any_size(seed, n_steps, betas):
    rng = np.random.default_rng(seed)
    value, gradients, rates = rng.standard_normal((3, 2)), rng.standard_normal((n_steps, 3, 2)), rng.random(n_steps)
    gradients *= [[1e-9, 1e-8], [1e-7, 1e-6], [1e-3, 10.0]]  # from below epsilon on
    parameter = Parameter(value.copy())
    adam = Adam([parameter], *betas)
    for gradient, rate in zip(gradients, rates, strict=True):
        parameter.gradient += gradient
        adam.step(rate)
    np.testing.assert_allclose(parameter.value, literal_adam(value, gradients, rates, *betas), atol=1e-9)


def test_the_first_step_has_the_length_of_the_rate_whatever_the_gradient():
    parameter = Parameter(np.zeros(3))
    parameter.gradient += [1e-3, -7.0, 1e3]
    Adam([parameter]).step(0.1)
    np.testing.assert_allclose(parameter.value, [-0.1, 0.1, -0.1], rtol=1e-3)


def test_a_parameter_without_a_gradient_stays():
    parameter = Parameter(np.array([1.0, 2.0]))
    Adam([parameter]).step(0.1)
    assert parameter.value.tolist() == [1, 2]


def test_a_step_sets_the_gradients_to_zero():
    parameter = Parameter(np.ones(2))
    parameter.gradient += 1
    Adam([parameter]).step(0.1)
    assert parameter.gradient.tolist() == [0, 0]


@pytest.mark.parametrize("n_rows", [3, 5000])  # within one block, and more
def test_lazy_adam_moves_rows_that_all_have_gradients_as_adam_does(n_rows):
    value = np.random.default_rng(0).standard_normal((n_rows, 40))
    tables = [Parameter(value.copy()), Parameter(value.copy())]
    optimisers = [Adam(tables[:1]), LazyAdam(tables[1:])]
    for step in range(3):
        for table, optimiser in zip(tables, optimisers, strict=True):
            table.gradient += np.random.default_rng(step).standard_normal(value.shape)
            optimiser.step(0.1)
            assert not table.gradient.any()
    np.testing.assert_array_equal(tables[0].value, tables[1].value)


def test_gradient_descent_moves_every_number_by_the_rate_times_its_gradient():
    parameters = [Parameter(np.array([1.0, 2.0])), Parameter(np.zeros((1, 2), np.float32))]
    sgd = SGD(parameters)
    for _ in range(2):  # it remembers nothing of earlier steps
        parameters[0].gradient += [1, -2]
        parameters[1].gradient += [[0, 4]]
        sgd.step(0.25)
    assert parameters[0].value.tolist() == [0.5, 3]
    assert parameters[1].value.tolist() == [[0, -2]]
    assert parameters[1].value.dtype == np.float32
    assert not any(parameter.gradient.any() for parameter in parameters)


def test_lazy_adam_leaves_a_row_as_it_is_until_it_has_a_gradient_again():
    table = Parameter(np.zeros((2, 1)))
    lazy = LazyAdam([table], beta1=0.5, beta2=0.5, epsilon=0.0)
    values = []
    for gradients in ([1.0, 1.0], [0.0, 1.0], [1.0, 1.0]):
        table.gradient[:, 0] = gradients
        lazy.step(1.0)
        values.append(table.value[:, 0].tolist())
    # Step 1: m_hat = v_hat = 1. The row that sits out step 2 has m = v = .5 + .25 = .75 in step 3, whose bias
    # correction is 1 - .5^3 = .875: it moves by (.75 / .875) / sqrt(.75 / .875).
    assert values[0] == [-1.0, -1.0]
    assert values[1][0] == -1.0
    np.testing.assert_allclose(values[2], [-1 - math.sqrt(0.75 / 0.875), -3.0])


def test_a_large_parameter_moves_as_its_parts_would():
    rng = np.random.default_rng(0)
    values, gradients = rng.standard_normal((2, 3, 50_000))  # more than one block
    matrix, parts = Parameter(values.copy()), [Parameter(row.copy()) for row in values]
    optimisers = Adam([matrix]), Adam(parts)
    for _ in range(2):
        for parameter, gradient in zip([matrix, *parts], [gradients, *gradients], strict=True):
            parameter.gradient += gradient
        for adam in optimisers:
            adam.step(0.1)
    assert (matrix.value == np.stack([part.value for part in parts])).all()


def test_adam_finds_the_minimum_of_a_bowl():
    parameter = Parameter(np.array([5.0, -7.0]))
    adam = Adam([parameter])
    for step in range(400):
        parameter.gradient += 2 * (parameter.value - [1, 2])
        adam.step(0.3 * cosine_decay(step, 400))
    np.testing.assert_allclose(parameter.value, [1, 2], atol=1e-3)


def test_the_learning_rate_falls_from_1_to_a_half_to_almost_0():
    assert cosine_decay(0, 10) == 1
    assert cosine_decay(5, 10) == pytest.approx(0.5)
    assert cosine_decay(9, 10) == pytest.approx((1 + math.cos(0.9 * math.pi)) / 2)
    assert 0 < cosine_decay(9, 10) < 0.03
