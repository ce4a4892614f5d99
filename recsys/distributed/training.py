"""Data-parallel training: the towers of a model on the workers of a cluster, each with some of the users."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.dataset import Dataset
from recsys.distributed import steps
from recsys.distributed.cluster import Cluster, Future
from recsys.models.fitted import Fitted, score_all
from recsys.models.hyperparameters import HyperParameters, number_of_batches
from recsys.models.protocol import ModelSpec, Scores
from recsys.nn.arrays import Array, Ids
from recsys.schema import EpochRecord
from recsys.training.ensemble import Ensemble, default_weights, popularity_scorer
from recsys.training.trainer import BatchLoss, learning_rate
from recsys.user_parts import deal_users, join_rows


class ClusterTraining:
    """The towers of a model in training on a cluster: a :class:`~recsys.training.ensemble.Training`.

    The towers are made by one worker, which reads all ratings for their start, and then dealt out by users. Every
    epoch ends with a copy of what was learned in this process; if a worker is lost, the epoch is computed again from
    there. One worker gives the model of a single machine to the bit.

    Args:
        cluster: where.
        spec: of the model.
        ratings: what it learns from.
        hyperparameters: how; a batch is shared among the workers.
        rng: draws weights, batches and dropout.
    """

    def __init__(
        self,
        cluster: Cluster,
        spec: ModelSpec,
        ratings: Dataset,
        hyperparameters: HyperParameters,
        rng: np.random.Generator,
    ) -> None:
        self.cluster, self.spec, self.n_ratings = cluster, spec, ratings.n_ratings
        rngs = rng.spawn(cluster.n_parts)  # which leaves the numbers that are drawn from rng as they are
        self.users = deal_users(ratings.user_counts, cluster.n_parts, rngs[0])
        self.whole = cluster.submit(_start, spec, cluster.put(ratings), hyperparameters, rng)
        self.settings, self.log_q, rng = cluster.gather(cluster.submit(_describe, self.whole))
        self.names = list(self.settings)
        self.weights = default_weights(self.names)
        cluster.copy_to_all(self.whole)  # tasks go where their data are, and so replicas are made on all workers
        self.replicas, self.states = list[Future](), list[Future]()
        for part, users in enumerate(self.users):
            own = rng if part == 0 else rngs[part]  # the first goes on where the start has stopped drawing
            self.replicas.append(cluster.submit(steps.make_replica, self.whole, users, own))
            self.states.append(cluster.submit(steps.first_state, self.replicas[part], own))
        self.saved_states = self.states

    def begin_epoch(self, epoch: int) -> Callable[[], float]:
        """Begin one pass of all towers over the ratings.

        Args:
            epoch: counted from 1.

        Returns:
            A function that waits for its end and gives the mean of the losses of the towers.
        """
        states_of = {}
        for name, settings in self.settings.items():
            n_batches = number_of_batches(self.n_ratings, settings.batch_size)
            self._train_towers(steps.Pass(name, epoch, n_batches, learning_rate(settings, epoch)))
            states_of[name] = self.states

        def end() -> float:
            # What this process has too survives the loss of any worker, and nothing before it is computed again.
            states = self.cluster.gather(states_of)
            self.states = [self.cluster.put(state) for state in states[self.names[-1]]]
            losses = [functools.reduce(BatchLoss.plus, (state.loss for state in states[name])) for name in self.names]
            return float(np.mean([loss.mean for loss in losses]))

        return end

    def scorer(self, users: Ids) -> Scores:
        """How the towers as they are now score all items, for some of ``users`` (n,) at a time."""
        items, bias = self._item_side()
        vectors = self._of_users(steps.user_side, users, self.weights)
        return lambda some: score_all(vectors[np.searchsorted(users, some)], items, bias)

    def member_scorers(self, users: Ids) -> list[Scores]:
        """The same for each of the towers alone, and last for log popularity."""

        def scorer(name: str) -> Scores:
            items, bias = self.cluster.gather(self._on(0, steps.member_items, self.states[0], name))

            def scores(some: Ids) -> Array:
                scores: Array = self._of_users(steps.member_users, some, name) @ items.T + bias
                return scores.astype(np.float32)

            return scores

        return [*map(scorer, self.names), popularity_scorer(self.log_q)]

    def item_vectors(self) -> NDArray[np.float32]:
        """As they are now, (n_items, d)."""
        vectors, _ = self._item_side()
        return vectors

    def fitted(self, history: Sequence[EpochRecord], epoch: int) -> Fitted:
        """What would be served if training ended now."""
        arguments = self.whole, self.states, self.users, self.weights, tuple(history), epoch
        fitted: Fitted = self.cluster.gather(self.cluster.submit(steps.finish, *arguments))
        return fitted

    def save_weights(self) -> None:
        """Remember the learned arrays as they are: states do not change."""
        self.saved_states = self.states

    def restore_weights(self) -> None:
        """Go back to those that were saved last."""
        self.states = self.saved_states

    def _train_towers(self, this: steps.Pass) -> None:
        """One pass of some of the towers."""
        submit, parts = self.cluster.submit, range(len(self.users))
        pending = [self._on(part, steps.begin, self.states[part], this) for part in parts]
        for number in range(2, this.n_batches + 2):
            gradients = [submit(steps.shared_gradients, pending[part]) for part in parts]
            shared = submit(steps.mean, *gradients)
            if number <= this.n_batches:
                pending = [self._on(part, steps.advance, pending[part], shared, this, number) for part in parts]
        self.states = [self._on(part, steps.end, pending[part], shared, this) for part in parts]

    def _on(self, part: int, function: Callable[..., Any], *arguments: Any) -> Future:
        """What a function gives for a replica."""
        return self.cluster.submit(function, self.replicas[part], *arguments)

    def _item_side(self) -> tuple[Array, Array]:
        """Vectors and biases of all items, which every replica has."""
        vectors, bias = self.cluster.gather(self._on(0, steps.item_side, self.states[0], self.weights))
        return vectors, bias

    def _of_users(self, function: Callable[..., Any], users: Ids, argument: Any) -> Array:
        """One row for each of some users (n,), each from the replica that has them."""
        own = [np.isin(users, of_part) for of_part in self.users]  # (n,) each
        parts = [part for part, mask in enumerate(own) if mask.any()]
        rows = [np.searchsorted(self.users[part], users[own[part]]) for part in parts]
        vectors = self.cluster.gather(
            [
                self._on(part, function, self.states[part], argument, some)
                for part, some in zip(parts, rows, strict=True)
            ]
        )
        return join_rows(vectors, [np.flatnonzero(own[part]) for part in parts])


def _start(spec: ModelSpec, ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator) -> Ensemble:
    # Dask may call this again, and the argument is its own.
    return Ensemble(spec, ratings, hyperparameters, copy.deepcopy(rng))


def _describe(whole: Ensemble) -> tuple[dict[str, HyperParameters], Array, np.random.Generator]:
    """How each of the towers is trained, log popularity, and the generator after the start."""
    settings = {name: trainer.hyperparameters for name, trainer in whole.trainers.items()}
    return settings, whole.log_q, whole.trainers[whole.spec.name].rng
