"""Both models as PyTorch modules, their parameters under the names that ours have, from the same arrays.

``users`` takes ids and a mask of kept user features, which base has no use for; ``items`` takes ids. Knows no loss.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from recsys.models.base import BaseModel
from recsys.models.deep import DeepModel
from recsys.models.features import equal_weights
from recsys.nn.layers import dropout_rows
from recsys.training.trainer import Trainer

Start = Mapping[str, np.ndarray]
"""Initial arrays by the parameter's name."""


def tensor(array: np.ndarray) -> Tensor:
    """A copy."""
    return torch.from_numpy(np.array(array))


def start_of(run: Trainer) -> dict[str, np.ndarray]:
    """Copies of what our towers begin from."""
    return {name: parameter.value.copy() for name, parameter in run.towers.parameters().items()}


def below(name: str, start: Start) -> Start:
    """Those of one layer, without its name."""
    return {key.removeprefix(f"{name}."): value for key, value in start.items() if key.startswith(f"{name}.")}


class Table(nn.Module):
    """An embedding; ``index_select`` is quicker than ``nn.Embedding``, there and back."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.table = nn.Parameter(tensor(start["table"]))

    def forward(self, ids: Tensor) -> Tensor:
        return self.table.index_select(0, ids)


class Linear(nn.Module):
    """``nn.Linear``, but for its weight's being (h, d)."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(tensor(start["weight"])), nn.Parameter(tensor(start["bias"]))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.weight)


class MLP(nn.Module):
    """One hidden layer."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.inner, self.outer = Linear(below("inner", start)), Linear(below("outer", start))

    def forward(self, x: Tensor) -> Tensor:
        return self.outer(torch.relu(self.inner(x)))


class Base(nn.Module):
    """As recsys/models/base.py says."""

    def __init__(self, ours: BaseModel, start: Start) -> None:
        super().__init__()
        self.user, self.item, self.bias = (Table(below(name, start)) for name in ("user", "item", "bias"))

    def kept(self, n: int, rng: np.random.Generator) -> Tensor:
        """All user features are (n, 1), for there are none."""
        return torch.ones(n, 1)

    def users(self, users: Tensor, kept: Tensor) -> Tensor:
        """(U, d)."""
        return self.user(users)

    def items(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """(F, d) and (F,)."""
        return self.item(items), self.bias(items)[:, 0]

    def adds(self, items: Tensor, vectors: Tensor) -> Tensor:
        """What a film adds to its own score where it weighs 1 in a history, (F,): nothing."""
        return vectors.new_zeros(len(items))


class SparseProduct(torch.autograd.Function):
    """``rows @ table``. PyTorch's own way back is through a transposed view, many times slower than a CSR matrix."""

    @staticmethod
    def forward(context, table: Tensor, rows: sparse.csr_array) -> Tensor:
        context.rows = rows
        return csr(rows) @ table

    @staticmethod
    def backward(context, gradient: Tensor) -> tuple[Tensor, None]:
        return csr(context.rows.T.tocsr()) @ gradient, None


def csr(matrix: sparse.csr_array) -> Tensor:
    """The same numbers as a sparse tensor."""
    parts = (torch.from_numpy(part) for part in (matrix.indptr, matrix.indices, matrix.data))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(*parts, matrix.shape, check_invariants=False)


class Deep(nn.Module):
    """As recsys/models/deep.py says."""

    def __init__(self, ours: DeepModel, start: Start) -> None:
        super().__init__()
        self.pool, self.item, self.bias = (Table(below(name, start)) for name in ("pool", "item", "bias"))
        self.user_mlp, self.item_mlp = MLP(below("user_mlp", start)), MLP(below("item_mlp", start))
        self.user_features, self.item_features = tensor(ours.user_features), tensor(ours.item_features)
        self.histories = equal_weights(ours.history)

    def kept(self, n: int, rng: np.random.Generator) -> Tensor:
        """Whose user features are kept (n, 1), as ours draws it."""
        return torch.from_numpy(dropout_rows(n, DeepModel.feature_dropout, rng, self.user_features.numpy().dtype))

    def pooled(self, users: Tensor) -> Tensor:
        """(U, d)."""
        return SparseProduct.apply(self.pool.table, self.histories[users.numpy()])

    def users(self, users: Tensor, kept: Tensor) -> Tensor:
        """(U, d)."""
        pooled = self.pooled(users)
        features = self.user_features.index_select(0, users) * kept
        return pooled + self.user_mlp(torch.cat([pooled, features], 1))

    def items(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """(F, d) and (F,)."""
        own = self.item(items)
        refined = self.item_mlp(torch.cat([own, self.item_features.index_select(0, items)], 1))
        return own + refined, self.bias(items)[:, 0]

    def adds(self, items: Tensor, vectors: Tensor) -> Tensor:
        """What a film adds to its own score where it weighs 1 in a history, (F,)."""
        return (self.pool(items) * vectors).sum(1)


class DeepByBags(Deep):
    """The same with ``embedding_bag``, as it is usually written: for each row the list of the user's films."""

    def __init__(self, ours: DeepModel, start: Start) -> None:
        super().__init__(ours, start)
        starts = tensor(self.histories.indptr).long()
        self.starts, self.lengths = starts[:-1], starts.diff()
        self.films = tensor(self.histories.indices).long()
        self.weight = self.lengths.to(self.user_features.dtype).clamp_min(1).rsqrt()

    def pooled(self, users: Tensor) -> Tensor:
        lengths = self.lengths[users]
        offsets = lengths.cumsum(0) - lengths
        places = torch.arange(int(lengths.sum())) + torch.repeat_interleave(self.starts[users] - offsets, lengths)
        sums = functional.embedding_bag(self.films[places], self.pool.table, offsets, mode="sum")
        return sums * self.weight[users][:, None]


GROUPED = {"base": Base, "deep": Deep}
PAIRWISE = {"base": Base, "deep": DeepByBags}
