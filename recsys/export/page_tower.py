"""The deep user tower as a page runs it, in numpy: to measure what rounding its numbers changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.data.new_user_weights import new_user_weights
from recsys.data.rating_scale import RatingScale
from recsys.evaluation.ranking import largest
from recsys.export.rounding import Rounded
from recsys.models.cosine import SCALE, CosineModel
from recsys.models.deep import DeepModel
from recsys.models.fitted import Fitted
from recsys.models.short_history import ShortHistory
from recsys.nn.arrays import Array, Ids, unit_vectors

K = 10
"""Length of the lists that are compared."""
N_USERS = 300
"""Users whose lists are compared, at most: the standard error of the mean is about 0.03 of ten items."""
WEIGHT_BITS = 8
"""Bits of a weight of a rounded MLP: all items share the weights, so that one bit less costs more than it saves."""


@dataclass(frozen=True, eq=False)
class PageTower:
    """Numbers of a user tower for new users, and of some items.

    Attributes:
        short_histories: how short histories are completed: for the refined towers, and for the cosine towers if there
            are any.
        scales: what the two parts of a user vector are multiplied by.
        pool: (n, d), what an item adds to a history; the first r columns are those of the refined towers.
        inner_weight, inner_bias: (r, h) and (h,), of the hidden layer.
        outer_weight, outer_bias: (h, r) and (r,), from it to the vector.
        items, bias: (n, d) and (n,), item vectors and biases.
    """

    short_histories: tuple[ShortHistory, ...]
    scales: tuple[float, float]
    pool: Array
    inner_weight: Array
    inner_bias: Array
    outer_weight: Array
    outer_bias: Array
    items: Array
    bias: Array

    @classmethod
    def of(cls, fitted: Fitted) -> Self:
        """The tower and all items of a deep model."""
        towers, cosine = fitted.towers.members["deep"], fitted.towers.members.get("cosine")
        assert isinstance(towers, DeepModel)
        members: list[DeepModel | CosineModel] = [towers]
        scales = [float(fitted.towers.scale("deep")), 0.0]
        if isinstance(cosine, CosineModel):
            members.append(cosine)
            scales[1] = float(fitted.towers.scale("cosine")) * SCALE
        mlp = towers.user_mlp
        return cls(
            short_histories=tuple(member.short_history for member in members),
            scales=(scales[0], scales[1]),
            pool=np.concatenate([member.pool.table.value for member in members], axis=1),
            inner_weight=mlp.inner.weight.value[: len(mlp.outer.bias.value)],  # the rows beyond are of user features
            inner_bias=mlp.inner.bias.value,
            outer_weight=mlp.outer.weight.value,
            outer_bias=mlp.outer.bias.value,
            items=fitted.item_vectors,
            bias=fitted.item_bias,
        )

    @property
    def columns(self) -> tuple[int, ...]:
        """How many columns of ``pool`` and ``items`` each of the towers has."""
        return tuple(len(short_history.average) for short_history in self.short_histories)

    def of_items(self, rows: Ids) -> Self:
        """The same with these items alone."""
        return replace(self, pool=self.pool[rows], items=self.items[rows], bias=self.bias[rows])

    def rounded_items(self, pool_bits: int, item_bits: int) -> dict[str, Rounded]:
        """What there is of each item but its bias, by name, with so many bits a number."""
        columns = self.columns
        return {
            "pool": Rounded.of(self.pool, columns, pool_bits),
            "items": Rounded.of(self.items, columns, item_bits),
        }

    def rounded_weights(self) -> dict[str, Rounded]:
        """The weights of the MLP, by name, with :data:`WEIGHT_BITS` bits each."""
        weights = {"inner_weight": self.inner_weight, "outer_weight": self.outer_weight}
        return {name: Rounded.of(weight, weight.shape[1:], WEIGHT_BITS) for name, weight in weights.items()}

    def rounded(self, pool_bits: int, item_bits: int) -> Self:
        """The tower of a page whose numbers are rounded.

        What rounding an item's vector takes from its scores, on average over users, is given back by its bias. These
        users are one for each item, who likes that and nothing else: a mean of real ones could be solved for, since
        exact vectors are published elsewhere, and where it is of few users it would tell what they rated.

        Args:
            pool_bits: of each number that an item adds to a history.
            item_bits: of each number of its vector.
        """
        tables = {**self.rounded_items(pool_bits, item_bits), **self.rounded_weights()}
        values: dict[str, Any] = {name: table.values() for name, table in tables.items()}
        one_like_each = sparse.csr_array(sparse.identity(len(self.items), dtype=self.items.dtype))
        mean = self.user_vectors(one_like_each).mean(axis=0)  # (d,)
        return replace(self, **values, bias=self.bias + (self.items - values["items"]) @ mean)

    def user_vectors(self, histories: sparse.csr_array[Any]) -> Array:
        """Vectors (N, d) of new users, as ``fitted.fold_in_all`` has them.

        Args:
            histories: (N, n), weights of rated items.
        """
        tables = np.split(self.pool, np.cumsum(self.columns)[:-1], axis=1)
        refined, *rest = [
            short_history.pool(histories, table)
            for short_history, table in zip(self.short_histories, tables, strict=True)
        ]
        hidden = np.maximum(refined @ self.inner_weight + self.inner_bias, 0)  # (N, h)
        vectors = self.scales[0] * (refined + hidden @ self.outer_weight + self.outer_bias)
        return np.concatenate([vectors, *(self.scales[1] * unit_vectors(pooled) for pooled in rest)], axis=1)

    def best(self, histories: sparse.csr_array[Any]) -> Ids:
        """The :data:`K` best unrated items of each user, (N, K), best first."""
        scores = self.user_vectors(histories) @ self.items.T + self.bias
        user = np.repeat(np.arange(len(scores)), np.diff(histories.indptr))
        scores[user, histories.indices] = -np.inf  # also where a rating weighs 0
        return largest(scores, K)[0]


def sample_users(dataset: Dataset, rng: np.random.Generator, n: int = N_USERS) -> sparse.csr_array[Any]:
    """Ratings of some users who have any, at most ``n``: (N, n_items)."""
    users = np.flatnonzero(dataset.user_counts)
    return dataset.matrix[np.sort(rng.choice(users, min(len(users), n), replace=False))]


def page_histories(ratings: sparse.csr_array[Any], rows: Ids, scale: RatingScale) -> sparse.csr_array[Any]:
    """Histories of users as a page with some of the items can read them: (N, n).

    Those alone who rated some of its items and left :data:`K` or more.

    Args:
        ratings: (M, n_items).
        rows: (n,), the items of the page, ascending.
        scale: what the ratings are.
    """
    on_page = ratings[:, rows]
    n_rated = np.diff(on_page.indptr)
    histories = on_page[(n_rated > 0) & (n_rated <= len(rows) - K)]
    histories.data = new_user_weights(scale, histories.data).astype(ratings.dtype)
    return histories


def overlap(exact: PageTower, rounded: PageTower, histories: sparse.csr_array[Any]) -> float:
    """How many of the :data:`K` best items of one tower are among those of the other, mean over users.

    Args:
        exact: a tower.
        rounded: another, with the same items.
        histories: (N, n), weights of rated items; of no users nothing is known, and the answer is 0.
    """
    if not histories.shape[0]:
        return 0.0
    lists = zip(exact.best(histories).tolist(), rounded.best(histories).tolist(), strict=True)
    shared = [len(set(first) & set(second)) for first, second in lists]
    return sum(shared) / len(shared)
