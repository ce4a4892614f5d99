"""The axes of the map: the first two principal components of item vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Projection:
    """Vectors projected on their first two principal components.

    Attributes:
        points: float64 (n, 2).
        explained_variance: share of the total variance along each axis, (2,).
        centre: float64 (d,), the mean of the vectors.
        axes: float64 (2, d), of length 1; zero where they do not exist.
    """

    points: NDArray[np.float64]
    explained_variance: NDArray[np.float64]
    centre: NDArray[np.float64]
    axes: NDArray[np.float64]

    def project(self, vectors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Other vectors (m, d) on the same axes: (m, 2)."""
        points: NDArray[np.float64] = (np.asarray(vectors, np.float64) - self.centre) @ self.axes.T
        return points


def principal_components(vectors: NDArray[np.floating[Any]]) -> Projection:
    """PCA (Pearson 1901) by singular value decomposition of the centred vectors (n, d).

    The sign of a component is arbitrary; here the largest loading of each is positive, so that equal input gives an
    equal map. With fewer than two dimensions or points, the axes that do not exist are zero.
    """
    vectors = np.asarray(vectors, np.float64)
    centre = vectors.mean(axis=0)
    centred = vectors - centre
    _, singular, components = np.linalg.svd(centred, full_matrices=False)
    components, variance = components[:2], singular**2  # squared singular values are proportional to the variances
    largest = components[np.arange(len(components)), np.abs(components).argmax(axis=1)]
    axes, share = np.zeros((2, vectors.shape[1])), np.zeros(2)
    axes[: len(components)] = components * np.sign(largest)[:, None]
    if variance.sum() > 0:
        share[: len(components)] = variance[:2] / variance.sum()
    return Projection(centred @ axes.T, share, centre, axes)
