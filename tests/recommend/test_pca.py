from __future__ import annotations

import numpy as np
import pytest

from recsys.recommend.pca import principal_components


def by_covariance(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points and shares of the variance from the covariance matrix; each axis has its largest loading positive."""
    values, axes = np.linalg.eigh(np.cov(vectors, rowvar=False))
    order = np.argsort(values)[::-1][:2]
    axes = axes[:, order]
    for column in range(2):
        largest = np.argmax(np.abs(axes[:, column]))
        if axes[largest, column] < 0:
            axes[:, column] *= -1
    return (vectors - vectors.mean(axis=0)) @ axes, values[order] / values.sum()


@pytest.mark.parametrize("shape", [(40, 5), (200, 16), (8, 3), (3, 7)])
def test_axes_are_eigenvectors_of_the_covariance_matrix(shape):
    vectors = np.random.default_rng(shape[0]).normal(size=shape) * np.arange(1, shape[1] + 1) + 3
    projection = principal_components(vectors)
    points, share = by_covariance(vectors)
    np.testing.assert_allclose(projection.points, points, atol=1e-9)
    np.testing.assert_allclose(projection.explained_variance, share, atol=1e-12)


def test_a_line_of_points_lies_on_the_first_axis():
    projection = principal_components(np.array([[0, 0], [3, 4], [6, 8]]))
    np.testing.assert_allclose(projection.points, [[-5, 0], [0, 0], [5, 0]], atol=1e-12)
    np.testing.assert_allclose(projection.explained_variance, [1, 0], atol=1e-12)


def test_the_largest_loading_of_an_axis_is_positive():
    # The spread is along (1, -2), whose larger part must point up: the point (1, -2) is on the negative side.
    projection = principal_components(np.array([[-1, 2], [0, 0], [1, -2]]))
    np.testing.assert_allclose(projection.points[:, 0], [5**0.5, 0, -(5**0.5)], atol=1e-12)


def test_mirrored_vectors_give_the_mirrored_map_and_shifted_ones_the_same():
    vectors = np.random.default_rng(0).normal(size=(20, 4))
    points = principal_components(vectors).points
    np.testing.assert_allclose(principal_components(-vectors).points, -points, atol=1e-9)
    np.testing.assert_allclose(principal_components(vectors + 100).points, points, atol=1e-9)


def test_equal_vectors_give_an_equal_map_to_the_last_bit():
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    assert principal_components(vectors).points.tobytes() == principal_components(vectors.copy()).points.tobytes()


def test_float32_is_projected_in_float64():
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    projection = principal_components(vectors)
    assert projection.points.dtype == np.float64
    np.testing.assert_allclose(projection.points, by_covariance(vectors.astype(np.float64))[0], atol=1e-9)


def test_one_dimension_has_one_axis():
    projection = principal_components(np.array([[1.0], [2.0], [6.0]]))
    np.testing.assert_allclose(projection.points, [[-2, 0], [-1, 0], [3, 0]], atol=1e-12)
    assert projection.explained_variance.tolist() == [1, 0]


@pytest.mark.parametrize("vectors", [np.ones((1, 3)), np.ones((1, 1)), np.full((5, 3), 0.1), np.zeros((4, 1))])
def test_equal_points_lie_in_the_middle_and_explain_no_variance(vectors):
    projection = principal_components(vectors)
    assert projection.points.shape == (len(vectors), 2)
    np.testing.assert_allclose(projection.points, 0, atol=1e-12)
    assert projection.explained_variance.tolist() == [0, 0]


def test_two_points_differ_along_one_axis():
    projection = principal_components(np.array([[0, 0, 0], [0, 0, 4]]))
    np.testing.assert_allclose(projection.points, [[-2, 0], [2, 0]], atol=1e-12)
    np.testing.assert_allclose(projection.explained_variance, [1, 0], atol=1e-12)


@pytest.mark.parametrize("shape", [(40, 5), (3, 1), (1, 4), (2, 3)])
def test_other_vectors_are_projected_on_the_same_axes(shape):
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=shape) + 3
    projection = principal_components(vectors)
    np.testing.assert_allclose(projection.project(vectors), projection.points, atol=1e-12)
    step = rng.normal(size=(1, shape[1]))
    expected = projection.points + step @ projection.axes.T
    np.testing.assert_allclose(projection.project(vectors + step), expected, atol=1e-12)


def test_the_vectors_are_not_changed():
    vectors = np.random.default_rng(0).normal(size=(5, 3))
    before = vectors.copy()
    principal_components(vectors)
    assert vectors.tobytes() == before.tobytes()
