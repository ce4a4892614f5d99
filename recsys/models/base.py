"""The plain two-tower model: an embedding per user and per film.

Score of film i for user u = dot product of their embeddings + the film's bias. Knows nothing of losses or training.
"""

from __future__ import annotations

from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy import sparse

from recsys.errors import ConfigError
from recsys.models.state import State, restore, values
from recsys.nn.layers import Array, Embedding, Parameter, named

INITIAL_SCALE = 0.1
"""Deviation of fresh embeddings: small enough that scores start from the films' biases."""

Ids = NDArray[np.integer[Any]]


class BaseModel:
    """Embeddings of users and films, each of length ``dim``.

    Args:
        n_users, n_items: how many there are.
        dim: length d of both.
        log_q: (n_items,), log of each film's share of the training ratings: where its bias starts, so that an
            untrained model already recommends what is popular.
        rng: draws the initial embeddings.
        dtype: float32 to train, float64 to check gradients.
    """

    name = "base"

    def __init__(
        self, n_users: int, n_items: int, dim: int, log_q: Array, rng: np.random.Generator, dtype: DTypeLike
    ) -> None:
        self.user = Embedding(n_users, dim, INITIAL_SCALE, rng, dtype)
        self.item = Embedding(n_items, dim, INITIAL_SCALE, rng, dtype)
        self.bias = Embedding(n_items, 1, 0.0, rng, dtype)
        self.bias.table.value[:, 0] = log_q

    def parameters(self) -> dict[str, Parameter]:
        """By name."""
        return named({"user": self.user, "item": self.item, "bias": self.bias})

    def state(self) -> State:
        """All that :meth:`from_state` needs."""
        return values(self.parameters())

    @classmethod
    def from_state(cls, state: State, n_users: int, n_items: int, dim: int) -> Self:
        """The model that had this :meth:`state`, in float32.

        Raises:
            DataError: an array is missing or not of these sizes.
        """
        unused = np.random.default_rng(0)  # what it draws is overwritten at once
        model = cls(n_users, n_items, dim, np.zeros(n_items, np.float32), unused, np.float32)
        restore(model.parameters(), state)
        return model

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> Ids:
        """What the user tower sees of ``users`` (U,) in training: their ids."""
        return users

    def serving_inputs(self, users: Ids) -> Ids:
        """What the user tower sees of ``users`` (U,) once trained: their ids."""
        return users

    def newcomers(self, ratings: sparse.csr_array[Any]) -> NoReturn:
        """There is no vector for somebody who was not in training, so this always raises ConfigError."""
        raise ConfigError(
            "the base model has a vector for each user it was trained with and no way to make one from ratings; "
            "fit the deep model instead, model='deep', whose user tower reads what somebody rated"
        )

    def users_forward(self, inputs: Ids) -> tuple[Array, Ids]:
        """User vectors (U, d)."""
        return self.user.forward(inputs)

    def users_backward(self, gradient: Array, cache: Ids) -> None:
        """From the gradient of the user vectors (U, d)."""
        self.user.backward(gradient, cache)

    def items_forward(self, items: Ids) -> tuple[Array, Array, Ids]:
        """Film vectors (F, d) and biases (F,)."""
        vectors, items = self.item.forward(items)
        bias, items = self.bias.forward(items)
        return vectors, bias[:, 0], items

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: Ids) -> None:
        """From the gradients of the film vectors (F, d) and biases (F,)."""
        self.item.backward(gradient, cache)
        self.bias.backward(bias_gradient[:, None], cache)

    def selves_forward(self, inputs: Ids, vectors: Array, items: Ids, film: Ids) -> tuple[Array, int]:
        """What each film of a history adds to its own score, (P,): nothing, for no history is looked at."""
        return np.zeros(len(film), vectors.dtype), len(vectors)

    def selves_backward(self, gradient: Array, cache: int) -> Array:
        """Nothing flows back: (F, d) of zeros."""
        return np.zeros((cache, self.item.table.value.shape[1]), gradient.dtype)
