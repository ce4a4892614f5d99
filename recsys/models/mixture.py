"""A model as it is served: the weighted sum of the scores of its towers, and a share of popularity.

    score of item i for user u = sum over the towers t of weight_t (u_t . v_t,i + bias_t,i) + share log q_i

with q_i the item's share of the training ratings. Scores add where vectors are concatenated: with the root of its
weight in front of both vectors of each tower, this is again one dot product and one bias. So a model of several pairs
of towers is served, saved and shown like a model of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.errors import ConfigError, DataError
from recsys.models.state import State, require_array
from recsys.models.towers import HistoryTowers, Towers
from recsys.nn.arrays import Array, Ids
from recsys.nn.layers import Parameter


@dataclass(frozen=True)
class Weights:
    """Factors with which scores are added.

    Attributes:
        members: the factors of the towers' scores, by name, each above 0.
        popularity: the factor of log q, 0 or more.
    """

    members: Mapping[str, float]
    popularity: float = 0.0

    @classmethod
    def of_share(cls, names: Sequence[str], share: float, popularity: float = 0.0) -> Self:
        """``share`` for the first of the towers, and the rest in equal parts for the others; 1 for a single one."""
        first, *others = names
        if not others:
            return cls({first: 1.0}, popularity)
        return cls({first: share, **{name: (1 - share) / len(others) for name in others}}, popularity)

    def scale(self, name: str) -> np.float32:
        """The root of a member's weight."""
        return np.float32(np.sqrt(self.members[name]))


class Mixture:
    """Pairs of towers that are served as one.

    Args:
        members: trained towers by name, in the order in which their vectors are concatenated.
        weights: of their scores.
        log_q: (n_items,), log of each item's share of the training ratings.
    """

    def __init__(self, members: Mapping[str, Towers], weights: Weights, log_q: Array) -> None:
        self.members, self.weights, self.log_q = dict(members), weights, log_q.astype(np.float32)

    def parameters(self) -> dict[str, Parameter]:
        """The parameters of all members, by name."""
        return {
            f"{name}.{parameter}": value
            for name, member in self.members.items()
            for parameter, value in member.parameters().items()
        }

    def of_users(self, users: Ids) -> Mixture:
        """The same for some of the users (U,) alone; no array of the towers is shared with this mixture."""
        members = {name: member.of_users(users) for name, member in self.members.items()}
        return Mixture(members, self.weights, self.log_q)

    def state(self) -> State:
        """All that :meth:`from_state` needs."""
        arrays = {
            f"{name}.{key}": array for name, member in self.members.items() for key, array in member.state().items()
        }
        dims = self._dims()
        return {
            **arrays,
            "mixture.weights": np.array([self.weights.members[name] for name in self.members]),
            "mixture.dims": np.array([dims[name] for name in self.members], np.int64),
            "mixture.log_q": self.log_q,
            "mixture.popularity": np.array([self.weights.popularity]),
        }

    @classmethod
    def from_state(
        cls, state: State, classes: Mapping[str, type[Towers]], n_users: int, n_items: int, dim: int
    ) -> Self:
        """The mixture that had this :meth:`state`, in float32.

        Args:
            state: its arrays, not trusted.
            classes: of the towers that a model of this name may have, in their order.
            n_users: how many there are.
            n_items: likewise.
            dim: length of the concatenated vectors.

        Raises:
            DataError: an array is missing or not of these sizes.
        """
        names = [name for name in classes if any(key.startswith(f"{name}.") for key in state)]
        if not names:
            raise DataError(f"the arrays of {next(iter(classes))} are missing")
        weights = require_array(state, "mixture.weights", (len(names),), np.float64)
        dims = require_array(state, "mixture.dims", (len(names),), np.int64)
        log_q = require_array(state, "mixture.log_q", (n_items,))
        popularity = float(require_array(state, "mixture.popularity", (1,), np.float64)[0])
        if (weights <= 0).any() or (dims < 1).any() or sum(dims.tolist()) != dim or popularity < 0:
            raise DataError(
                f"the mixture has weights {weights.tolist()}, lengths {dims.tolist()} and popularity {popularity}; "
                f"expected weights above 0, lengths that add up to {dim}, and popularity of 0 or more"
            )
        members = {}
        for name, length in zip(names, dims.tolist(), strict=True):
            prefix = f"{name}."
            member_state = {key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)}
            members[name] = classes[name].from_state(member_state, n_users, n_items, length)
        return cls(members, Weights(dict(zip(names, weights.tolist(), strict=True)), popularity), log_q)

    def users(self, users: Ids) -> Array:
        """Vectors (U, d) of ``users`` (U,)."""
        return self._concatenated(
            {name: member.users_forward(member.serving_inputs(users))[0] for name, member in self.members.items()}
        )

    def items(self) -> tuple[Array, Array]:
        """Vectors (n_items, d) and biases (n_items,) of all items."""
        every_item = np.arange(len(self.log_q))
        forward = {name: member.items_forward(every_item) for name, member in self.members.items()}
        bias = np.zeros_like(self.log_q)
        for name, (_, member_bias, _) in forward.items():
            bias += np.float32(self.weights.members[name]) * member_bias.astype(np.float32)
        bias += np.float32(self.weights.popularity) * self.log_q
        # A constant added to all biases changes neither loss nor ranking; with mean zero, scores are easier to read.
        return self._concatenated({name: vectors for name, (vectors, _, _) in forward.items()}), bias - bias.mean()

    def prepare_fold_in(self, ratings: Dataset, rng: np.random.Generator) -> None:
        """Fit what :meth:`fold_in` needs besides the trained towers; called once, after training.

        Args:
            ratings: of the training part.
            rng: passed to the members in turn.
        """
        for member in self.members.values():
            member.prepare_fold_in(ratings, rng)

    def fold_in(self, ratings: sparse.csr_array[Any]) -> Array:
        """Vectors (N, d) of N new users from their ``ratings`` (N, n_items).

        Raises:
            ConfigError: a member only knows the users it was trained with.
        """
        return self._concatenated({name: member.fold_in(ratings) for name, member in self.members.items()})

    def leave_one_out(self, users: Ids) -> Array:
        """Vectors of ``users`` (U,) without one item of their histories: (P, d), for P entries of these in turn.

        Raises:
            ConfigError: a member reads no histories.
        """
        vectors = {}
        for name, member in self.members.items():
            if not isinstance(member, HistoryTowers):
                raise ConfigError(f"the towers of {name} read no histories, of which an item could be left out")
            vectors[name] = member.leave_one_out(users)
        return self._concatenated(vectors)

    def scale(self, name: str) -> np.float32:
        """What the vectors of a member are multiplied by: the root of its weight, for users and for items."""
        return self.weights.scale(name)

    def reweighted(self, vectors: Array, weights: Weights) -> Array:
        """Concatenated vectors (N, d) of these towers, from ``weights`` to the weights of this mixture."""
        ratios = [self.scale(name) / weights.scale(name) for name in self.members]
        return vectors * np.repeat(ratios, list(self._dims().values()))

    def _concatenated(self, vectors: Mapping[str, Array]) -> Array:
        scaled = [self.scale(name) * part.astype(np.float32) for name, part in vectors.items()]
        return np.concatenate(scaled, axis=1)

    def _dims(self) -> dict[str, int]:
        no_user = np.empty(0, np.intp)
        return {
            name: member.users_forward(member.serving_inputs(no_user))[0].shape[1]
            for name, member in self.members.items()
        }
