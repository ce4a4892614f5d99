"""Layers: each ``forward`` returns ``(output, cache)``, and its ``backward(gradient, cache)`` is right under it.

``backward`` adds to the gradients of the layer's parameters, so that a layer may run forward several times before it
runs back, and returns the gradient of its input. A layer holds no state between the two calls: what ``backward``
needs is in the cache. Letters in shapes: B rows of a batch, d width of an output, h width of an input.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.nn.arrays import Array, Ids


class Parameter:
    """A learned array and the gradient that the backward passes have summed up so far.

    Attributes:
        value: the numbers themselves.
        gradient: same shape and dtype; zero until a backward pass adds to it.
    """

    def __init__(self, value: Array) -> None:
        self.value = value
        self.gradient = np.zeros_like(value)

    def zero_gradient(self) -> None:
        """Start the next sum at zero."""
        self.gradient.fill(0)


class Embedding:
    """One learned vector for each of ``n`` ids, drawn from a normal distribution of standard deviation ``scale``."""

    def __init__(self, n: int, dim: int, scale: float, rng: np.random.Generator, dtype: DTypeLike) -> None:
        self.table = Parameter((rng.standard_normal((n, dim)) * scale).astype(dtype))

    @classmethod
    def holding(cls, vectors: Array) -> Self:
        """An embedding with these vectors (n, d); training changes the array in place."""
        embedding = cls.__new__(cls)
        embedding.table = Parameter(vectors)
        return embedding

    def parameters(self) -> dict[str, Parameter]:
        """The parameters, by name."""
        return {"table": self.table}

    def forward(self, ids: Ids) -> tuple[Array, Ids]:
        """Vectors (B, d) of ``ids`` (B,), which may repeat."""
        return self.table.value[ids], ids

    def backward(self, gradient: Array, ids: Ids) -> None:
        """Add ``gradient`` (B, d) to the rows it came from; the gradients of a repeated id are summed."""
        if (ids[1:] > ids[:-1]).all():  # strictly ascending, as batches have them: no id repeats
            self.table.gradient[ids] += gradient
            return
        # With repeated ids, ``table[ids] += gradient`` would keep only the last one's gradient: numpy reads all rows
        # first, then writes. A lookup is the product of a 0/1 matrix with the table, so its gradient is the
        # transposed matrix times the gradient, which sums. Column b of that matrix (n, B) has one 1, in row ids[b].
        n = len(ids)
        one_hot = sparse.csc_array((np.ones(n, gradient.dtype), ids, np.arange(n + 1)), (len(self.table.value), n))
        self.table.gradient += one_hot @ gradient


class WeightedSum:
    """Weighted sums of one table's rows: the pooled history of a user.

    The input is a sparse matrix of weights (B, n), so that a row costs as much as it has entries.
    """

    def __init__(self, n: int, dim: int, scale: float, rng: np.random.Generator, dtype: DTypeLike) -> None:
        self.table = Parameter((rng.standard_normal((n, dim)) * scale).astype(dtype))

    def parameters(self) -> dict[str, Parameter]:
        """The parameters, by name."""
        return {"table": self.table}

    def forward(self, weights: sparse.csr_array[Any]) -> tuple[Array, sparse.csr_array[Any]]:
        """``weights @ table`` (B, d)."""
        return weights @ self.table.value, weights

    def backward(self, gradient: Array, weights: sparse.csr_array[Any]) -> None:
        """Gradient (B, d) of the sums. The weights are given, not learned, so there is no gradient below them."""
        self.table.gradient += weights.T @ gradient


class UnitLength:
    """Rows divided by their lengths, ``y = x / |x|``; a row of zeros stays zero, and has no gradient."""

    def parameters(self) -> dict[str, Parameter]:
        """It has none."""
        return {}

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
        """(B, d) -> (B, d)."""
        lengths = np.sqrt(np.einsum("bd,bd->b", x, x))[:, None]  # (B, 1)
        inverse = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        directions = x * inverse
        return directions, (directions, inverse)

    def backward(self, gradient: Array, cache: tuple[Array, Array]) -> Array:
        """(B, d) -> (B, d): a change along y changes no direction, so that ``dy/dx = (I - y y') / |x|``."""
        directions, inverse = cache
        along = np.einsum("bd,bd->b", gradient, directions)[:, None]  # (B, 1)
        across: Array = (gradient - along * directions) * inverse
        return across


class Linear:
    """``x W + b``; W is drawn with variance ``gain / h`` (He et al. 2015 for gain 2), b starts at zero."""

    def __init__(self, h: int, d: int, rng: np.random.Generator, dtype: DTypeLike, gain: float = 2.0) -> None:
        self.weight = Parameter((rng.standard_normal((h, d)) * np.sqrt(gain / max(h, 1))).astype(dtype))
        self.bias = Parameter(np.zeros(d, dtype))

    def parameters(self) -> dict[str, Parameter]:
        """The parameters, by name."""
        return {"weight": self.weight, "bias": self.bias}

    def forward(self, x: Array) -> tuple[Array, Array]:
        """(B, h) -> (B, d)."""
        output = x @ self.weight.value
        output += self.bias.value
        return output, x

    def backward(self, gradient: Array, x: Array) -> Array:
        """(B, d) -> (B, h)."""
        self.weight.gradient += x.T @ gradient  # (h, B) (B, d)
        self.bias.gradient += np.ones(len(gradient), gradient.dtype) @ gradient  # column sums; faster than np.sum
        return gradient @ self.weight.value.T


def relu(x: Array) -> Array:
    """``max(x, 0)``, any shape, in place of ``x``."""
    return np.maximum(x, 0, out=x)


def relu_backward(gradient: Array, output: Array) -> Array:
    """The gradient where the output is positive, else 0; in place of ``gradient``."""
    gradient *= output > 0
    return gradient


class MLP:
    """One hidden layer: ``relu(x W1 + b1) W2 + b2``, (B, n_in) -> (B, n_out).

    The outer layer starts at zero, so that an MLP added to a simpler model as a residual changes nothing at first:
    training starts from the simpler model. The outer weights still get a gradient, because it depends on the hidden
    layer and not on them.
    """

    def __init__(self, n_in: int, n_hidden: int, n_out: int, rng: np.random.Generator, dtype: DTypeLike) -> None:
        self.inner = Linear(n_in, n_hidden, rng, dtype)
        self.outer = Linear(n_hidden, n_out, rng, dtype, gain=0.0)

    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name, inner before outer."""
        return named({"inner": self.inner, "outer": self.outer})

    def forward(self, x: Array) -> tuple[Array, tuple[Array, Array]]:
        """(B, n_in) -> (B, n_out)."""
        hidden, x = self.inner.forward(x)
        output, hidden = self.outer.forward(relu(hidden))
        return output, (x, hidden)

    def backward(self, gradient: Array, cache: tuple[Array, Array]) -> Array:
        """(B, n_out) -> (B, n_in)."""
        x, hidden = cache
        gradient = relu_backward(self.outer.backward(gradient, hidden), hidden)
        return self.inner.backward(gradient, x)


def dropout_rows(n: int, rate: float, rng: np.random.Generator, dtype: DTypeLike) -> Array:
    """A mask (n, 1) that zeroes whole rows with probability ``rate``: multiply by it forward and backward.

    The other rows are not scaled up, as usual dropout would do: in serving, a row is either there or absent as a
    whole, so both cases are trained as they will occur.
    """
    return (rng.random((n, 1)) >= rate).astype(dtype)


def named(layers: dict[str, Any]) -> dict[str, Parameter]:
    """The parameters of several layers as ``layer.parameter``."""
    return {f"{prefix}.{name}": p for prefix, layer in layers.items() for name, p in layer.parameters().items()}
