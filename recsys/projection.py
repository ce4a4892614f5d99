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
    """

    points: NDArray[np.float64]
    explained_variance: NDArray[np.float64]


def principal_components(vectors: NDArray[np.floating[Any]]) -> Projection:
    """PCA (Pearson 1901) by singular value decomposition of the centred vectors (n, d).

    The sign of a component is free; here each has its largest loading positive, so that equal input gives an equal
    map. With fewer than two dimensions or points, the axes that do not exist are zero.
    """
    centred = np.asarray(vectors, np.float64)
    centred = centred - centred.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    axes, variance = axes[:2], singular**2
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
    points, share = np.zeros((len(centred), 2)), np.zeros(2)
    points[:, : len(axes)] = centred @ (axes * np.sign(largest)[:, None]).T
    if variance.sum() > 0:
        share[: len(axes)] = variance[:2] / variance.sum()
    return Projection(points, share)
