"""Compare the numbers that a file states with the same numbers computed again."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import msgspec

_RELATIVE = 1e-9
_ABSOLUTE = 1e-9
"""Tolerances: other versions of numpy and other processors add up in another order."""


@dataclass
class Comparison:
    """Collects what was compared, and what differs.

    Attributes:
        n_compared: how many numbers and names were compared.
        differences: one sentence for each difference.
        not_verified: one sentence for each reason why some figures cannot be compared.
    """

    n_compared: int = 0
    differences: list[str] = field(default_factory=list)
    not_verified: list[str] = field(default_factory=list)

    def compare(self, file: str, label: str, stated: Any, computed: Any) -> None:
        """Compare what was computed with what the file states: numbers, texts, or structures of these.

        Args:
            file: its address.
            label: what is compared, in a few words.
            stated: the values in the file, which may have more than were computed.
            computed: the same values from the lists.
        """
        self._compare(f"{file}: {label}", msgspec.to_builtins(stated), msgspec.to_builtins(computed))

    def compare_range(self, file: str, label: str, stated: float | None, low: float, high: float) -> None:
        """Compare a number with the range that the lists allow.

        Args:
            file: its address.
            label: what is compared, in a few words.
            stated: the value in the file.
            low: the lowest possible value.
            high: the highest possible value.
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
            for number, (stated_value, value) in enumerate(zip(stated, computed, strict=True), start=1):
                self._compare(f"{label} {number}", stated_value, value)
        else:
            self.n_compared += 1
            if not _are_equal(stated, computed):
                self.differences.append(f"{label} is {stated}, the lists give {computed}")


def _are_equal(stated: Any, computed: Any) -> bool:
    if isinstance(stated, float | int) and isinstance(computed, float | int):
        return math.isclose(stated, computed, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    return bool(stated == computed)
