"""The map: item vectors seen from the side on which they differ most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Projection:
    """The first two principal components.

    Attributes:
        points: float64 (n, 2).
        explained_variance: share of the whole variance along each axis, (2,).
        centre: float64 (d,), the mean of the vectors.
        axes: float64 (2, d), of length 1; zero where they do not exist.
    """

    points: NDArray[np.float64]
    explained_variance: NDArray[np.float64]
    centre: NDArray[np.float64]
    axes: NDArray[np.float64]

    def places(self, vectors: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Where other vectors (m, d) lie on the same map, (m, 2)."""
        places: NDArray[np.float64] = (np.asarray(vectors, np.float64) - self.centre) @ self.axes.T
        return places


def principal_components(vectors: NDArray[np.floating[Any]]) -> Projection:
    """PCA (Pearson 1901) by singular value decomposition of the centred vectors (n, d).

    The sign of a component is free; here each has its largest loading positive, so that equal input gives an equal
    map. With fewer than two dimensions or points, the axes that do not exist are zero.
    """
    vectors = np.asarray(vectors, np.float64)
    centre = vectors.mean(axis=0)
    centred = vectors - centre
    _, singular, found = np.linalg.svd(centred, full_matrices=False)
    found, variance = found[:2], singular**2
    largest = found[np.arange(len(found)), np.abs(found).argmax(axis=1)]
    axes, share = np.zeros((2, vectors.shape[1])), np.zeros(2)
    axes[: len(found)] = found * np.sign(largest)[:, None]
    if variance.sum() > 0:
        share[: len(found)] = variance[:2] / variance.sum()
    return Projection(centred @ axes.T, share, centre, axes)
