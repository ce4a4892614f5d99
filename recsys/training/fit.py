"""One loop for both models: epochs, early stopping, epoch records.

Two runs go side by side. The early run learns from a part of the training ratings and is judged, after every epoch,
on the rest; the served run learns from all of them, epoch by epoch with it. What is served is the served run as it
was after the last epoch at which the early run was as good as ever, to within one standard error. Knows nothing of
test ratings, lists or pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.data.split import split
from recsys.errors import ConfigError
from recsys.models.fitted import EpochRecord, Fitted
from recsys.models.linear import HEAD
from recsys.training.defaults import Recipe, recipe
from recsys.training.trainer import MODELS, Run
from recsys.training.validation import Validation

VALIDATION_SHARE = 0.1
"""Of each user's training ratings, for early stopping."""

Snapshot = Callable[[], NDArray[np.float32]]
OnEpoch = Callable[[EpochRecord, Snapshot], bool | None]

logger = logging.getLogger(__name__)


def fit(
    train: Dataset, model: str = "base", config: TrainConfig | None = None, on_epoch: OnEpoch | None = None
) -> Fitted:
    """Train a two-tower model on ``train`` and nothing else; equal seeds give equal arrays.

    Args:
        train: ratings to learn from; users and items without any are served too.
        model: ``"base"`` or ``"deep"``.
        config: settings; None for the defaults.
        on_epoch: called after each epoch with its record and a function that gives the served run's item vectors
            (n_items, d); training ends when it returns False.

    Raises:
        ConfigError: there is no such model.
        DataError: training has diverged.
    """
    config = config or TrainConfig()
    if model not in MODELS:
        raise ConfigError(f"there is no model {model!r}; expected 'base' or 'deep'")
    with threadpool_limits(1, "blas"):  # training is many small products: more threads gain nothing, and spin
        return _fit(train, model, config, on_epoch)


def _fit(train: Dataset, model: str, config: TrainConfig, on_epoch: OnEpoch | None) -> Fitted:
    made = recipe(model, train, config)
    if model == "deep" and train.n_items > HEAD:
        logger.info("deep: starts from EASE of the %d films with the most ratings, the others placed beside", HEAD)
    split_rng, early_rng, served_rng, validation_rng = np.random.default_rng(config.seed).spawn(4)
    parts = split(train, VALIDATION_SHARE, split_rng)
    validation = Validation.draw(parts, made.batch_size, validation_rng)
    served = Run(model, train, made, served_rng)
    if validation is None:
        logger.info("%s: too few ratings to hold some out, so all %d epochs are run", model, made.epochs)
        return _train_unjudged(served, made, on_epoch)
    return _train_judged(Run(model, parts.train, made, early_rng), served, validation, made, on_epoch)


def together(*callbacks: OnEpoch) -> OnEpoch:
    """One ``on_epoch`` of several: all are called, in turn, and training ends when any returns False."""

    def on_epoch(record: EpochRecord, snapshot: Snapshot) -> bool:
        answers = [one(record, snapshot) for one in callbacks]
        return not any(answer is False for answer in answers)

    return on_epoch


def _train_judged(
    early: Run, served: Run, validation: Validation, made: Recipe, on_epoch: OnEpoch | None
) -> Fitted:
    """Both runs side by side, until the early run has not improved for ``patience`` epochs.

    What is within one standard error of the best counts as equal, after the rule of Breiman et al. (1984). They
    take the simplest of equals; here the latest is taken, because the learning rate falls to 0 on purpose at the last
    epoch. So training runs to the end unless it gets clearly worse.
    """
    history: list[EpochRecord] = []
    best_epoch, best_ndcg, error, served_epoch = 0, -1.0, 0.0, 0
    for epoch in range(1, made.epochs + 1):
        train_loss = early.epoch(epoch)
        served.epoch(epoch)
        found = validation.judge(early.fitted(history, epoch))
        history.append(EpochRecord(epoch, train_loss, found.loss, found.ndcg))
        if found.ndcg > best_ndcg:
            best_epoch, best_ndcg, error = epoch, found.ndcg, found.ndcg_error
        if found.ndcg >= best_ndcg - error:
            served_epoch = epoch
            served.keep()
        if _stopped(on_epoch, history, served) or epoch - best_epoch >= made.patience:
            break
    served.restore()
    return served.fitted(history, served_epoch)


def _train_unjudged(served: Run, made: Recipe, on_epoch: OnEpoch | None) -> Fitted:
    """All epochs, with nothing held out to judge them."""
    history: list[EpochRecord] = []
    for epoch in range(1, made.epochs + 1):
        history.append(EpochRecord(epoch, served.epoch(epoch), None, None))
        if _stopped(on_epoch, history, served):
            break
    return served.fitted(history, len(history))


def _stopped(on_epoch: OnEpoch | None, history: list[EpochRecord], served: Run) -> bool:
    return on_epoch is not None and on_epoch(history[-1], served.item_vectors) is False
