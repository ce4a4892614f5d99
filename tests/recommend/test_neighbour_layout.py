"""The layout by neighbours on graphs whose picture is known."""

from __future__ import annotations

import numpy as np
import pytest

from recsys.recommend.neighbour_layout import neighbour_layout


def lay_out(neighbours, start=None, seed=0) -> np.ndarray:
    rng = np.random.default_rng(100)
    start = rng.normal(size=(len(neighbours), 2)) if start is None else start
    return neighbour_layout(np.array(neighbours), start, np.random.default_rng(seed))


def two_cliques(n: int) -> list[list[int]]:
    """Everybody's neighbours are all others of the same half."""
    halves = [range(n), range(n, 2 * n)]
    return [[other for other in half if other != point] for half in halves for point in half]


def ring(n: int) -> list[list[int]]:
    return [[(point - 1) % n, (point + 1) % n] for point in range(n)]


def distances(points) -> np.ndarray:
    return np.linalg.norm(points[:, None].astype(float) - points[None], axis=2)


def test_points_that_share_neighbours_gather_apart_from_others():
    far = distances(lay_out(two_cliques(20)))
    within = np.maximum(far[:20, :20].max(), far[20:, 20:].max())
    assert within < far[:20, 20:].min()


def test_the_next_on_a_ring_are_the_nearest_of_nearly_all():
    shares = []
    for seed in range(5):  # a single layout may be one point short, and differs from one processor to another
        far = distances(lay_out(ring(60), seed=seed))
        np.fill_diagonal(far, np.inf)
        nearest = np.sort(np.argsort(far, axis=1)[:, :2], axis=1)
        shares.append((nearest == np.sort(ring(60), axis=1)).all(axis=1).mean())
    assert np.mean(shares) > 0.9


def test_more_points_than_repel_in_a_step_are_laid_out_as_well():
    far = distances(lay_out(two_cliques(150)))
    assert np.median(far[:150, :150]) < np.median(far[:150, 150:]) / 2


def test_the_layout_is_centred_and_its_largest_coordinate_is_1():
    points = lay_out(ring(30))
    assert points.dtype == np.float32
    assert points.shape == (30, 2)
    np.testing.assert_allclose(points.min(axis=0), -points.max(axis=0), atol=1e-6)
    assert np.abs(points).max() == pytest.approx(1)


def test_equal_seeds_give_equal_bytes_and_others_do_not():
    neighbours = two_cliques(10)
    assert lay_out(neighbours, seed=1).tobytes() == lay_out(neighbours, seed=1).tobytes()
    assert lay_out(neighbours, seed=1).tobytes() != lay_out(neighbours, seed=2).tobytes()


def test_clusters_lie_on_the_sides_where_the_start_has_them_whatever_its_scale():
    start = np.concatenate([np.full((20, 2), [-3.0, 1.0]), np.full((20, 2), [3.0, 1.0])])
    start += np.random.default_rng(0).normal(scale=0.3, size=start.shape)
    points = lay_out(two_cliques(20), start)
    assert points[:20, 0].max() < points[20:, 0].min()
    np.testing.assert_array_equal(lay_out(two_cliques(20), start * 1024), points)


def test_equal_points_part():
    points = lay_out(ring(20), np.zeros((20, 2)))
    assert len(np.unique(points.round(2), axis=0)) == 20


def test_a_point_without_neighbours_lies_outside_of_all_others():
    neighbours = [[*row, -1] for row in two_cliques(10)] + [[-1] * 10]
    points = lay_out(neighbours)
    assert np.isfinite(points).all()
    far = distances(points)
    np.fill_diagonal(far, np.inf)
    assert far[20].min() > np.median(far.min(axis=1))


def test_a_point_with_fewer_neighbours_is_pulled_by_those_it_has():
    neighbours = [*two_cliques(10), [0, *[-1] * 8]]
    far = distances(lay_out(neighbours))[20]
    assert far[:10].max() < far[10:20].min()


@pytest.mark.parametrize("n", [1, 2])
def test_hardly_any_points_have_a_layout_too(n):
    points = lay_out(np.full((n, 3), -1), np.zeros((n, 2)))
    assert points.shape == (n, 2)
    assert np.isfinite(points).all()


def test_the_start_is_not_changed():
    start = np.random.default_rng(0).normal(size=(20, 2))
    before = start.copy()
    lay_out(two_cliques(10), start)
    np.testing.assert_array_equal(start, before)
