"""Run our training and both PyTorch programs in parallel, in float64, and compare their losses and gradients.

All start with the same parameters and see the same batches and dropout masks; each has an Adam of its own. At every
step the data term and the gradient of every parameter are compared, then all three make their step.
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
from tests.benchmarks.pytorch_towers import GROUPED, PAIRWISE, initial_parameters

LIMIT = 1e-8


class Compared:
    """A PyTorch program, and its largest difference from ours so far.

    Args:
        objective: :class:`Grouped` or :class:`Pairwise`.
    """

    def __init__(self, objective: Grouped | Pairwise) -> None:
        self.objective = objective
        self.parameters = dict(objective.towers.named_parameters())
        self.adam, self.worst = Adam(self.parameters.values()), 0.0

    def step(self, loss: Loss, data: float, gradients: dict[str, NDArray], learning_rate: float) -> None:
        """Compare with our loss and gradients, then make a step."""
        loss.total.backward()
        assert gradients.keys() == self.parameters.keys()
        pairs = [(loss.data.detach().numpy(), np.array(data))]
        pairs += [(self.parameters[name].grad.numpy(), gradient) for name, gradient in gradients.items()]
        self.worst = max(self.worst, *(difference(*pair) for pair in pairs))
        self.adam.move(learning_rate)


def difference(a: NDArray, b: NDArray) -> float:
    """|a - b| / max(|a|, |b|), norms of whole arrays; 0 if both are 0, infinite if a value is not a number."""
    size = max(np.linalg.norm(a), np.linalg.norm(b))
    ratio = float(np.linalg.norm(a - b) / size) if size != 0 else 0.0
    return ratio if np.isfinite(ratio) else np.inf


def largest_differences(
    model: str, ratings: Dataset, hyperparameters: HyperParameters, steps: int, seed: int = 0
) -> dict[str, float]:
    """The largest difference of each program from ours, over the losses and all gradients of some steps."""
    run = Trainer.create(model, ratings, hyperparameters, np.random.default_rng(seed), np.float64)
    start = initial_parameters(run)
    grouped = Compared(Grouped(GROUPED[model](run.towers, start), run))
    pairwise = Compared(Pairwise(PAIRWISE[model](run.towers, start), run))
    rng = np.random.default_rng(seed)
    for step, batch in zip(range(steps), _repeated_batches(ratings, hyperparameters.batch_size, rng), strict=False):
        inputs = run.towers.training_inputs(batch.users, np.random.default_rng(step))
        mask = grouped.objective.towers.dropout_mask(len(batch.users), np.random.default_rng(step))
        data = run.add_gradients(batch, inputs)
        gradients = {name: parameter.gradient.copy() for name, parameter in run.towers.parameters().items()}
        rate = hyperparameters.learning_rate * cosine_decay(step, steps)
        run.optimiser.step(rate)
        grouped.step(grouped.objective(batch, mask), data, gradients, rate)
        user, item = batch.users[batch.pairs.user], batch.items[batch.pairs.item]
        loss = pairwise.objective(torch.from_numpy(user), torch.from_numpy(item), mask[batch.pairs.user])
        pairwise.step(loss, data, gradients, rate)
    return {"grouped": grouped.worst, "pairwise": pairwise.worst}


def _repeated_batches(ratings: Dataset, batch_size: int, rng: np.random.Generator) -> Iterator[Batch]:
    while True:
        yield from batches(ratings.matrix, batch_size, rng)
