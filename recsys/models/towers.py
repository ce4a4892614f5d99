"""Two towers: the interface that training, saving and serving use, whatever the model.

Each tower has a backward pass for its forward pass. ``inputs`` is whatever a model's user tower reads and ``cache``
whatever its backward passes need: only the model itself looks inside either. Letters in shapes: U users and F items
of a batch, P rated items, d the length of the vectors.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.models.state import State
from recsys.nn.arrays import Array, Ids
from recsys.nn.layers import Parameter


class TrainingInputs(NamedTuple):
    """What a user tower reads of the users of a batch in training, and what it is to predict from that.

    Attributes:
        inputs: as :meth:`Towers.users_forward` takes them.
        predicted: which of the pairs of the batch, P of them, are positives: all, or indices.
    """

    inputs: Any
    predicted: Ids | slice = slice(None)


class Towers(Protocol):
    """A user tower and an item tower that end in vectors of the same length d."""

    def parameters(self) -> dict[str, Parameter]:
        """All learned arrays, by name."""
        ...

    def user_parameters(self) -> frozenset[str]:
        """The names of those that have a row for each user; all users share the others."""
        ...

    def of_users(self, users: Ids) -> Self:
        """The same towers for some of the users (U,) alone, in float32; no array is shared with these."""
        ...

    def state(self) -> State:
        """Everything the model consists of, not copied: :meth:`from_state` makes an equal model of it."""
        ...

    @classmethod
    def from_state(cls, state: State, n_users: int, n_items: int, dim: int) -> Self:
        """The model that had this state.

        Raises:
            DataError: the arrays are not those of such a model.
        """
        ...

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> TrainingInputs:
        """What the user tower reads of ``users`` (U,) in training; dropout is drawn here.

        The pairs of the batch are the items that its users rated, in turn.
        """
        ...

    def serving_inputs(self, users: Ids) -> Any:
        """What the user tower reads of ``users`` (U,) once trained."""
        ...

    def prepare_fold_in(self, ratings: Dataset, rng: np.random.Generator) -> None:
        """Fit what :meth:`fold_in` needs besides the trained towers; called once, after training.

        Args:
            ratings: of the training part.
            rng: draws samples of users and of their ratings, where it needs any.
        """
        ...

    def fold_in(self, ratings: sparse.csr_array[Any]) -> Array:
        """Vectors (N, d) of N new users, who were not in training, from their ``ratings`` (N, n_items).

        Raises:
            ConfigError: this model only knows the users it was trained with.
        """
        ...

    def users_forward(self, inputs: Any) -> tuple[Array, Any]:
        """User vectors (U, d) and a cache."""
        ...

    def users_backward(self, gradient: Array, cache: Any) -> None:
        """Add to the parameters' gradients, from the gradient of the user vectors (U, d)."""
        ...

    def items_forward(self, items: Ids) -> tuple[Array, Array, Any]:
        """Item vectors (F, d), biases (F,) and a cache."""
        ...

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: Any) -> None:
        """Add to the parameters' gradients, from those of the item vectors (F, d) and biases (F,)."""
        ...

    def self_contributions_forward(self, inputs: Any, vectors: Array, items: Ids, item: Ids) -> tuple[Array, Any]:
        """How much each rated item adds to its own score, (P,), and a cache.

        Args:
            inputs: of the user tower.
            vectors: (F, d), of the batch's items.
            items: (F,), their ids.
            item: (P,), for each rated item of each user in turn, its row among them.
        """
        ...

    def self_contributions_backward(self, gradient: Array, cache: Any) -> Array:
        """The gradient of the item vectors (F, d), from that of the self-contributions (P,)."""
        ...


@runtime_checkable
class HistoryTowers(Towers, Protocol):
    """Towers whose user tower reads the rated items."""

    def leave_one_out(self, users: Ids) -> Array:
        """The served vectors of ``users`` (U,) without one item of their histories: (P, d), one for each entry."""
        ...
