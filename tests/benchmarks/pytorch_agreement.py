"""Ours and both PyTorch programs in step, in float64: the same arrays, batches and masks, and each its own Adam.

At every step the data term and the gradient of every parameter are compared before all three move on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.models.hyperparameters import HyperParameters
from recsys.nn.optim import cosine_decay
from recsys.training.batches import Batch, batches
from recsys.training.trainer import Trainer
from tests.benchmarks.pytorch_adam import Adam
from tests.benchmarks.pytorch_grouped import Grouped, Loss
from tests.benchmarks.pytorch_pairwise import Pairwise
from tests.benchmarks.pytorch_towers import GROUPED, PAIRWISE, start_of

LIMIT = 1e-8


class InStep:
    """A PyTorch program that goes beside ours, and the worst difference so far.

    Args:
        objective: :class:`Grouped` or :class:`Pairwise`.
    """

    def __init__(self, objective: Grouped | Pairwise) -> None:
        self.objective = objective
        self.parameters = dict(objective.towers.named_parameters())
        self.adam, self.worst = Adam(self.parameters.values()), 0.0

    def step(self, loss: Loss, data: float, gradients: dict[str, NDArray], learning_rate: float) -> None:
        """Compare with our loss and gradients, then move."""
        loss.total.backward()
        assert gradients.keys() == self.parameters.keys()
        pairs = [(loss.data.detach().numpy(), np.array(data))]
        pairs += [(self.parameters[name].grad.numpy(), gradient) for name, gradient in gradients.items()]
        self.worst = max(self.worst, *(difference(*pair) for pair in pairs))
        self.adam.move(learning_rate)


def difference(a: NDArray, b: NDArray) -> float:
    """|a - b| / max(|a|, |b|), norms over the whole array; 0 where both are 0, infinite where one is not a number."""
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    found = float(np.linalg.norm(a - b) / size) if size != 0 else 0.0
    return found if np.isfinite(found) else np.inf


def apart(
    model: str, ratings: Dataset, hyperparameters: HyperParameters, steps: int, seed: int = 0
) -> dict[str, float]:
    """The worst difference from ours of each program, over the losses and all gradients of so many steps."""
    run = Trainer(model, ratings, hyperparameters, np.random.default_rng(seed), np.float64)
    start = start_of(run)
    grouped = InStep(Grouped(GROUPED[model](run.towers, start), run))
    pairwise = InStep(Pairwise(PAIRWISE[model](run.towers, start), run))
    rng = np.random.default_rng(seed)
    for step, batch in zip(range(steps), _endless(ratings, hyperparameters.batch_size, rng), strict=False):
        inputs = run.towers.training_inputs(batch.users, np.random.default_rng(step))
        kept = grouped.objective.towers.kept(len(batch.users), np.random.default_rng(step))
        data = run.add_gradients(batch, inputs)
        gradients = {name: parameter.gradient.copy() for name, parameter in run.towers.parameters().items()}
        rate = hyperparameters.learning_rate * cosine_decay(step, steps)
        run.optimiser.step(rate)
        grouped.step(grouped.objective(batch, kept), data, gradients, rate)
        user, film = batch.users[batch.pairs.user], batch.items[batch.pairs.item]
        loss = pairwise.objective(torch.from_numpy(user), torch.from_numpy(film), kept[batch.pairs.user])
        pairwise.step(loss, data, gradients, rate)
    return {"grouped": grouped.worst, "pairwise": pairwise.worst}


def _endless(ratings: Dataset, batch_size: int, rng: np.random.Generator) -> Iterator[Batch]:
    while True:
        yield from batches(ratings.matrix, batch_size, rng)
