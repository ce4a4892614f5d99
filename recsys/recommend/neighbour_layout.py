"""A layout of items in two dimensions that puts the nearest neighbours of an item near it.

t-SNE (van der Maaten and Hinton 2008) on a graph of nearest neighbours. Principal components show the directions in
which all vectors vary most; this layout shows neighbourhoods, and distances across the map mean little. It is fast
because:

- Affinities are 1 / k for each of the k neighbours of an item and 0 for all others, so items attract each other only
  along the few edges of the graph.
- Repulsion is estimated in each step from some points drawn at random, as in LargeVis (Tang et al. 2016), so the time
  grows with the number of items and not with its square.
- It starts from the principal components (Kobak and Berens 2019), so the global shape is right from the beginning.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

STEPS = 150
SAMPLES = 128
"""Points that repel all others in a step."""
EXAGGERATION = 4.0
"""How much stronger attraction is in the first steps, in which clusters gather."""
_EXAGGERATED = 0.3  # share of the steps, the first ones
_COOLING = 0.5  # share of the steps, the last ones: steps shrink to 0, which averages out the noise of the samples
_MOMENTUM = 0.8
_START_WIDTH = 0.01  # so small that at the start all points repel each other alike
_JITTER = 0.01  # share of that width, so that equal points can move apart


def neighbour_layout(
    neighbours: NDArray[np.integer[Any]], start: NDArray[np.floating[Any]], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Lay out points by their nearest neighbours.

    Args:
        neighbours: (n, k), the nearest neighbours of each point; -1 where it has fewer.
        start: (n, 2), the first two principal components; only their shape counts, not their scale.
        rng: draws the points that repel.

    Returns:
        (n, 2), the middle of the layout at 0 and its largest coordinate at 1; the units mean nothing else.
    """
    n = len(start)
    affinities = _affinities(neighbours)
    points = _small(start, rng)
    velocity = np.zeros_like(points)
    # The gradient is a mean over the points, so a step is proportional to their number (Belkina et al. 2019).
    learning_rate = 4 * n / EXAGGERATION
    for step in range(STEPS):
        strength = EXAGGERATION if step < _EXAGGERATED * STEPS else 1.0
        rate = learning_rate * min(1.0, (1 - step / STEPS) / _COOLING)
        others = points[rng.choice(n, min(SAMPLES, n), replace=False, shuffle=False)]
        gradient = np.float32(strength) * _attraction(affinities, points) - _repulsion(points, others)
        velocity = np.float32(_MOMENTUM) * velocity - np.float32(rate) * gradient
        points += velocity
        points -= points.mean(axis=0)
    return _unit_scale(points)


def _affinities(neighbours: NDArray[np.integer[Any]]) -> sparse.csr_array:
    """The p_ij (n, n), means of p_j|i / n and p_i|j / n: symmetric, with sum 1 if every point has a neighbour."""
    n, _ = neighbours.shape
    rows, columns = np.nonzero(neighbours >= 0)
    counts = np.bincount(rows, minlength=n)
    shares = (1 / counts[rows]).astype(np.float32)
    directed = sparse.csr_array((shares, (rows, neighbours[rows, columns])), shape=(n, n))
    return sparse.csr_array((directed + directed.T) / np.float32(2 * n))


def _attraction(affinities: sparse.csr_array, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum over j of p_ij (y_i - y_j) / (1 + d_ij^2): (n, 2)."""
    rows = np.repeat(np.arange(len(points)), np.diff(affinities.indptr))
    offsets = points[rows] - points[affinities.indices]  # (edges, 2)
    weights = affinities.data / (1 + np.einsum("ed,ed->e", offsets, offsets))
    weighted = sparse.csr_array((weights, affinities.indices, affinities.indptr), shape=affinities.shape)
    return _weighted_offsets(weighted, points, points)


def _repulsion(points: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum over j of q_ij (y_i - y_j) / (1 + d_ij^2), estimated from some of the points: (n, 2).

    Here q_ij = w_ij / Z, with w_ij = 1 / (1 + d_ij^2) and Z the sum of all w. The same points estimate Z and the sum
    over j, so the factor from the sample to all points cancels.
    """
    weights = points @ (-2 * others.T)  # (n, samples), at first the squared distances
    weights += np.einsum("nd,nd->n", points, points)[:, None]
    weights += np.einsum("sd,sd->s", others, others)
    np.maximum(weights, 0, out=weights)  # rounding may give a little less than 0
    weights += 1
    np.reciprocal(weights, out=weights)
    total = weights.sum(dtype=np.float64) - len(others)  # without the pairs of a point and itself, whose weight is 1
    np.square(weights, out=weights)
    return _weighted_offsets(weights, points, others) / np.float32(max(total, 1e-9))


def _weighted_offsets(weights: Any, points: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum over j of w_ij (y_i - y_j): (n, 2), for weights (n, m), dense or sparse."""
    offsets: NDArray[np.float32] = weights.sum(axis=1)[:, None] * points - weights @ others
    return offsets


def _small(start: NDArray[np.floating[Any]], rng: np.random.Generator) -> NDArray[np.float32]:
    points = start - start.mean(axis=0)
    width = np.abs(points).max()
    small: NDArray[np.float64] = _START_WIDTH * (points / (width or 1) + _JITTER * rng.normal(size=points.shape))
    return small.astype(np.float32)


def _unit_scale(points: NDArray[np.float32]) -> NDArray[np.float32]:
    points = points - (points.min(axis=0) + points.max(axis=0)) / 2
    scaled: NDArray[np.float32] = points / np.float32(np.abs(points).max() or 1)
    return scaled
