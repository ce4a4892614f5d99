"""The state of training as an immutable value: a step from one state gives another and leaves the first as it is.

So a step can be repeated, on any machine, with the same result.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from recsys.nn.arrays import Array
from recsys.training.ensemble import Ensemble
from recsys.training.trainer import NOTHING, BatchLoss, Trainer


@dataclass(frozen=True, eq=False)
class TrainerState:
    """The state of one pair of towers.

    Attributes:
        values: the parameters, by name.
        first, second: both moments of each, see :class:`~recsys.nn.optim.Adam`.
        steps: how many the optimiser has made.
    """

    values: dict[str, Array]
    first: dict[str, Array]
    second: dict[str, Array]
    steps: int

    @classmethod
    def of(cls, trainer: Trainer) -> TrainerState:
        """The arrays of a trainer, not copied."""
        parameters, optimiser = trainer.towers.parameters(), trainer.optimiser
        return cls(
            values={name: parameter.value for name, parameter in parameters.items()},
            first=dict(zip(parameters, optimiser.first, strict=True)),
            second=dict(zip(parameters, optimiser.second, strict=True)),
            steps=optimiser.steps,
        )

    def copied(self) -> TrainerState:
        """The same in new arrays."""
        values, first, second = (
            {name: array.copy() for name, array in arrays.items()}
            for arrays in (self.values, self.first, self.second)
        )
        return TrainerState(values, first, second, self.steps)

    def put_into(self, trainer: Trainer) -> None:
        """Let a trainer of the same towers continue from here; it changes these arrays in place."""
        for name, parameter in trainer.towers.parameters().items():
            parameter.value = self.values[name]
        trainer.optimiser.first, trainer.optimiser.second = list(self.first.values()), list(self.second.values())
        trainer.optimiser.steps = self.steps


@dataclass(frozen=True, eq=False)
class State:
    """The state of all towers of a model.

    Attributes:
        trainers: their states, by name.
        rng: the generator of batches and dropout in its current state; it is copied and never drawn from.
        loss: of the batches of this epoch so far.
    """

    trainers: Mapping[str, TrainerState]
    rng: np.random.Generator
    loss: BatchLoss

    @classmethod
    def of(cls, ensemble: Ensemble, rng: np.random.Generator) -> State:
        """The state of an ensemble as it is now, copied."""
        trainers = {name: TrainerState.of(trainer).copied() for name, trainer in ensemble.trainers.items()}
        return cls(trainers, copy.deepcopy(rng), NOTHING)

    def put_into(self, ensemble: Ensemble) -> None:
        """Give the towers of an ensemble this state, to score with them; training them would change the state."""
        for name, trainer in ensemble.trainers.items():
            self.trainers[name].put_into(trainer)

    def with_trainer(self, name: str, trainer: TrainerState) -> State:
        """The same with a new state of one pair of towers."""
        return replace(self, trainers={**self.trainers, name: trainer})
