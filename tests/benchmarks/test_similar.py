"""The measure of similar items, on hidden users whose chance to agree is worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.benchmarks.similar import HiddenUsers
from tests.small_logs import log_of


@pytest.mark.parametrize(
    ("neighbour", "correlation", "share"),
    [
        # Both users of item 0 picked item 1 too. By chance 2 * 2 * 8 / 8**2 = 0.5 users pick both.
        (1, (2 - 0.5) / 2, 1 - (1 - math.exp(-0.5))),
        (2, (0 - 0.5) / 2, 0 - (1 - math.exp(-0.5))),
    ],
)
def test_a_neighbour_is_worth_what_hidden_users_picked_together_beyond_chance(neighbour, correlation, share):
    dataset = log_of([(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)], 4, 4)
    neighbours = np.full((4, 10), -1)
    neighbours[0, 0] = neighbour
    judgement = HiddenUsers(hidden=dataset, train=dataset).judge(neighbours)
    # One neighbour in the forty places of four items; places that are left empty are worth nothing.
    assert judgement.correlation == pytest.approx(100 * correlation / 40)
    assert judgement.share == pytest.approx(100 * share / 40)
    assert judgement.coverage == 25
