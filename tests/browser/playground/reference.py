"""Training steps of the playground's towers in float64, for whatever is chosen, which the page is compared with.

The objective of a batch is that of :mod:`recsys.training.trainer`, with a temperature T and a choice of losses and of
similarity:

    loss + l2 (mean_u w_u |user_u|^2 + mean_i |item_i|^2) + distillation distance(scores, teacher's scores)
    score = user . item / T + bias - what the item adds to its own score

Letters in shapes: U users and F items of a step, P its pairs of a user and an item they rated, d the length of
vectors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import numpy as np
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.models.base import BaseModel
from recsys.models.cosine import HIDDEN_SHARE
from recsys.models.deep import DeepModel, UserInputs
from recsys.models.factorisation import Factorisation
from recsys.models.features import equal_weights, hidden_entries, log_q
from recsys.models.linear import LinearTowers
from recsys.models.teacher import Teacher
from recsys.nn.bpr import PairedNegatives, bpr, draw_unrated
from recsys.nn.layers import Parameter, UnitLength
from recsys.nn.losses import (
    Factors,
    Pairs,
    distillation,
    masked_in_batch_softmax,
    multinomial_softmax,
    output_l2,
)
from recsys.nn.negatives import InBatchNegatives, SampledNegatives, uniform_draws
from recsys.nn.optim import SGD, Adam, cosine_decay
from recsys.training.batches import Batch, batches
from tests.small_logs import log_of

N_USERS, N_ITEMS, N_FEATURES, DIM = 12, 15, 4, 3
N_STEPS, BATCH_SIZE, N_DRAWS = 20, 25, 8
TEMPERATURE, L2, DISTILLATION = 0.7, 0.05, 0.3
OPTIMISERS = {"adam": (Adam, 0.03), "sgd": (SGD, 0.3)}
"""Each with a learning rate."""


@dataclass(frozen=True)
class Experiment:
    """What is chosen for one tower model; words as in the playground's settings.

    Attributes:
        tower: "base" or "deep".
        loss: "softmax", "sampled" or "bpr".
        masked: whether items that a user has rated are none of their negatives.
        uses_log_q: whether scores are corrected by the log of each item's share of the ratings.
        similarity: "dot" or "cosine".
        optimiser: "adam" or "sgd".
        has_mlp: whether each of deep's towers has an MLP.
        has_genres: whether deep reads what is known of items.
        has_teacher: whether deep is pulled towards linear towers.
    """

    tower: str
    loss: str
    masked: bool
    uses_log_q: bool
    similarity: str
    optimiser: str
    has_mlp: bool = False
    has_genres: bool = False
    has_teacher: bool = False

    def __str__(self) -> str:
        parts = [
            self.tower,
            *(["mlp"] * self.has_mlp + ["genres"] * self.has_genres + ["teacher"] * self.has_teacher),
            *(["masked"] * self.masked + [self.loss] + ["logQ"] * self.uses_log_q),
            self.similarity,
            self.optimiser,
        ]
        return " ".join(parts)

    def settings(self) -> dict[str, Any]:
        """As the playground writes them."""
        return {
            "dim": DIM,
            "batchSize": BATCH_SIZE,
            "learningRate": OPTIMISERS[self.optimiser][1],
            "optimiser": self.optimiser,
            "l2": L2,
            "temperature": TEMPERATURE,
            "similarity": self.similarity,
            "loss": self.loss,
            "logQ": self.uses_log_q,
            "masked": self.masked,
            "mlp": self.has_mlp,
            "genres": self.has_genres,
            "closedForm": self.has_teacher,
            "distillation": DISTILLATION,
        }


LOSSES = [
    *(("softmax", masked, uses_log_q) for masked, uses_log_q in product((True, False), repeat=2)),
    ("sampled", True, False),
    ("sampled", False, False),
    ("bpr", False, False),
]
"""Each with whether it masks, and whether it corrects by log q."""
TOWERS = [
    ("base", {}),
    ("deep", {"has_mlp": True, "has_genres": True}),
    ("deep", {"has_mlp": True}),
    ("deep", {}),  # MLPs are all that reads genres
]
# What an optimiser does with gradients does not depend on what they are of, so the two take turns.
EXPERIMENTS = [
    *(
        Experiment(tower, *loss, similarity, list(OPTIMISERS)[(n + m + k) % 2], **parts)
        for (n, loss), (m, similarity), (k, (tower, parts)) in product(
            enumerate(LOSSES), enumerate(("dot", "cosine")), enumerate(TOWERS)
        )
    ),
    # Linear towers are no directions, so that only dot products have them as a teacher.
    *(
        Experiment("deep", *loss, "dot", list(OPTIMISERS)[(n + has_mlp) % 2], has_mlp, has_mlp, has_teacher=True)
        for (n, loss), has_mlp in product(enumerate(LOSSES), (True, False))
    ),
]
"""All that the page is compared on: every loss, similarity and tower together, and each with every optimiser."""


@dataclass(frozen=True, eq=False)
class Step:
    """A batch with its negatives, and what is hidden.

    Attributes:
        users: (U,), ids, ascending.
        items: (F,), ids, ascending: those that the users rated, and the negatives.
        pair_user: (P,), rows of users.
        pair_item: (P,), rows of items.
        entries: (P,), which of the stored entries of the ratings each pair is.
        counts: (F,), how often each item counts as a negative of all users.
        hidden: (P,), which pairs are hidden from the histories and are the positives; None where all are positives.
        negative: (P,), a negative for each pair, as rows of items, -1 where there is none; None but for BPR.
    """

    users: np.ndarray
    items: np.ndarray
    pair_user: np.ndarray
    pair_item: np.ndarray
    entries: np.ndarray
    counts: np.ndarray
    hidden: np.ndarray | None
    negative: np.ndarray | None

    def pairs(self) -> Pairs:
        """All pairs; those that are no positives count 0."""
        counts = np.ones(len(self.pair_user)) if self.hidden is None else self.hidden.astype(float)
        return Pairs(self.pair_user, self.pair_item, counts)

    def to_json(self) -> dict[str, Any]:
        """For the page."""
        return {
            "users": self.users.tolist(),
            "items": self.items.tolist(),
            "pairUser": self.pair_user.tolist(),
            "pairItem": self.pair_item.tolist(),
            "counts": self.counts.tolist(),
            "hidden": None if self.hidden is None else self.hidden.tolist(),
            "negative": None if self.negative is None else self.negative.tolist(),
        }


def draw_log(experiment: Experiment, rng: np.random.Generator) -> Dataset:
    """A small log: user 0 has rated all items but the last, user 1 one and user 2 none; nobody has rated the last.

    For BPR, user 0 has rated the last too, so that there is no negative for them.
    """
    rated = rng.random((N_USERS, N_ITEMS)) < 0.35
    rated[0], rated[1], rated[2] = True, np.arange(N_ITEMS) == 3, False
    rated[:, -1] = (experiment.loss == "bpr") & (np.arange(N_USERS) == 0)
    return log_of(np.argwhere(rated).tolist(), N_USERS, N_ITEMS)


def draw_steps(experiment: Experiment, log: Dataset, rng: np.random.Generator) -> Iterator[Step]:
    """Epoch after epoch, without end; steps without a positive are left out."""
    while True:
        for batch in batches(log.matrix, BATCH_SIZE, rng):
            step = draw_step(experiment, batch, rng)
            if step.pairs().counts.any():
                yield step


def draw_step(experiment: Experiment, batch: Batch, rng: np.random.Generator) -> Step:
    """What the experiment draws for a batch."""
    user, item_ids = batch.pairs.user, batch.items[batch.pairs.item]
    times, negative_ids = np.zeros(N_ITEMS, int), np.full(len(user), -1)
    if experiment.loss == "softmax":
        times = np.bincount(item_ids, minlength=N_ITEMS)
    elif experiment.loss == "sampled":
        times = uniform_draws(N_ITEMS, N_DRAWS, rng)
    else:
        negative_ids = draw_unrated(user, item_ids, N_ITEMS, rng)
    items = np.unique(np.concatenate([item_ids, np.flatnonzero(times), negative_ids[negative_ids >= 0]]))
    hidden, negative = None, None
    if experiment.loss == "bpr":
        negative = np.where(negative_ids < 0, -1, np.searchsorted(items, negative_ids))
    if experiment.similarity == "cosine" and experiment.tower == "deep":
        hidden = hidden_entries(np.bincount(user, minlength=len(batch.users)), HIDDEN_SHARE, rng)
    return Step(
        users=batch.users,
        items=items,
        pair_user=user,
        pair_item=np.searchsorted(items, item_ids),
        entries=batch.entries,
        counts=times[items],
        hidden=hidden,
        negative=negative,
    )


class ReferenceRun:
    """Towers, and all that their steps need.

    Args:
        experiment: what is chosen.
        seed: of the log, the initial arrays and the steps.
    """

    def __init__(self, experiment: Experiment, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.experiment, self.log = experiment, draw_log(experiment, rng)
        matrix = self.log.matrix.astype(float)
        self.histories = equal_weights(matrix)  # (n_users, n_items)
        self.log_q = log_q(self.log).astype(float) * experiment.uses_log_q  # (n_items,)
        self.user_weights = self.log.user_counts / self.log.mean_user_count  # (n_users,)
        n_features = N_FEATURES * experiment.has_genres
        self.item_features = (rng.random((N_ITEMS, n_features)) < 0.4).astype(float)
        self.item_features[:, -1:] = rng.standard_normal((N_ITEMS, min(n_features, 1)))  # as years are
        linear = LinearTowers(*rng.standard_normal((2, N_ITEMS, DIM)))
        self.teacher_towers = linear if experiment.has_teacher else None
        self.towers = self._new_towers(matrix, rng)
        self.steps = draw_steps(experiment, self.log, rng)
        optimiser, self.learning_rate = OPTIMISERS[experiment.optimiser]
        self.optimiser = optimiser(self.parameters().values())

    def _new_towers(self, matrix: sparse.csr_array[Any], rng: np.random.Generator) -> BaseModel | DeepModel:
        if self.experiment.tower == "base":
            users, items = (0.5 * rng.standard_normal((n, DIM)) for n in (N_USERS, N_ITEMS))
            return BaseModel(Factorisation(users, items, 0.3 * rng.standard_normal(N_ITEMS)))
        start = LinearTowers(*0.5 * rng.standard_normal((2, N_ITEMS, DIM)))
        no_features = np.zeros((N_USERS, 0))
        towers = DeepModel(matrix, self.log.rating_scale, start, self.item_features, no_features, rng, np.float64)
        for name, parameter in towers.parameters().items():
            # As if they had been trained: at first the MLPs output 0. Without MLPs they go on doing so.
            if name == "bias.table" or (self.experiment.has_mlp and name.endswith(("outer.weight", "mlp.bias"))):
                parameter.value[...] = 0.3 * rng.standard_normal(parameter.value.shape)
        return towers

    def parameters(self) -> dict[str, Parameter]:
        """What is trained, by name: without MLPs, not theirs."""
        return {
            name: parameter
            for name, parameter in self.towers.parameters().items()
            if self.experiment.has_mlp or "_mlp." not in name
        }

    def inputs(self, step: Step) -> Any:
        """What the user tower reads: ids, or what is not hidden of the histories."""
        if self.experiment.tower == "base":
            return step.users
        history = self.histories[step.users]
        if step.hidden is not None:
            history.data[step.hidden] = 0
        return UserInputs(history, np.zeros((len(step.users), 0)))

    def loss(self, step: Step, *factors: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, Any, Any]:
        """The loss and its way back.

        Args:
            step: with its negatives.
            factors: users (U, d), items (F, d), bias (F,) and self-contributions (P,).

        Returns:
            The loss; gradients of the negatives' scores and of the pairs' (P,); the scores of the pairs (P,); the
            negatives, and their cache.
        """
        users, items, bias, contributions = factors
        pairs, log_q = step.pairs(), self.log_q[step.items]
        if step.negative is not None:
            paired = PairedNegatives(step.pair_user, step.pair_item, step.negative)
            negative_scores, scores, cache = paired.forward(users, items, bias, contributions)
            return *bpr(negative_scores, scores, pairs), scores, paired, cache
        negatives: InBatchNegatives | SampledNegatives
        if self.experiment.loss == "softmax":
            negatives = InBatchNegatives(step.pair_user, step.pair_item, step.counts)
        else:
            negatives = SampledNegatives.drawn(step.pair_user, step.pair_item, step.counts)
        z, y, cache = negatives.forward(users, items, bias - log_q, contributions)
        if self.experiment.masked:
            result = masked_in_batch_softmax(z, y, pairs)
        else:
            result = multinomial_softmax(z, y, pairs, negatives.rated())
        return *result, y + log_q[step.pair_item], negatives, cache

    def add_gradients(self, step: Step) -> float:
        """Add the gradients of the objective to the parameters; returns the loss alone."""
        towers, inputs, is_cosine = self.towers, self.inputs(step), self.experiment.similarity == "cosine"
        unit = UnitLength()
        # Forward: both towers, then scores.
        user_outputs, user_cache = towers.users_forward(inputs)  # (U, d)
        item_outputs, bias, item_cache = towers.items_forward(step.items)  # (F, d), (F,)
        users, user_directions = unit.forward(user_outputs) if is_cosine else (user_outputs, None)
        items, item_directions = unit.forward(item_outputs) if is_cosine else (item_outputs, None)
        warm_users = users / TEMPERATURE
        contributions, contributions_cache = np.zeros(len(step.pair_user)), None
        if not is_cosine:
            contributions, contributions_cache = towers.self_contributions_forward(
                inputs, items, step.items, step.pair_item
            )
            contributions = contributions / TEMPERATURE
        loss, negative_gradient, pair_gradient, scores, negatives, cache = self.loss(
            step, warm_users, items, bias, contributions
        )

        # Backward, down to the outputs of the towers.
        users_gradient = L2 * output_l2(users, self.user_weights[step.users])
        items_gradient, bias_gradient = L2 * output_l2(items), np.zeros_like(bias)
        through_scores = pair_gradient
        if self.teacher_towers is not None:
            teacher = Teacher(self.teacher_towers, self.histories).scores(step.users, step.items, step.entries)
            extra = distillation(
                Factors(warm_users, items, bias, contributions, scores), teacher, step.pairs(), DISTILLATION
            )
            through_scores = pair_gradient + extra.pair_correction
            pair_gradient = pair_gradient + extra.positive_scores
            users_gradient += extra.users / TEMPERATURE
            items_gradient += extra.items
            bias_gradient += extra.bias
        through = negatives.backward(negative_gradient, through_scores, cache)
        users_gradient += through.users / TEMPERATURE
        items_gradient += through.items
        bias_gradient += through.offset
        if not is_cosine:
            items_gradient += towers.self_contributions_backward(-pair_gradient / TEMPERATURE, contributions_cache)

        # Backward through the towers.
        if is_cosine:
            users_gradient = unit.backward(users_gradient, user_directions)
            items_gradient = unit.backward(items_gradient, item_directions)
        towers.users_backward(users_gradient, user_cache)
        towers.items_backward(items_gradient, bias_gradient, item_cache)
        return loss


def fixture(experiment: Experiment, seed: int = 0) -> dict[str, Any]:
    """A run of N_STEPS as plain lists and numbers; arrays are flat, row by row.

    ``parameters`` are the initial ones by name, and ``final`` those after all steps; each of the steps has its batch,
    the learning rate, and what is expected: the loss, and the gradients by name.
    """
    run = ReferenceRun(experiment, seed)
    teacher = run.teacher_towers
    return {
        "name": str(experiment),
        "tower": experiment.tower,
        "settings": experiment.settings(),
        "log": {
            "nUsers": N_USERS,
            "nItems": N_ITEMS,
            "user": run.log.user.tolist(),
            "item": run.log.item.tolist(),
        },
        "logQ": run.log_q.tolist(),
        "userWeights": run.user_weights.tolist(),
        "features": {"columns": run.item_features.shape[1], "values": run.item_features.ravel().tolist()},
        "teacher": teacher and {"history": teacher.history.ravel().tolist(), "items": teacher.items.ravel().tolist()},
        "parameters": _flat(run, "value"),
        "steps": [_expected(run, step, number) for number, step in enumerate(islice(run.steps, N_STEPS))],
        "final": _flat(run, "value"),
    }


def _expected(run: ReferenceRun, step: Step, number: int) -> dict[str, Any]:
    learning_rate = run.learning_rate * cosine_decay(number, N_STEPS)
    loss = run.add_gradients(step)
    gradients = _flat(run, "gradient")
    run.optimiser.step(learning_rate)
    return {"batch": step.to_json(), "learningRate": learning_rate, "loss": loss, "gradients": gradients}


def _flat(run: ReferenceRun, attribute: str) -> dict[str, list[float]]:
    return {name: getattr(parameter, attribute).ravel().tolist() for name, parameter in run.parameters().items()}
