"""Hyperparameters that a baseline refuses before it computes anything."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np

from recsys.errors import ConfigError


def require_counts(baseline: str, **counts: object) -> None:
    """Check numbers of something, by the name of the hyperparameter.

    Raises:
        ConfigError: one is not a whole number from 1.
    """
    for name, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
            raise ConfigError(f"{name} of {baseline} is {value}; expected a whole number from 1")


def require_weights(baseline: str, **weights: object) -> None:
    """Check weights, by the name of the hyperparameter.

    Raises:
        ConfigError: one is not a finite number from 0.
    """
    for name, value in weights.items():
        if not isinstance(value, Real) or not 0 <= float(value) < np.inf:
            raise ConfigError(f"{name} of {baseline} is {value}; expected a finite number from 0")
