"""``fit``: epochs, early stopping, epoch records, the same for every model.

Two trainers run in step. The early one learns from a part of the training ratings (of a large log, those of a random
share of the users) and is scored on the rest after every epoch; the served one learns from all of them. ``fit``
returns the served one as it was after the last epoch in which the early one was as good as its best, to within one
standard error.
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
from recsys.models.fitted import Fitted
from recsys.models.hyperparameters import HyperParameters
from recsys.models.protocol import ModelSpec
from recsys.models.registry import model_spec
from recsys.schema import EpochRecord
from recsys.training.divergence import check_loss, check_numbers
from recsys.training.ensemble import Ensemble, StartTraining, Training
from recsys.training.mixing import choose_weights, unvalidated_weights
from recsys.training.validation import MAX_EARLY_RATINGS, MAX_SELECTION_RATINGS, Validation

VALIDATION_SHARE = 0.1
"""Share of each user's training ratings that is held out for early stopping."""

Snapshot = Callable[[], NDArray[np.float32]]
OnEpoch = Callable[[EpochRecord, Snapshot], bool | None]

logger = logging.getLogger(__name__)


def fit(
    train: Dataset, model: str = "base", config: TrainConfig | None = None, on_epoch: OnEpoch | None = None
) -> Fitted:
    """Train a two-tower model on ``train`` and nothing else; equal seeds give equal arrays.

    Args:
        train: ratings to learn from; users and items without any are served too.
        model: ``"base"``, ``"deep"``, or another name in :data:`recsys.models.registry.MODELS`.
        config: settings; None for the defaults.
        on_epoch: called after each epoch with its record and a function that gives the served item vectors
            (n_items, d); training ends when it returns False.

    Raises:
        ConfigError: there is no such model.
        TrainingError: training has diverged.

    >>> import recsys
    >>> dataset = recsys.load_dataset("sample")
    >>> fitted = recsys.fit(dataset, "base", recsys.TrainConfig(dim=32, epochs=2))
    >>> fitted.user_vectors.shape, fitted.item_vectors.shape, fitted.item_bias.shape
    ((600, 32), (515, 32), (515,))
    >>> [record.epoch for record in fitted.history]
    [1, 2]
    """
    return fit_with(Ensemble, train, model_spec(model), config or TrainConfig(), on_epoch)


def fit_with(
    start: StartTraining, train: Dataset, spec: ModelSpec, config: TrainConfig, on_epoch: OnEpoch | None = None
) -> Fitted:
    """As :func:`fit`, with towers that may be trained elsewhere.

    Args:
        start: makes the towers to train.
        train: as in :func:`fit`.
        spec: of the model.
        config: settings.
        on_epoch: as in :func:`fit`.
    """
    # Training is many small products: more threads would gain nothing and busy-wait. Where training diverges, numbers
    # overflow; a TrainingError reports that, so numpy's warnings are off.
    with threadpool_limits(1, "blas"), np.errstate(over="ignore", invalid="ignore"):
        return _fit(start, train, spec, config, on_epoch)


def _fit(
    start: StartTraining, train: Dataset, spec: ModelSpec, config: TrainConfig, on_epoch: OnEpoch | None
) -> Fitted:
    hyperparameters = spec.defaults(train, config)
    if notice := spec.notice(train):
        logger.info("%s", notice)
    # A generator for each purpose, so that a change in one does not move the random numbers of another.
    rngs = np.random.default_rng(config.seed).spawn(7)
    split_rng, early_rng, served_rng, validation_rng, fold_in_rng, choice_rng, sample_rng = rngs
    parts = split(train, VALIDATION_SHARE, split_rng)
    validation = Validation.draw(parts, hyperparameters.batch_size, validation_rng)
    if validation is None:
        served = start(spec, train, hyperparameters, served_rng)
        epochs = hyperparameters.epochs
        reason = "too few users have a rating to set aside for validation"
        logger.info("%s: %s, so all %d epochs are run", spec.name, reason, epochs)
        fitted = _train_all_epochs(served, hyperparameters, on_epoch)
    else:
        compared = validation.sample(parts.train, MAX_SELECTION_RATINGS, choice_rng)
        hyperparameters = spec.choose(compared, hyperparameters, validation.per_user, choice_rng)
        served = start(spec, train, hyperparameters, served_rng)
        seen = validation.sample(parts.train, MAX_EARLY_RATINGS, sample_rng)
        early = start(spec, seen, hyperparameters.in_as_many_steps(parts.train, seen), early_rng)
        fitted = _train_with_early_stopping(early, served, validation, hyperparameters, on_epoch)
    for name in ("user_vectors", "item_vectors", "item_bias"):
        context = f"{spec.name}, served as after epoch {fitted.best_epoch}: {name} holds numbers"
        check_numbers(getattr(fitted, name), hyperparameters, context)
    fitted.towers.prepare_fold_in(train, fold_in_rng)
    return fitted


