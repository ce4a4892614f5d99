"""The usual loss in autograd: B pairs have a matrix of logits (B, B), with the positives on the diagonal.

Items that a pair's user rated are masked, other copies of the positive included. Over a batch of whole users, the
total loss is that of ``recsys.training.trainer``: sums over distinct users or items there are sums over rows or
columns here, each weighted by its share of its user or item.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.training.trainer import Trainer
from tests.benchmarks.pytorch_grouped import Loss
from tests.benchmarks.pytorch_towers import tensor


class Pairwise:
    """The loss of any batch of pairs.

    Args:
        towers: one of ``pytorch_towers.PAIRWISE``.
        run: our training run, for its hyperparameters, its teacher and the data.
    """

    def __init__(self, towers: nn.Module, run: Trainer) -> None:
        self.towers, self.l2, self.distillation = towers, run.hyperparameters.l2, run.hyperparameters.distillation
        self.log_q, self.user_weights = tensor(run.log_q), tensor(run.user_weights)
        self.is_rated_by_item = tensor(run.ratings.matrix.astype(bool).toarray().T)
        self.lengths = torch.from_numpy(run.ratings.user_counts).to(self.log_q.dtype)
        self.teacher = run.teacher and TeacherTensors(run)

    def __call__(self, user: Tensor, item: Tensor, mask: Tensor) -> Loss:
        """The loss of pairs (B,) and (B,), with a dropout mask for the user features (B, 1)."""
        users = self.towers.users(user, mask)  # (B, d), a row a pair
        items, bias = self.towers.items(item)
        # (B, B); selecting rows twice, with a transposition between, is many times faster than selecting columns.
        is_rated = self.is_rated_by_item.index_select(0, item).T.contiguous().index_select(0, user)
        weights, contributions = self.lengths[user].rsqrt(), self.towers.contributions(item, items)
        logits = torch.addmm(bias - self.log_q[item], users, items.T)
        logits.diagonal().sub_(weights * contributions)
        logits.masked_fill_(is_rated.clone().fill_diagonal_(False), -torch.inf)
        total = data = functional.cross_entropy(logits, torch.arange(len(user)))
        by_user, by_item = 1 / self.lengths[user], 1 / torch.bincount(item)[item].to(users.dtype)
        if self.l2:
            user_l2 = (by_user * self.user_weights[user] * users.square().sum(1)).sum() / by_user.sum()
            item_l2 = (by_item * items.square().sum(1)).sum() / by_item.sum()
            total = total + self.l2 * (user_l2 + item_l2)
        if self.teacher:
            distance = torch.addmm(bias, users, items.T) - self.teacher.users[user] @ self.teacher.items[item].T
            distance = distance - is_rated * torch.outer(weights, contributions - self.teacher.contributions[item])
            distance = distance - (distance @ by_item / by_item.sum())[:, None]
            total = total + self.distillation * (by_user @ distance.square() @ by_item) / (2 * len(user))
        return Loss(data, total)


class TeacherTensors:
    """The teacher as tensors: vectors of users and items, and what an item of weight 1 adds to its own score."""

    def __init__(self, run: Trainer) -> None:
        self.users, self.items = tensor(run.teacher.users), tensor(run.teacher.towers.items)
        lengths, of_pairs = run.ratings.user_counts, run.teacher.self_contributions
        contributions = np.zeros(run.ratings.n_items, of_pairs.dtype)
        contributions[run.ratings.matrix.indices] = of_pairs * np.sqrt(np.repeat(lengths, lengths))
        self.contributions = tensor(contributions)
