"""``base``, the plain two-tower model: an embedding per user and per item, and nothing else.

    score of item i for user u = user_u . item_i + bias_i

The embeddings start from noise or from a factorised matrix (:mod:`recsys.models.factorisation`), whichever suits the
density of the log, and are trained from there.
"""

from __future__ import annotations

from typing import Any, NoReturn, Self

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.errors import ConfigError
from recsys.models.factorisation import (
    Factorisation,
    cautious_start,
    choose,
    factorise,
    from_noise,
    starts_from_noise,
)
from recsys.models.fitted import Fitted
from recsys.models.hyperparameters import DENSE, HyperParameters, relative_density, resolve
from recsys.models.protocol import Explanation, ModelSpec
from recsys.models.state import State, restore, values
from recsys.models.towers import TrainingInputs
from recsys.nn.arrays import Array, Ids, unit_vectors
from recsys.nn.layers import Embedding, Parameter, named

SPARSE_DIM = 256
"""Length of the vectors by default on sparse logs: with 128, lists of Steam and Book-Crossing are 1 to 9 % worse."""
MAX_REASONS = 2
"""Rated items named for one recommended item."""


class BaseModel:
    """Embeddings of users and items, each of length d.

    Args:
        start: their vectors and the biases of the items before training; its dtype is float32 to train, float64 to
            check gradients.
    """

    def __init__(self, start: Factorisation) -> None:
        self.user = Embedding.holding(start.users)
        self.item = Embedding.holding(start.items)
        self.bias = Embedding.holding(start.bias[:, None])

    def parameters(self) -> dict[str, Parameter]:
        """The parameters, by name."""
        return named({"user": self.user, "item": self.item, "bias": self.bias})

    def user_parameters(self) -> frozenset[str]:
        """The embeddings of users."""
        return frozenset({"user.table"})

    def of_users(self, users: Ids) -> Self:
        """The same towers for some of the users (U,) alone, in float32; no array is shared with these."""
        state = {**self.state(), "user.table": self.user.table.value[users]}
        return self.from_state(state, len(users), *self.item.table.value.shape)

    def state(self) -> State:
        """All that :meth:`from_state` needs."""
        return values(self.parameters())

    @classmethod
    def from_state(cls, state: State, n_users: int, n_items: int, dim: int) -> Self:
        """The model that had this :meth:`state`, in float32.

        Raises:
            DataError: an array is missing or not of these sizes.
        """
        model = cls(Factorisation.zeros(n_users, n_items, dim))
        restore(model.parameters(), state)
        return model

    def training_inputs(self, users: Ids, rng: np.random.Generator) -> TrainingInputs:
        """The user tower reads ids (U,) and nothing else."""
        return TrainingInputs(users)

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
        """Add to the parameters' gradients, from the gradient of the user vectors (U, d)."""
        self.user.backward(gradient, cache)

    def items_forward(self, items: Ids) -> tuple[Array, Array, Ids]:
        """Item vectors (F, d) and biases (F,)."""
        vectors, items = self.item.forward(items)
        bias, items = self.bias.forward(items)  # (F, 1)
        return vectors, bias[:, 0], items

    def items_backward(self, gradient: Array, bias_gradient: Array, cache: Ids) -> None:
        """Add to the parameters' gradients, from those of the item vectors (F, d) and biases (F,)."""
        self.item.backward(gradient, cache)
        self.bias.backward(bias_gradient[:, None], cache)

    def self_contributions_forward(self, inputs: Ids, vectors: Array, items: Ids, item: Ids) -> tuple[Array, int]:
        """Zeros (P,): without a history, no rated item adds to its own score."""
        return np.zeros(len(item), vectors.dtype), len(vectors)  # (P,), and F for the backward pass

    def self_contributions_backward(self, gradient: Array, cache: int) -> Array:
        """Zeros (F, d), likewise."""
        return np.zeros((cache, self.item.table.value.shape[1]), gradient.dtype)


def create(
    ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator, dtype: DTypeLike
) -> tuple[BaseModel, None]:
    """Embeddings from noise or from the factorised ratings; there is no teacher."""
    return BaseModel(start(ratings, hyperparameters, rng, dtype)), None


def start(
    ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator, dtype: DTypeLike
) -> Factorisation:
    """Noise, or a factorised matrix, as the hyperparameters say."""
    make = from_noise if starts_from_noise(hyperparameters) else factorise
    return make(ratings, hyperparameters, rng, dtype)


def defaults(ratings: Dataset, config: TrainConfig) -> HyperParameters:
    """On dense logs, many large steps from noise; on sparse ones, few small steps from a factorised matrix.

    From noise, training on dense logs reaches the quality of least squares on validation data and exceeds it on other
    splits; on sparse logs it stays far below. Only l2 prevents overfitting: the less is known of each user and item,
    the larger it must be; the exponent was fitted on logs of several densities. The start that is set here for sparse
    logs is used where they are too small for :func:`~recsys.models.factorisation.choose`.
    """
    density = relative_density(ratings)
    l2 = round(0.085 * density**-0.6, 4)
    if density >= DENSE:
        return resolve(config, ratings, steps=288, epochs=(12, 40), learning_rate=0.01, l2=l2, distillation=0.0)
    learning_rate = round(max(0.001, 0.01 * density), 4)
    return cautious_start(
        resolve(
            config,
            ratings,
            dim=SPARSE_DIM,
            steps=96,
            epochs=(4, 20),
            learning_rate=learning_rate,
            l2=l2,
            distillation=0.0,
        )
    )


def explain(fitted: Fitted) -> Explanation:
    """Reasons by the cosine of item vectors.

    The model reads no history, so a recommendation cannot be traced to single ratings: this is a similarity, computed
    afterwards.
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
    choose=choose,
)
