"""Trustworthiness compared with the formula of the paper, written as loops, and on maps with known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recsys.recommend.trustworthiness import trustworthiness


def cosine(a, b) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


def literal(vectors, points, k: int) -> float:
    """1 - 2 / (n k (2n - 3k - 1)) * the sum of r(i, j) - k over the intruders j of every neighbourhood."""
    n, excess = len(vectors), 0
    for i in range(n):
        others = [j for j in range(n) if j != i]
        on_map = sorted(others, key=lambda j: math.dist(points[i], points[j]))[:k]
        by_vector = sorted(others, key=lambda j: -cosine(vectors[i], vectors[j]))
        for j in on_map:
            if j not in by_vector[:k]:
                excess += by_vector.index(j) + 1 - k
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess


def circle(angles) -> np.ndarray:
    """Vectors whose cosines fall with the distance of their angles."""
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@pytest.mark.parametrize(("n", "k"), [(3, 1), (7, 3), (20, 1), (20, 9), (300, 15)])
def test_it_is_the_formula_of_the_paper(n, k):
    rng = np.random.default_rng(n + k)
    vectors, points = rng.normal(size=(n, 5)).astype(np.float32), rng.normal(size=(n, 2))
    expected = literal(vectors.astype(float).tolist(), points.tolist(), k)
    assert trustworthiness(vectors, points, k) == pytest.approx(expected, abs=1e-9)
    assert 0 < expected < 1


def test_a_map_that_keeps_every_neighbourhood_is_trusted_entirely():
    angles = np.array([0, 0.1, 0.25, 0.45, 0.7, 1.0, 1.35])
    assert trustworthiness(circle(angles), np.stack([angles, 0 * angles], axis=1), 2) == 1


def test_one_intruder_costs_its_rank_beyond_the_neighbourhood():
    # On the map, 0 has been moved next to 6: now they are the nearest of each other, each of rank 6 by vector. The
    # nearest of 1 is 2 then, of rank 2.
    angles = np.array([0, 0.1, 0.25, 0.45, 0.7, 1.0, 1.35])
    on_map = np.array([1.36, 0.1, 0.25, 0.45, 0.7, 1.0, 1.35])
    points = np.stack([on_map, 0 * on_map], axis=1)
    assert trustworthiness(circle(angles), points, 1) == pytest.approx(1 - 2 / (7 * (14 - 4)) * (5 + 5 + 1))


def test_neighbours_that_are_left_out_cost_nothing_by_themselves():
    # Two pairs torn apart, each half next to what is as near: the measure counts intruders, not absentees.
    vectors = circle(np.array([0, 0, 0, 1, 1, 1]))
    points = np.array([[0, 0], [0.1, 0], [9, 9], [5, 5], [5.1, 5], [9, 0.0]])
    torn = literal(vectors.astype(float).tolist(), points.tolist(), 1)
    assert trustworthiness(vectors, points, 1) >= torn


def test_vectors_of_equal_cosine_share_the_best_of_their_ranks():
    vectors = np.ones((9, 3), np.float32)
    assert trustworthiness(vectors, np.random.default_rng(0).normal(size=(9, 2)), 3) == 1


def test_points_on_top_of_each_other_are_each_others_neighbours_and_not_their_own():
    points = np.array([[0, 0]] * 6 + [[1, 1]] * 3, float)
    vectors = circle(np.where(points[:, 0] > 0, 1.5, 0.0) + np.arange(9) / 1000)
    assert trustworthiness(vectors, points, 2) > 0.8


@pytest.mark.parametrize("k", [0, 3, 4])
def test_a_neighbourhood_of_half_the_points_is_refused(k):
    with pytest.raises(ValueError, match=rf"k is {k}; expected at least 1 and less than half of the 6 points"):
        trustworthiness(np.ones((6, 2), np.float32), np.ones((6, 2)), k)
