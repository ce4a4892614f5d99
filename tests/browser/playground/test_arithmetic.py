"""The page's arithmetic is that of the reference in Python: from the same arrays, batches, negatives and masks."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.browser.playground.reference import EXPERIMENTS, Experiment, fixture

LIMIT = 1e-9
"""Of the difference, relative to the larger of 1 and the number itself."""


def assert_equal(actual: Any, expected: Any, what: str) -> None:
    actual, expected = np.asarray(actual, float), np.asarray(expected, float)
    difference = np.abs(actual - expected) / np.maximum(np.abs(expected), 1)
    assert difference.max() <= LIMIT, what


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=str)
def test_losses_and_gradients_are_those_of_the_reference_for_20_steps(learner: Any, experiment: Experiment) -> None:
    expected = fixture(experiment)
    # In JSON, as Playwright takes long to pass so many numbers in a form of its own.
    actual = json.loads(learner.evaluate("(text) => JSON.stringify(replay(JSON.parse(text)))", json.dumps(expected)))
    assert len(actual["steps"]) == 20
    for number, (step, reference) in enumerate(zip(actual["steps"], expected["steps"], strict=True)):
        assert_equal(step["loss"], reference["loss"], f"loss of step {number}")
        assert step["gradients"].keys() == reference["gradients"].keys()
        for name, gradient in reference["gradients"].items():
            assert_equal(step["gradients"][name], gradient, f"gradient of {name} in step {number}")
    for name, values in expected["final"].items():
        assert_equal(actual["final"][name], values, f"{name} after the last step")
