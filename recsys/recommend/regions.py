"""Regions of a map where unusually many items share a label, such as a genre or a decade."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

NEIGHBOURHOOD = 30
"""Nearest items to each item, including itself, among which labels are counted."""
MIN_SHARE = 0.4
"""Share of the neighbourhood that must have a label for it to name the region."""
MIN_SURPRISE = 5.0
"""Standard deviations above the share that a label would have if it were spread evenly over the map."""
MAX_REGIONS = 12
MAX_LABELS = 2
"""Labels of a region."""
_APART = 0.35  # of the largest coordinate: two regions of a label that are closer count as one


@dataclass(frozen=True, eq=False)
class Region:
    """A part of the map and the labels that are typical of it.

    Attributes:
        labels: columns of labels, the most surprising first.
        x, y: the mean position of its items that have the first label.
        surprise: of the first label, in standard deviations above chance.
        items: the neighbourhood.
    """

    labels: tuple[int, ...]
    x: float
    y: float
    surprise: float
    items: NDArray[np.intp]


def label_regions(points: NDArray[np.floating[Any]], labels: NDArray[np.bool_]) -> list[Region]:
    """The regions of all labels, the most surprising first; regions of the same items are joined.

    Around each item that has a label, the share of items that have it is compared with p, its share of the whole map.
    If labels were spread evenly, that share would have a variance of p (1 - p) / :data:`NEIGHBOURHOOD`. The first
    region of a label is where the difference is largest; the next is where it is largest away from the first, and so
    on.

    Args:
        points: (n, 2), the positions of the items.
        labels: (n, n_labels), which items have which labels.
    """
    if len(points) <= 2 * NEIGHBOURHOOD:
        return []  # a neighbourhood would be most of the map
    _, nearest = cKDTree(points).query(points, NEIGHBOURHOOD)  # (n, NEIGHBOURHOOD)
    chance = labels.mean(axis=0)
    regions = [
        region
        for label in np.flatnonzero((chance > 0) & (chance < 1))
        for region in _regions_of(int(label), points, labels[:, label], nearest)
    ]
    return _merged(sorted(regions, key=lambda region: -region.surprise))[:MAX_REGIONS]


def _regions_of(
    label: int, points: NDArray[np.floating[Any]], has_label: NDArray[np.bool_], nearest: NDArray[np.intp]
) -> list[Region]:
    p, apart = has_label.mean(), _APART * np.abs(points).max()
    share = has_label[nearest].mean(axis=1)  # (n,)
    surprise = (share - p) / np.sqrt(p * (1 - p) / NEIGHBOURHOOD)
    surprise[~has_label | (share < MIN_SHARE)] = 0
    regions = []
    while surprise.max() >= MIN_SURPRISE:
        best = int(surprise.argmax())
        around = nearest[best]
        x, y = points[around[has_label[around]]].mean(axis=0).tolist()
        regions.append(Region((label,), x, y, float(surprise[best]), around))
        distance = np.hypot(points[:, 0] - x, points[:, 1] - y)
        surprise[distance < apart] = 0
        surprise[best] = 0  # it may be far from the mean
    return regions


def _merged(regions: list[Region]) -> list[Region]:
    """Join regions that share half of their items, with the labels of the first ones."""
    merged: list[Region] = []
    for region in regions:
        for position, earlier in enumerate(merged):
            if 2 * len(np.intersect1d(earlier.items, region.items)) >= NEIGHBOURHOOD:
                merged[position] = replace(earlier, labels=(*earlier.labels, *region.labels)[:MAX_LABELS])
                break
        else:
            merged.append(region)
    return merged
