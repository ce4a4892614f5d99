"""The tasks of data-parallel training, each a pure function, so that results lost with a worker are computed again.

A replica is an :class:`~recsys.training.ensemble.Ensemble` of some of the users. Its arrays are scratch space: what
has been learned is in a :class:`~recsys.training.state.State`, one for each replica. All states have equal shared
parameters, and each also has the rows of its own users. A step of all replicas is

    gradients of a batch of each  ->  their mean, except for rows of users  ->  a step of each optimiser

so W workers make the same steps as one, each with a W-th of the batch.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import NamedTuple

import numpy as np

from recsys.distributed.gradients import Gradients, mean_gradients, put_gradient, scaled, take_gradient
from recsys.models.fitted import Fitted
from recsys.models.mixture import Weights
from recsys.nn.arrays import Array, Ids
from recsys.schema import EpochRecord
from recsys.training.batches import draw_users
from recsys.training.ensemble import Ensemble
from recsys.training.state import State, TrainerState
from recsys.training.trainer import NOTHING

_computing = Lock()
"""Replicas are scratch space that the threads of a worker share, so only one of them computes at a time."""


class Pass(NamedTuple):
    """One epoch of some of the towers.

    Attributes:
        name: of the towers.
        epoch: from 1.
        n_batches: how many at most; a replica whose users have very long histories has fewer.
        learning_rate: of the optimiser.
    """

    name: str
    epoch: int
    n_batches: int
    learning_rate: float


@dataclass(frozen=True, eq=False)
class Pending:
    """The gradients of a batch of one replica, before its step.

    Attributes:
        state: before the step, with the generator and the loss after the batch.
        users: of all batches of the epoch.
        shared: gradients of the shared parameters, to be averaged over replicas.
        own: gradients of the rows of this replica's users.
    """

    state: State
    users: list[Ids]
    shared: Gradients
    own: Gradients


def make_replica(whole: Ensemble, users: Ids, rng: np.random.Generator) -> Ensemble:
    """The ensemble of some of the users."""
    return whole.of_users(users, rng)


def first_state(replica: Ensemble, rng: np.random.Generator) -> State:
    """The state in which training begins."""
    return State.of(replica, rng)


def begin(replica: Ensemble, state: State, this: Pass) -> Pending:
    """The gradients of the first batch of an epoch."""
    rng = copy.deepcopy(state.rng)
    users = draw_users(replica.ratings.matrix, this.n_batches, rng)
    return _gradients(replica, replace(state, rng=rng, loss=NOTHING), users, this, 1)


def advance(replica: Ensemble, pending: Pending, shared: Gradients, this: Pass, number: int) -> Pending:
    """Take the step of the optimiser, and compute the gradients of batch ``number``, counted from 1."""
    return _gradients(replica, _step(replica, pending, shared, this), pending.users, this, number)


def end(replica: Ensemble, pending: Pending, shared: Gradients, this: Pass) -> State:
    """Take the last step of an epoch.

    Raises:
        TrainingError: parameters are no longer finite.
    """
    state = _step(replica, pending, shared, this)
    with _computing:
        state.trainers[this.name].put_into(replica.trainers[this.name])
        replica.trainers[this.name].check_parameters(this.epoch)
    return state


def shared_gradients(pending: Pending) -> Gradients:
    """The gradients to be averaged; only these leave the worker."""
    return pending.shared


def mean(*parts: Gradients) -> Gradients:
    """The mean gradients of all replicas."""
    return mean_gradients(parts)


def _gradients(replica: Ensemble, state: State, users: list[Ids], this: Pass, number: int) -> Pending:
    """The gradients of a batch; empty if this replica has no such batch."""
    if number > len(users):
        return Pending(state, users, Gradients({}, 0), Gradients({}, 0))
    trainer, rng = replica.trainers[this.name], copy.deepcopy(state.rng)
    with _computing:
        state.trainers[this.name].put_into(trainer)
        trainer.rng = rng
        loss = trainer.add_batch_gradients(users[number - 1], f"epoch {this.epoch}, batch {number}")
        shared = {name: take_gradient(parameter) for name, parameter in trainer.towers.parameters().items()}
    own = {name: shared.pop(name) for name in trainer.towers.user_parameters()}
    state = replace(state, rng=rng, loss=state.loss.plus(loss))
    return Pending(state, users, Gradients(shared, loss.n_pairs), Gradients(own, loss.n_pairs))


def _step(replica: Ensemble, pending: Pending, shared: Gradients, this: Pass) -> State:
    """The state after a step with the mean of the shared gradients and with the gradients of the own users.

    The loss is a mean over the pairs of all replicas, so the own gradients are scaled by the share of the own pairs;
    other replicas add nothing to them.
    """
    if not shared.n_pairs:
        return pending.state
    trainer, own = replica.trainers[this.name], pending.own
    parameters = trainer.towers.parameters()
    with _computing:
        pending.state.trainers[this.name].copied().put_into(trainer)
        for name, gradient in shared.arrays.items():
            put_gradient(parameters[name], gradient)
        for name, gradient in own.arrays.items():
            put_gradient(parameters[name], scaled(gradient, own.n_pairs / shared.n_pairs))
        trainer.optimiser.step(this.learning_rate)
        return pending.state.with_trainer(this.name, TrainerState.of(trainer))


def item_side(replica: Ensemble, state: State, weights: Weights) -> tuple[Array, Array]:
    """Vectors and biases of all items, by all towers, weighted."""
    with _computing:
        return _show(replica, state, weights).mixture().items()


def user_side(replica: Ensemble, state: State, weights: Weights, rows: Ids) -> Array:
    """Vectors of some of the users of a replica, by all towers, weighted."""
    with _computing:
        return _show(replica, state, weights).mixture().users(rows)


def member_items(replica: Ensemble, state: State, name: str) -> tuple[Array, Array]:
    """Vectors and biases of all items, by one pair of towers alone."""
    with _computing:
        state.put_into(replica)
        vectors, bias, _ = replica.trainers[name].towers.items_forward(np.arange(replica.ratings.n_items))
        return vectors, bias


def member_users(replica: Ensemble, state: State, name: str, rows: Ids) -> Array:
    """Vectors of some of the users of a replica, by one pair of towers alone."""
    with _computing:
        state.put_into(replica)
        towers = replica.trainers[name].towers
        vectors, _ = towers.users_forward(towers.serving_inputs(rows))
        return vectors


def finish(
    whole: Ensemble,
    states: Sequence[State],
    users: Sequence[Ids],
    weights: Weights,
    history: Sequence[EpochRecord],
    epoch: int,
) -> Fitted:
    """The trained model of all users.

    Args:
        whole: before training.
        states: one for each replica.
        users: of each replica.
        weights: of the towers.
        history: of the training.
        epoch: the last epoch of the states.
    """
    ensemble = whole.of_users(np.arange(whole.ratings.n_users), copy.deepcopy(states[0].rng))
    for name, trainer in ensemble.trainers.items():
        of_users = trainer.towers.user_parameters()
        for key, parameter in trainer.towers.parameters().items():
            if key in of_users:
                for state, rows in zip(states, users, strict=True):
                    parameter.value[rows] = state.trainers[name].values[key]
            else:
                parameter.value[...] = states[0].trainers[name].values[key]
    ensemble.weights = weights
    return ensemble.fitted(history, epoch)


def _show(replica: Ensemble, state: State, weights: Weights) -> Ensemble:
    """The replica with the arrays of a state, to compute vectors with."""
    state.put_into(replica)
    replica.weights = weights
    return replica
