"""Training loops of both PyTorch programs, with a ``train_epoch`` like that of ``recsys.training.trainer``."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import islice

import torch

from recsys.nn.optim import cosine_decay
from recsys.training.batches import batches
from recsys.training.trainer import Trainer
from tests.benchmarks.pytorch_adam import Adam
from tests.benchmarks.pytorch_grouped import Grouped, Loss
from tests.benchmarks.pytorch_pairwise import Pairwise
from tests.benchmarks.pytorch_towers import GROUPED, PAIRWISE, initial_parameters, tensor


class Training:
    """What both programs share: parameters, Adam, and a random generator.

    Args:
        objective: whose towers to train.
        run: ours, for its settings and its ratings.
    """

    def __init__(self, objective: Grouped | Pairwise, run: Trainer) -> None:
        self.objective, self.hyperparameters, self.ratings = objective, run.hyperparameters, run.ratings
        self.rng = copy.deepcopy(run.rng)  # where ours is about to draw from
        self.adam = Adam(objective.towers.parameters())

    def step(self, loss: Loss, epoch: int) -> None:
        """Backward pass, and a step of Adam."""
        loss.total.backward()
        self.adam.move(self.hyperparameters.learning_rate * cosine_decay(epoch - 1, self.hyperparameters.epochs))


class GroupedTraining(Training):
    """Batches of whole users: the very ones that ours takes, with the same masks."""

    def __init__(self, model: str, run: Trainer) -> None:
        super().__init__(Grouped(GROUPED[model](run.towers, initial_parameters(run)), run), run)

    def train_epoch(self, epoch: int) -> None:
        """One pass over the ratings."""
        for batch in batches(self.ratings.matrix, self.hyperparameters.batch_size, self.rng):
            mask = self.objective.towers.dropout_mask(len(batch.users), self.rng)
            self.step(self.objective(batch, mask), epoch)


class PairwiseTraining(Training):
    """Random pairs, ``size`` at a time.

    Args:
        model, run: as above.
        size: pairs in a batch.
        max_batches: an epoch stops after so many batches, to be timed sooner; the next one continues from there.
    """

    def __init__(self, model: str, run: Trainer, size: int, max_batches: int) -> None:
        super().__init__(Pairwise(PAIRWISE[model](run.towers, initial_parameters(run)), run), run)
        self.size, self.max_batches = size, max_batches
        self.user, self.item = (tensor(ids).long() for ids in (run.ratings.user, run.ratings.item))
        self.batches = self.shuffled()

    def shuffled(self) -> Iterator[torch.Tensor]:
        """Batches of pairs, pass after pass over the ratings."""
        while True:
            yield from torch.from_numpy(self.rng.permutation(len(self.user))).split(self.size)

    def train_epoch(self, epoch: int) -> None:
        """One pass over the ratings, or a part of one."""
        for chosen in islice(self.batches, self.max_batches):
            mask = self.objective.towers.dropout_mask(len(chosen), self.rng)
            self.step(self.objective(self.user[chosen], self.item[chosen], mask), epoch)
