"""The usual form in autograd: a batch of B pairs is a matrix of logits (B, B), each pair's own on the diagonal.

Films that a pair's user is known to have rated are masked, further copies of the positive among them. Taken over
whole users, the total loss is that of ``recsys.training.trainer``: what goes over distinct users or
films there goes over rows or columns here, each with its share of its user or film.
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
        run: ours, for its settings, its teacher and the data.
    """

    def __init__(self, towers: nn.Module, run: Trainer) -> None:
        self.towers, self.l2, self.pull = towers, run.hyperparameters.l2, run.hyperparameters.distillation
        self.log_q, self.user_weights = tensor(run.log_q), tensor(run.user_weights)
        self.known_of_film = tensor(run.ratings.matrix.astype(bool).toarray().T)
        self.lengths = torch.from_numpy(run.ratings.user_counts).to(self.log_q.dtype)
        self.teacher = run.teacher and Taught(run)

    def __call__(self, user: Tensor, film: Tensor, kept: Tensor) -> Loss:
        """Of pairs (B,) and (B,), and a mask of kept user features (B, 1)."""
        users = self.towers.users(user, kept)  # (B, d), a row a pair
        items, bias = self.towers.items(film)
        # (B, B); rows of films, then of users: many times quicker than any picking of columns.
        known = self.known_of_film.index_select(0, film).T.contiguous().index_select(0, user)
        weights, adds = self.lengths[user].rsqrt(), self.towers.adds(film, items)
        logits = torch.addmm(bias - self.log_q[film], users, items.T)
        logits.diagonal().sub_(weights * adds)
        logits.masked_fill_(known.clone().fill_diagonal_(False), -torch.inf)
        total = data = functional.cross_entropy(logits, torch.arange(len(user)))
        by_user, by_film = 1 / self.lengths[user], 1 / torch.bincount(film)[film].to(users.dtype)
        if self.l2:
            user_l2 = (by_user * self.user_weights[user] * users.square().sum(1)).sum() / by_user.sum()
            item_l2 = (by_film * items.square().sum(1)).sum() / by_film.sum()
            total = total + self.l2 * (user_l2 + item_l2)
        if self.teacher:
            apart = torch.addmm(bias, users, items.T) - self.teacher.users[user] @ self.teacher.items[film].T
            apart = apart - known * torch.outer(weights, adds - self.teacher.adds[film])
            apart = apart - (apart @ by_film / by_film.sum())[:, None]
            total = total + self.pull * (by_user @ apart.square() @ by_film) / (2 * len(user))
        return Loss(data, total)


class Taught:
    """The teacher as tensors: vectors of users and films, and what a film adds to its own score where it weighs 1."""

    def __init__(self, run: Trainer) -> None:
        self.users, self.items = tensor(run.teacher.users), tensor(run.teacher.items)
        lengths = run.ratings.user_counts
        adds = np.zeros(run.ratings.n_items, run.teacher.self_contributions.dtype)
        adds[run.ratings.matrix.indices] = run.teacher.self_contributions * np.sqrt(np.repeat(lengths, lengths))
        self.adds = tensor(adds)
