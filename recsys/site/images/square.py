"""The square of the map that a small picture shows, and where in the picture a point lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]

_MARGIN = 0.05


@dataclass(frozen=True)
class Square:
    """A piece of the plane, y upwards; equal units on both axes, because a stretched map would distort distances.

    Attributes:
        x: of its centre.
        y: of its centre.
        half: half its width.
    """

    x: float
    y: float
    half: float

    def to_percent(self, point: Point) -> Point:
        """Where a point lies, from the left and from the top, in per cent of the width."""
        return (50 * (1 + (point[0] - self.x) / self.half), 50 * (1 - (point[1] - self.y) / self.half))


def square_around(points: Sequence[Point]) -> Square:
    """The square that contains all points, with a margin; half a width of 1 where they span nothing."""
    if not points:
        return Square(0.0, 0.0, 1.0)
    (left, right), (low, high) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    half = max(right - left, high - low) / 2
    return Square((left + right) / 2, (low + high) / 2, half * (1 + _MARGIN) or 1.0)
