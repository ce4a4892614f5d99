"""Our grouped form in autograd: whole users, a matrix of users by films.

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
    """The data term, and all that training descends."""

    data: Tensor
    total: Tensor


class Pairs(NamedTuple):
    """The P pairs of a batch as tensors: rows, columns, places, stored entries."""

    user: Tensor
    film: Tensor
    place: Tensor
    entries: Tensor


class Grouped:
    """The loss of a batch of whole users.

    Args:
        towers: one of ``pytorch_towers.GROUPED``.
        run: ours, for its settings, its teacher and the data.
    """

    def __init__(self, towers: nn.Module, run: Trainer) -> None:
        self.towers, self.l2, self.pull = towers, run.hyperparameters.l2, run.hyperparameters.distillation
        self.log_q, self.user_weights = tensor(run.log_q), tensor(run.user_weights)
        lengths = torch.from_numpy(run.ratings.user_counts)
        self.weights = torch.repeat_interleave(lengths.to(self.log_q.dtype).rsqrt(), lengths)
        self.teacher = run.teacher and {name: tensor(array) for name, array in vars(run.teacher).items()}

    def __call__(self, batch: Batch, kept: Tensor) -> Loss:
        """Of a batch and a mask of kept user features (U, 1)."""
        users, items = torch.from_numpy(batch.users), torch.from_numpy(batch.items)
        place = batch.pairs.user * len(batch.items) + batch.pairs.item
        pairs = Pairs(*map(torch.from_numpy, (batch.pairs.user, batch.pairs.item, place, batch.entries)))
        log_counts = torch.from_numpy(batch.counts).to(self.log_q.dtype).log()
        user_vectors = self.towers.users(users, kept)
        vectors, bias = self.towers.items(items)
        log_q = self.log_q.index_select(0, items)
        ones = user_vectors.new_ones(len(users), 1)
        beside = torch.cat([vectors, (bias - log_q + log_counts)[:, None]], 1)
        z = torch.cat([user_vectors, ones], 1) @ beside.T  # quicker than addmm
        adds = self.towers.adds(items, vectors)
        selves = self.weights.index_select(0, pairs.entries) * adds.index_select(0, pairs.item)
        own = z.view(-1).index_select(0, pairs.place) - log_counts.index_select(0, pairs.item) - selves
        total = data = softmax(z, own, pairs)
        if self.l2:
            user_l2 = (self.user_weights.index_select(0, users) * user_vectors.square().sum(1)).mean()
            total = total + self.l2 * (user_l2 + vectors.square().sum(1).mean())
        if self.teacher:
            taught = Scores(self.teacher["users"][users], self.teacher["items"][items])
            scores = Scores(torch.cat([user_vectors, ones], 1), torch.cat([vectors, bias[:, None]], 1))
            spikes = self.teacher["self_contributions"].index_select(0, pairs.entries) - selves
            theirs = self.teacher["positive_scores"].index_select(0, pairs.entries)
            apart = own + log_q.index_select(0, pairs.item) - theirs
            total = total + self.pull * distance(scores, taught, spikes, apart, pairs) / len(spikes)
        return Loss(data, total)


def softmax(z: Tensor, own: Tensor, pairs: Pairs) -> Tensor:
    """The mean over the pairs; ``z`` (U, F) is overwritten. A shift only where it is needed, as ours has it."""
    z.view(-1).index_fill_(0, pairs.place, -torch.inf)
    highest = z.detach().amax(1)
    shift = torch.where(highest.isfinite() & (highest.abs() > SAFE_EXPONENT), highest, 0)
    if shift.any():
        z = z - shift[:, None]
    negatives = z.exp().sum(1).clamp_min(torch.finfo(z.dtype).tiny).log() + shift
    return -functional.logsigmoid(own - negatives.index_select(0, pairs.user)).mean()


class Scores(NamedTuple):
    """Scores (U, F) as a product of (U, h) and (F, h)."""

    users: Tensor
    items: Tensor


def distance(scores: Scores, taught: Scores, spikes: Tensor, apart: Tensor, pairs: Pairs) -> Tensor:
    """Half the squared distance of scores from a teacher's, each user's mean aside, but for a constant.

    That is the square of the teacher's own. No matrix of users by films is made: the squared norm of a product is a
    product of small matrices. At the pairs the difference has ``spikes`` (P,) on top of the products', and is
    ``apart`` (P,) with them.
    """
    n_films = len(scores.items)
    mean, taught_mean = scores.items.mean(0), taught.items.mean(0)
    items, taught_items = scores.items - mean, taught.items - taught_mean
    own_squares = ((scores.users.T @ scores.users) * (items.T @ items)).sum()
    crossed = ((scores.users.T @ taught.users) * (items.T @ taught_items)).sum()
    spike_means = spikes.new_zeros(len(scores.users)).index_add(0, pairs.user, spikes) / n_films
    product = apart - spikes - (scores.users @ mean - taught.users @ taught_mean).index_select(0, pairs.user)
    spike_squares = spikes @ spikes - n_films * spike_means @ spike_means
    return own_squares / 2 - crossed + spikes @ product + spike_squares / 2
