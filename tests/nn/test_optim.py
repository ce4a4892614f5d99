import math

import numpy as np
import pytest

from recsys.nn.layers import Parameter
from recsys.nn.optim import Adam, cosine_decay


def test_adam_follows_the_formulas_of_the_paper():
    parameter = Parameter(np.array([1.0, -2.0]))
    adam = Adam([parameter])
    value, m, v = parameter.value.copy(), np.zeros(2), np.zeros(2)
    for step, gradient in enumerate(([0.5, 3.0], [-1.0, 0.0], [2.0, 1e-3]), start=1):
        parameter.gradient += gradient
        adam.step(0.1)
        g = np.array(gradient)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        m_hat, v_hat = m / (1 - 0.9**step), v / (1 - 0.999**step)
        value -= 0.1 * m_hat / (np.sqrt(v_hat) + 1e-8)
        np.testing.assert_allclose(parameter.value, value, rtol=1e-6)


def test_a_step_forgets_the_gradients():
    parameter = Parameter(np.ones(2))
    parameter.gradient += 1
    Adam([parameter]).step(0.1)
    assert parameter.gradient.tolist() == [0, 0]


def test_a_large_parameter_moves_as_its_parts_would():
    rng = np.random.default_rng(0)
    values, gradients = rng.standard_normal((2, 3, 50_000))  # more than are worked on at once
    whole, parts = Parameter(values.copy()), [Parameter(row.copy()) for row in values]
    optimisers = Adam([whole]), Adam(parts)
    for _ in range(2):
        for parameter, gradient in zip([whole, *parts], [gradients, *gradients], strict=True):
            parameter.gradient += gradient
        for adam in optimisers:
            adam.step(0.1)
    assert (whole.value == np.stack([part.value for part in parts])).all()


def test_adam_finds_the_minimum_of_a_bowl():
    parameter = Parameter(np.array([5.0, -7.0]))
    adam = Adam([parameter])
    for step in range(400):
        parameter.gradient += 2 * (parameter.value - [1, 2])
        adam.step(0.3 * cosine_decay(step, 400))
    np.testing.assert_allclose(parameter.value, [1, 2], atol=1e-3)


def test_the_learning_rate_falls_from_all_to_half_to_almost_nothing():
    assert cosine_decay(0, 10) == 1
    assert cosine_decay(5, 10) == pytest.approx(0.5)
    assert cosine_decay(9, 10) == pytest.approx((1 + math.cos(0.9 * math.pi)) / 2)
    assert 0 < cosine_decay(9, 10) < 0.03
