"""Numbers as a file states them against the same computed again."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import msgspec

_RELATIVE = 1e-9
_ABSOLUTE = 1e-9
"""Sums are rounded in another order by other versions of numpy and on other processors."""


@dataclass
class Comparison:
    """Collects what was compared, and what differs.

    Attributes:
        n_compared: numbers and names.
        differences: one sentence for each.
        not_verified: one sentence for each reason.
    """

    n_compared: int = 0
    differences: list[str] = field(default_factory=list)
    not_verified: list[str] = field(default_factory=list)

    def compare(self, file: str, label: str, stated: Any, computed: Any) -> None:
        """Compare all that was computed with what the file states: numbers, texts, or structures of these.

        Args:
            file: its address.
            label: what is compared, in a few words.
            stated: what the file says; it may say more.
            computed: the same from the lists.
        """
        self._compare(f"{file}: {label}", msgspec.to_builtins(stated), msgspec.to_builtins(computed))

    def compare_range(self, file: str, label: str, stated: float | None, low: float, high: float) -> None:
        """Compare a number with the range in which the lists allow it.

        Args:
            file: its address.
            label: what is compared, in a few words.
            stated: what the file says.
            low: the least that is possible.
            high: the most that is possible.
        """
        self.n_compared += 1
        if stated is None or not low - _ABSOLUTE <= stated <= high + _ABSOLUTE:
            self.differences.append(f"{file}: {label} is {stated}, the lists give {low} to {high}")

    def _compare(self, label: str, stated: Any, computed: Any) -> None:
        if isinstance(computed, dict) and isinstance(stated, dict):
            for key, value in computed.items():
                if key in stated:
                    self._compare(f"{label} {key}", stated[key], value)
                else:
                    self.differences.append(f"{label} {key} is absent, the lists give {value}")
        elif isinstance(computed, list) and isinstance(stated, list) and len(computed) == len(stated):
            for number, (one, other) in enumerate(zip(stated, computed, strict=True), start=1):
                self._compare(f"{label} {number}", one, other)
        else:
            self.n_compared += 1
            if not _are_equal(stated, computed):
                self.differences.append(f"{label} is {stated}, the lists give {computed}")


def _are_equal(stated: Any, computed: Any) -> bool:
    if isinstance(stated, float | int) and isinstance(computed, float | int):
        return math.isclose(stated, computed, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    return bool(stated == computed)