def chain_callbacks(*callbacks: OnEpoch) -> OnEpoch:
    """Several ``on_epoch`` as one: all are called in turn, and training ends when any of them returns False."""

    def on_epoch(record: EpochRecord, snapshot: Snapshot) -> bool:
        answers = [callback(record, snapshot) for callback in callbacks]
        return not any(answer is False for answer in answers)

    return on_epoch


def _train_with_early_stopping(
    early: Training,
    served: Training,
    validation: Validation,
    hyperparameters: HyperParameters,
    on_epoch: OnEpoch | None,
) -> Fitted:
    """Train both in step, until the early one has not improved for ``patience`` epochs.

    Epochs within one standard error of the best count as equal (Breiman et al. 1984). They take the simplest model of
    equals; here the latest epoch is taken, because the learning rate is meant to have fallen by the end. So training
    runs through all epochs unless it gets clearly worse.
    """
    history: list[EpochRecord] = []
    best_epoch, best_ndcg, best_error, served_epoch = 0, -1.0, 0.0, 0
    for epoch in range(1, hyperparameters.epochs + 1):
        # Both begin before either is awaited: on a cluster they run at the same time.
        train_loss, _ = [finish() for finish in [early.begin_epoch(epoch), served.begin_epoch(epoch)]]
        score = validation.score(early.scorer(validation.users))
        context = f"{early.spec.name}, after epoch {epoch}: the loss on held-out ratings"
        check_loss(score.loss, validation.n_negatives, hyperparameters, context)
        history.append(
            EpochRecord(
                epoch=epoch,
                train_loss=train_loss,
                validation_loss=score.loss,
                validation_ndcg=score.ndcg,
                validation_ndcg_error=score.ndcg_error,
            )
        )
        if score.ndcg > best_ndcg:
            best_epoch, best_ndcg, best_error = epoch, score.ndcg, score.ndcg_error
        if score.ndcg >= best_ndcg - best_error:
            served_epoch = epoch
            served.save_weights()
            early.save_weights()
        if _should_stop(on_epoch, history, served) or epoch - best_epoch >= hyperparameters.patience:
            break
    served.restore_weights()
    early.restore_weights()
    served.weights = choose_weights(early, validation)
    return served.fitted(history, served_epoch)


def _train_all_epochs(served: Training, hyperparameters: HyperParameters, on_epoch: OnEpoch | None) -> Fitted:
    """Every epoch, with nothing held out to score them."""
    served.weights = unvalidated_weights(served)
    history: list[EpochRecord] = []
    for epoch in range(1, hyperparameters.epochs + 1):
        train_loss = served.begin_epoch(epoch)()
        history.append(EpochRecord(epoch=epoch, train_loss=train_loss, validation_loss=None, validation_ndcg=None))
        if _should_stop(on_epoch, history, served):
            break
    return served.fitted(history, len(history))


def _should_stop(on_epoch: OnEpoch | None, history: list[EpochRecord], served: Training) -> bool:
    return on_epoch is not None and on_epoch(history[-1], served.item_vectors) is False
