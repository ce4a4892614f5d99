"""Logistic regression: frequencies recovered by hand, and what no units and no labels may change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from recsys.models.logistic import fit_logistic

RNG = np.random.default_rng


def two_groups() -> tuple[np.ndarray, np.ndarray]:
    """Of 100 with x = 0 a fifth has the label, of 50 with x = 1 nine tenths; and a column of ones."""
    x = np.repeat([0.0, 1.0], [100, 50])
    labels = np.r_[np.arange(100) < 20, np.arange(50) < 45]
    return np.column_stack([x, np.ones(150)]), labels


def test_without_a_penalty_the_frequencies_of_groups_are_recovered():
    inputs, labels = two_groups()
    likely = expit(inputs @ fit_logistic(inputs, labels, 1e-9))
    np.testing.assert_allclose(likely[[0, 149]], [0.2, 0.9], rtol=1e-5)


def test_at_the_solution_the_gradient_of_likelihood_and_penalty_is_zero():
    rng = RNG(0)
    inputs, labels = rng.standard_normal((200, 4)) * [1, 10, 0.1, 3], rng.random(200) < 0.3
    weights = fit_logistic(inputs, labels, 0.1)
    penalty = 0.1 * (inputs**2).sum(axis=0) * weights
    np.testing.assert_allclose(inputs.T @ (expit(inputs @ weights) - labels), -penalty, rtol=0, atol=1e-6)


@given(st.lists(st.floats(0.001, 1000), min_size=2, max_size=2))
def test_units_of_the_inputs_change_no_probability(scales):
    inputs, labels = two_groups()
    expected = inputs @ fit_logistic(inputs, labels, 0.3)
    np.testing.assert_allclose(inputs * scales @ fit_logistic(inputs * scales, labels, 0.3), expected, atol=1e-6)


def test_the_larger_the_penalty_the_closer_to_even_odds():
    inputs, labels = two_groups()
    strengths = [np.abs(inputs @ fit_logistic(inputs, labels, ridge)).max() for ridge in (0.01, 0.1, 1, 10)]
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[-1] < 0.1


@pytest.mark.parametrize("labels", [np.arange(40) < 20, np.ones(40, bool)], ids=["separable", "one class"])
def test_the_weights_are_finite_where_the_likelihood_alone_has_no_maximum(labels):
    inputs = np.column_stack([np.arange(40) < 20, np.ones(40), np.zeros(40)]).astype(float)  # nothing in the last
    weights = fit_logistic(inputs, labels, 0.01)
    assert np.isfinite(weights).all() and weights[2] == 0
    assert ((inputs @ weights > 0) == labels).all()


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_inputs_of_very_different_units_are_no_ill_conditioned_problem(scale):
    inputs, labels = two_groups()
    likely = expit(inputs * [scale, 1] @ fit_logistic(inputs * [scale, 1], labels, 1e-9))  # warnings are errors
    np.testing.assert_allclose(likely[[0, 149]], [0.2, 0.9], rtol=1e-5)
