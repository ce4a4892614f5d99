"""``base``, the plain two-tower model: an embedding per user and per item, and nothing else.

score of item i for user u = user_u . item_i + bias_i
"""

from __future__ import annotations

from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.errors import ConfigError
from recsys.models.features import log_q
from recsys.models.fitted import Fitted
from recsys.models.hyperparameters import HyperParameters, relative_density, resolve
from recsys.models.protocol import Explanation, ModelSpec
from recsys.models.state import State, restore, values
from recsys.nn.arrays import Array, Ids, unit_vectors
from recsys.nn.layers import Embedding, Parameter, named

INITIAL_SCALE = 0.1
"""Standard deviation of fresh embeddings: small enough that the items' biases dominate the first scores."""
MAX_REASONS = 2
"""Rated items named for one recommended item."""


class BaseModel:
    """Embeddings of users and items, each of length ``dim``.

    Args:
        n_users, n_items: how many there are.
        dim: length d of both.
        log_q: (n_items,), log of each item's share of the training ratings: where its bias starts, so that an
            untrained model already recommends what is popular.
        rng: draws the initial embeddings.
        dtype: float32 to train, float64 to check gradients.
    """

    def __init__(
        self, n_users: int, n_items: int, dim: int, log_q: Array, rng: np.random.Generator, dtype: DTypeLike
    ) -> None:
        self.user = Embedding(n_users, dim, INITIAL_SCALE, rng, dtype)
        self.item = Embedding(n_items, dim, INITIAL_SCALE, rng, dtype)
        self.bias = Embedding(n_items, 1, 0.0, rng, dtype)
        # The best bias without any vectors: a softmax of log q over the items gives each its share of the ratings.
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
        """The user tower reads ids (U,) and nothing else."""
        return users

    def serving_inputs(self, users: Ids) -> Ids:
        """The same as in training."""
        return users

    def prepare_fold_in(self, ratings: Dataset, rng: np.random.Generator) -> None:
        """Nothing: this model has no :meth:`fold_in`."""

    def fold_in(self, ratings: sparse.csr_array[Any]) -> NoReturn:
        """A user who was not in training has no embedding, so this always raises ConfigError."""
        raise ConfigError(
            "the base model has a vector for each user it was trained with and no way to make one from ratings; "
            "fit the deep model instead, model='deep', whose user tower reads ratings"
        )

    def users_forward(self, inputs: Ids) -> tuple[Array, Ids]:
        """User vectors (U, d)."""
        return self.user.forward(inputs)

    def users_backward(self, gradient: Array, cache: Ids) -> None:
        """From the gradient of the user vectors (U, d)."""
        self.user.backward(gradient, cache)

    def items_forward(self, items: Ids) -> tuple[Array, Array, Ids]:
        """Item vectors (F, d) and biases (F,)."""
        vectors, items = self.item.forward(items)
        bias, items = self.bias.forward(items)  # (F, 1)
        return vectors, bias[:, 0], items

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: Ids) -> None:
        """From the gradients of the item vectors (F, d) and biases (F,)."""
        self.item.backward(gradient, cache)
        self.bias.backward(bias_gradient[:, None], cache)

    def self_contributions_forward(
        self, inputs: Ids, vectors: Array, items: Ids, item: Ids
    ) -> tuple[Array, int]:
        """Zeros (P,): without a history, no rated item adds to its own score."""
        return np.zeros(len(item), vectors.dtype), len(vectors)  # (P,), and F for the way back

    def self_contributions_backward(self, gradient: Array, cache: int) -> Array:
        """Zeros (F, d), likewise."""
        return np.zeros((cache, self.item.table.value.shape[1]), gradient.dtype)


def create(
    ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator, dtype: DTypeLike
) -> tuple[BaseModel, None]:
    """Random embeddings; there is no teacher."""
    return BaseModel(ratings.n_users, ratings.n_items, hyperparameters.dim, log_q(ratings), rng, dtype), None


def defaults(ratings: Dataset, config: TrainConfig) -> HyperParameters:
    """Many large steps, for it starts from noise; and l2, which is all that holds it back from overfitting.

    The less is known of each user and item, the more l2 it needs; the exponent was fitted on logs of several
    densities.
    """
    l2 = round(0.085 * relative_density(ratings) ** -0.6, 4)
    return resolve(config, ratings, steps=288, epochs=(12, 40), learning_rate=0.01, l2=l2, distillation=0.0)


def explain(fitted: Fitted) -> Explanation:
    """By the cosine of item vectors.

    The model reads no history, so nothing caused a recommendation in a way that could be traced: this is a similarity
    found afterwards.
    """
    unit = unit_vectors(fitted.item_vectors)
    return Explanation(lambda users, rated: unit[rated.indices], unit, MAX_REASONS)


MODEL = ModelSpec(
    name="base",
    label="Base",
    colour=("#2563b8", "#74aef5"),
    description="An embedding for each user and each item, and nothing else.",
    towers=BaseModel,
    create=create,
    defaults=defaults,
    explain=explain,
    reasons="similarity",
)
