"""Data-parallel training: each worker of a cluster trains the towers of a model with some of the users."""

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

    One worker makes the towers, for whose start it reads all ratings; they are then divided by users. At the end of
    every epoch its states are copied to this process; if a worker is lost, the epoch is computed again from there.
    With one worker, the model equals that of a single machine in every bit.

    Args:
        cluster: whose workers train.
        spec: of the model.
        ratings: what it learns from.
        hyperparameters: how; the workers share each batch.
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
        rngs = rng.spawn(cluster.n_parts)  # spawning does not change the numbers that rng will draw
        self.users = deal_users(ratings.user_counts, cluster.n_parts, rngs[0])
        self.whole = cluster.submit(_start, spec, cluster.put(ratings), hyperparameters, rng)
        self.settings, self.log_q, rng = cluster.gather(cluster.submit(_describe, self.whole))
        self.names = list(self.settings)
        self.weights = default_weights(self.names)
        cluster.copy_to_all(self.whole)  # tasks run where their data is: so replicas are made on all workers
        self.replicas, self.states = list[Future](), list[Future]()
        for part, users in enumerate(self.users):
            part_rng = rng if part == 0 else rngs[part]  # the first continues as training on one machine would
            self.replicas.append(cluster.submit(steps.make_replica, self.whole, users, part_rng))
            self.states.append(cluster.submit(steps.first_state, self.replicas[part], part_rng))
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
            # Copied to this process, the states survive the loss of any worker: no earlier epoch is computed again.
            states = self.cluster.gather(states_of)
            self.states = [self.cluster.put(state) for state in states[self.names[-1]]]
            losses = [functools.reduce(BatchLoss.plus, (state.loss for state in states[name])) for name in self.names]
            return float(np.mean([loss.mean for loss in losses]))

        return end

    def scorer(self, users: Ids) -> Scores:
        """The scores of all items by the towers as they are now, for any of ``users`` (n,)."""
        items, bias = self._item_side()
        vectors = self._of_users(steps.user_side, users, self.weights)
        return lambda block: score_all(vectors[np.searchsorted(users, block)], items, bias)

    def member_scorers(self, users: Ids) -> list[Scores]:
        """The same for each of the towers alone, and last for log popularity."""

        def scorer(name: str) -> Scores:
            items, bias = self.cluster.gather(self._on(0, steps.member_items, self.states[0], name))

            def scores(block: Ids) -> Array:
                scores: Array = self._of_users(steps.member_users, block, name) @ items.T + bias
                return scores.astype(np.float32)

            return scores

        return [*map(scorer, self.names), popularity_scorer(self.log_q)]

    def item_vectors(self) -> NDArray[np.float32]:
        """The item vectors as they are now, (n_items, d)."""
        vectors, _ = self._item_side()
        return vectors

    def fitted(self, history: Sequence[EpochRecord], epoch: int) -> Fitted:
        """The model that would be served if training ended now, after ``epoch``."""
        arguments = self.whole, self.states, self.users, self.weights, tuple(history), epoch
        fitted: Fitted = self.cluster.gather(self.cluster.submit(steps.finish, *arguments))
        return fitted

    def save_weights(self) -> None:
        """Remember the learned arrays as they are; states never change, so nothing is copied."""
        self.saved_states = self.states

    def restore_weights(self) -> None:
        """Go back to those that were saved last."""
        self.states = self.saved_states

    def _train_towers(self, this: steps.Pass) -> None:
        """One pass of one pair of towers: all its tasks are submitted at once."""
        submit, parts = self.cluster.submit, range(len(self.users))
        pending = [self._on(part, steps.begin, self.states[part], this) for part in parts]
        for number in range(2, this.n_batches + 2):
            gradients = [submit(steps.shared_gradients, pending[part]) for part in parts]
            shared = submit(steps.mean, *gradients)
            if number <= this.n_batches:
                pending = [self._on(part, steps.advance, pending[part], shared, this, number) for part in parts]
        self.states = [self._on(part, steps.end, pending[part], shared, this) for part in parts]

    def _on(self, part: int, function: Callable[..., Any], *arguments: Any) -> Future:
        """Submit a function of a replica."""
        return self.cluster.submit(function, self.replicas[part], *arguments)

    def _item_side(self) -> tuple[Array, Array]:
        """Vectors and biases of all items, which every replica has."""
        vectors, bias = self.cluster.gather(self._on(0, steps.item_side, self.states[0], self.weights))
        return vectors, bias

    def _of_users(self, function: Callable[..., Any], users: Ids, argument: Any) -> Array:
        """A row for each of some users (n,), from the replicas that have them."""
        is_in_part = [np.isin(users, part_users) for part_users in self.users]  # (n,) each
        parts = [part for part, mask in enumerate(is_in_part) if mask.any()]
        rows = [np.searchsorted(self.users[part], users[is_in_part[part]]) for part in parts]
        vectors = self.cluster.gather(
            [
                self._on(part, function, self.states[part], argument, part_rows)
                for part, part_rows in zip(parts, rows, strict=True)
            ]
        )
        return join_rows(vectors, [np.flatnonzero(is_in_part[part]) for part in parts])


def _start(spec: ModelSpec, ratings: Dataset, hyperparameters: HyperParameters, rng: np.random.Generator) -> Ensemble:
    # A copy, because Dask keeps the argument and may call this again.
    return Ensemble(spec, ratings, hyperparameters, copy.deepcopy(rng))


def _describe(whole: Ensemble) -> tuple[dict[str, HyperParameters], Array, np.random.Generator]:
    """How each of the towers is trained, log popularity, and the generator after the start."""
    settings = {name: trainer.hyperparameters for name, trainer in whole.trainers.items()}
    return settings, whole.log_q, whole.trainers[whole.spec.name].rng
