"""Both models as PyTorch modules, with the parameter names and initial values of ours.

``users`` takes indices and a dropout mask for the user features, which base ignores; ``items`` takes indices.
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


def initial_parameters(run: Trainer) -> dict[str, np.ndarray]:
    """Copies of the initial parameters of our towers."""
    return {name: parameter.value.copy() for name, parameter in run.towers.parameters().items()}


def layer(name: str, start: Start) -> Start:
    """The arrays of one layer, by their names within it."""
    return {key.removeprefix(f"{name}."): value for key, value in start.items() if key.startswith(f"{name}.")}


class Table(nn.Module):
    """An embedding; ``index_select`` is faster than ``nn.Embedding``, forward and backward."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.table = nn.Parameter(tensor(start["table"]))

    def forward(self, ids: Tensor) -> Tensor:
        return self.table.index_select(0, ids)


class Linear(nn.Module):
    """``nn.Linear`` with a weight of shape (h, d), as ours."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(tensor(start["weight"])), nn.Parameter(tensor(start["bias"]))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.weight)


class MLP(nn.Module):
    """One hidden layer."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.inner, self.outer = Linear(layer("inner", start)), Linear(layer("outer", start))

    def forward(self, x: Tensor) -> Tensor:
        return self.outer(torch.relu(self.inner(x)))


class Base(nn.Module):
    """The model of recsys/models/base.py."""

    def __init__(self, ours: BaseModel, start: Start) -> None:
        super().__init__()
        self.user, self.item, self.bias = (Table(layer(name, start)) for name in ("user", "item", "bias"))

    def dropout_mask(self, n: int, rng: np.random.Generator) -> Tensor:
        """Dropout mask (n, 1) of ones: there are no user features."""
        return torch.ones(n, 1)

    def users(self, users: Tensor, mask: Tensor) -> Tensor:
        """(U, d)."""
        return self.user(users)

    def items(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """(F, d) and (F,)."""
        return self.item(items), self.bias(items)[:, 0]

    def contributions(self, items: Tensor, vectors: Tensor) -> Tensor:
        """What an item of weight 1 in a history adds to its own score, (F,): nothing."""
        return vectors.new_zeros(len(items))


class SparseProduct(torch.autograd.Function):
    """``rows @ table``. PyTorch's backward uses a transposed view, which is many times slower than a CSR matrix."""

    @staticmethod
    def forward(context, table: Tensor, rows: sparse.csr_array) -> Tensor:
        context.rows = rows
        return csr(rows) @ table

    @staticmethod
    def backward(context, gradient: Tensor) -> tuple[Tensor, None]:
        return csr(context.rows.T.tocsr()) @ gradient, None


def csr(matrix: sparse.csr_array) -> Tensor:
    """Convert to a sparse tensor."""
    parts = (torch.from_numpy(part) for part in (matrix.indptr, matrix.indices, matrix.data))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta")
        return torch.sparse_csr_tensor(*parts, matrix.shape, check_invariants=False)


class Deep(nn.Module):
    """The model of recsys/models/deep.py."""

    def __init__(self, ours: DeepModel, start: Start) -> None:
        super().__init__()
        self.pool, self.item, self.bias = (Table(layer(name, start)) for name in ("pool", "item", "bias"))
        self.user_mlp, self.item_mlp = MLP(layer("user_mlp", start)), MLP(layer("item_mlp", start))
        self.user_features, self.item_features = tensor(ours.user_features), tensor(ours.item_features)
        self.histories = equal_weights(ours.history)

    def dropout_mask(self, n: int, rng: np.random.Generator) -> Tensor:
        """Dropout mask (n, 1) of the user features, drawn as ours is."""
        return torch.from_numpy(dropout_rows(n, DeepModel.feature_dropout, rng, self.user_features.numpy().dtype))

    def pooled(self, users: Tensor) -> Tensor:
        """(U, d)."""
        return SparseProduct.apply(self.pool.table, self.histories[users.numpy()])

    def users(self, users: Tensor, mask: Tensor) -> Tensor:
        """(U, d)."""
        pooled = self.pooled(users)
        features = self.user_features.index_select(0, users) * mask
        return pooled + self.user_mlp(torch.cat([pooled, features], 1))

    def items(self, items: Tensor) -> tuple[Tensor, Tensor]:
        """(F, d) and (F,)."""
        vectors = self.item(items)
        features = self.item_features.index_select(0, items)
        return vectors + self.item_mlp(torch.cat([vectors, features], 1)), self.bias(items)[:, 0]

    def contributions(self, items: Tensor, vectors: Tensor) -> Tensor:
        """What an item of weight 1 in a history adds to its own score, (F,)."""
        return (self.pool(items) * vectors).sum(1)


class DeepByBags(Deep):
    """The same with ``embedding_bag``, as it is usually written: for each row the list of the user's items."""

    def __init__(self, ours: DeepModel, start: Start) -> None:
        super().__init__(ours, start)
        starts = tensor(self.histories.indptr).long()
        self.starts, self.lengths = starts[:-1], starts.diff()
        self.history_items = tensor(self.histories.indices).long()
        self.weight = self.lengths.to(self.user_features.dtype).clamp_min(1).rsqrt()

    def pooled(self, users: Tensor) -> Tensor:
        lengths = self.lengths[users]
        offsets = lengths.cumsum(0) - lengths
        positions = torch.arange(int(lengths.sum())) + torch.repeat_interleave(self.starts[users] - offsets, lengths)
        sums = functional.embedding_bag(self.history_items[positions], self.pool.table, offsets, mode="sum")
        return sums * self.weight[users][:, None]


GROUPED = {"base": Base, "deep": Deep}
PAIRWISE = {"base": Base, "deep": DeepByBags}
