"""What both models have in common: two towers, each with a backward pass for its forward pass.

``inputs`` is whatever a model's user tower looks at, and ``cache`` whatever its backward passes need: nobody else
looks inside either.
"""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np
from scipy import sparse

from recsys.models.base import Ids
from recsys.models.state import State
from recsys.nn.layers import Array, Parameter


class Towers(Protocol):
    """A user tower and an item tower that end in vectors of the same length d."""

    name: str

    def parameters(self) -> dict[str, Parameter]:
        """All learned arrays, by name."""
        ...

    def state(self) -> State:
        """All that it is made of, not copied, so that :meth:`from_state` gives an equal model."""
        ...

    @classmethod
    def from_state(cls, state: State, n_users: int, n_items: int, dim: int) -> Self:
        """The model that had this state.

        Raises:
            DataError: the arrays are not what such a model is made of.
        """
        ...

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> Any:
        """What the user tower sees of ``users`` (U,) in training; dropout is drawn here."""
        ...

    def serving_inputs(self, users: Ids) -> Any:
        """What the user tower sees of ``users`` (U,) once trained."""
        ...

    def newcomers(self, ratings: sparse.csr_array[Any]) -> Array:
        """Vectors of N people who were not in training, from their ``ratings`` (N, n_items), one an entry: (N, d).

        Raises:
            ConfigError: this model knows nobody but those it was trained with.
        """
        ...

    def users_forward(self, inputs: Any) -> tuple[Array, Any]:
        """User vectors (U, d) and a cache."""
        ...

    def users_backward(self, gradient: Array, cache: Any) -> None:
        """From the gradient of the user vectors (U, d)."""
        ...

    def items_forward(self, items: Ids) -> tuple[Array, Array, Any]:
        """Item vectors (F, d), biases (F,) and a cache."""
        ...

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: Any) -> None:
        """From the gradients of the item vectors (F, d) and biases (F,)."""
        ...

    def selves_forward(self, inputs: Any, vectors: Array, items: Ids, film: Ids) -> tuple[Array, Any]:
        """What each rated film adds to its own score, (P,), and a cache.

        For film vectors (F, d) of ``items`` (F,), and the place among them of each of P rated films, ``film`` (P,).
        """
        ...

    def selves_backward(self, gradient: Array, cache: Any) -> Array:
        """From the gradient of what each adds (P,) to that of the item vectors (F, d)."""
        ...
