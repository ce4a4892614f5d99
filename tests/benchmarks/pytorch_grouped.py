"""Our grouped loss in autograd: batches of whole users, a matrix of users by items.

The total loss is that of ``recsys.training.trainer``.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.nn.losses import SAFE_EXPONENT
from recsys.training.batches import Batch
from recsys.training.trainer import Trainer
from tests.benchmarks.pytorch_towers import tensor


class Loss(NamedTuple):
    """The data term, and the whole objective."""

    data: Tensor
    total: Tensor


class Pairs(NamedTuple):
    """The P pairs of a batch: rows, columns, flat indices into (U, F), positions in the matrix of ratings."""

    user: Tensor
    item: Tensor
    flat_index: Tensor
    entries: Tensor


class Grouped:
    """The loss of a batch of whole users.

    Args:
        towers: one of ``pytorch_towers.GROUPED``.
        run: our training run, for its hyperparameters, its teacher and the data.
    """

    def __init__(self, towers: nn.Module, run: Trainer) -> None:
        self.towers, self.l2, self.distillation = towers, run.hyperparameters.l2, run.hyperparameters.distillation
        self.log_q, self.user_weights = tensor(run.log_q), tensor(run.user_weights)
        lengths = torch.from_numpy(run.ratings.user_counts)
        self.weights = torch.repeat_interleave(lengths.to(self.log_q.dtype).rsqrt(), lengths)
        self.teacher = run.teacher and {
            "users": tensor(run.teacher.users),
            "items": tensor(run.teacher.towers.items),
            "self_contributions": tensor(run.teacher.self_contributions),
            "positive_scores": tensor(run.teacher.positive_scores),
        }

    def __call__(self, batch: Batch, mask: Tensor) -> Loss:
        """The loss of a batch, with a dropout mask for the user features (U, 1)."""
        users, items = torch.from_numpy(batch.users), torch.from_numpy(batch.items)
        flat_index = batch.pairs.user * len(batch.items) + batch.pairs.item
        pairs = Pairs(*map(torch.from_numpy, (batch.pairs.user, batch.pairs.item, flat_index, batch.entries)))
        log_counts = torch.from_numpy(batch.counts).to(self.log_q.dtype).log()
        user_vectors = self.towers.users(users, mask)
        vectors, bias = self.towers.items(items)
        log_q = self.log_q.index_select(0, items)
        ones = user_vectors.new_ones(len(users), 1)
        items_extended = torch.cat([vectors, (bias - log_q + log_counts)[:, None]], 1)
        z = torch.cat([user_vectors, ones], 1) @ items_extended.T  # faster than addmm
        contributions = self.towers.contributions(items, vectors)
        self_contributions = self.weights.index_select(0, pairs.entries) * contributions.index_select(0, pairs.item)
        flat_scores = z.view(-1).index_select(0, pairs.flat_index)
        positive_scores = flat_scores - log_counts.index_select(0, pairs.item) - self_contributions
        total = data = softmax(z, positive_scores, pairs)
        if self.l2:
            user_l2 = (self.user_weights.index_select(0, users) * user_vectors.square().sum(1)).mean()
            total = total + self.l2 * (user_l2 + vectors.square().sum(1).mean())
        if self.teacher:
            teacher_scores = Scores(self.teacher["users"][users], self.teacher["items"][items])
            scores = Scores(torch.cat([user_vectors, ones], 1), torch.cat([vectors, bias[:, None]], 1))
            spikes = self.teacher["self_contributions"].index_select(0, pairs.entries) - self_contributions
            teacher_positives = self.teacher["positive_scores"].index_select(0, pairs.entries)
            difference = positive_scores + log_q.index_select(0, pairs.item) - teacher_positives
            distance = squared_distance(scores, teacher_scores, spikes, difference, pairs)
            total = total + self.distillation * distance / len(spikes)
        return Loss(data, total)


def softmax(z: Tensor, positive_scores: Tensor, pairs: Pairs) -> Tensor:
    """Mean loss of the pairs; overwrites ``z`` (U, F). Scores are shifted only if they could overflow, as in ours."""
    z.view(-1).index_fill_(0, pairs.flat_index, -torch.inf)
    highest = z.detach().amax(1)
    shift = torch.where(highest.isfinite() & (highest.abs() > SAFE_EXPONENT), highest, 0)
    if shift.any():
        z = z - shift[:, None]
    negatives = z.exp().sum(1).clamp_min(torch.finfo(z.dtype).tiny).log() + shift
    return -functional.logsigmoid(positive_scores - negatives.index_select(0, pairs.user)).mean()


class Scores(NamedTuple):
    """Scores (U, F) as a product of (U, h) and (F, h)."""

    users: Tensor
    items: Tensor


def squared_distance(
    scores: Scores, teacher: Scores, spikes: Tensor, difference: Tensor, pairs: Pairs
) -> Tensor:
    """Half the squared distance of scores from a teacher's, each centred per user, up to a constant.

    The constant is the squared norm of the teacher's scores. No matrix of users by items is needed: the squared norm
    of a product is a product of small matrices. At the pairs the difference of the scores is that of the two products
    plus ``spikes`` (P,), together ``difference`` (P,).
    """
    n_items = len(scores.items)
    mean, teacher_mean = scores.items.mean(0), teacher.items.mean(0)
    items, teacher_items = scores.items - mean, teacher.items - teacher_mean
    squares = ((scores.users.T @ scores.users) * (items.T @ items)).sum()
    cross_terms = ((scores.users.T @ teacher.users) * (items.T @ teacher_items)).sum()
    spike_means = spikes.new_zeros(len(scores.users)).index_add(0, pairs.user, spikes) / n_items
    product = difference - spikes - (scores.users @ mean - teacher.users @ teacher_mean).index_select(0, pairs.user)
    spike_squares = spikes @ spikes - n_items * spike_means @ spike_means
    return squares / 2 - cross_terms + spikes @ product + spike_squares / 2
