"""Training that diverges ends with a sentence, whatever the model; warnings of numpy are errors in tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import build
import recsys
from recsys import TrainConfig, TrainingError
from tests.small_logs import write_movielens
from tests.synthetic import two_tastes
from tests.training.test_trainer import cosine_trainer, trainer_of

MODEL_NAMES = ["base", "deep"]
TOO_FAST = TrainConfig(learning_rate=10, epochs=5, dim=8)


@pytest.mark.parametrize("n_users", [60, 12], ids=["early trainer", "served trainer alone"])
def test_too_large_a_learning_rate_ends_training_with_model_epoch_batch_and_setting(n_users):
    records = []
    with pytest.raises(
        TrainingError,
        match=r"training has diverged \(deep, epoch 1, batch \d: the loss is \S+, and that of popularity \S+\); "
        r"lower learning_rate; this training began with 10$",
    ):
        recsys.fit(two_tastes(n_users=n_users), "deep", TOO_FAST, lambda record, snapshot: records.append(record))
    assert records == []  # of an epoch that was not finished nothing is shown


def test_epochs_before_the_loss_grows_are_reported():
    records = []
    with pytest.raises(TrainingError, match=r"\(base, epoch 2, batch 1: the loss is"):
        recsys.fit(two_tastes(n_users=12), "base", TOO_FAST, lambda record, snapshot: records.append(record.epoch))
    assert records == [1]


def test_a_loss_on_held_out_ratings_far_above_that_of_popularity_ends_training():
    with pytest.raises(TrainingError, match=r"\(base, after epoch 1: the loss on held-out ratings is \S+, and"):
        recsys.fit(two_tastes(), "base", TOO_FAST)


def test_gradients_whose_squares_overflow_end_training_although_they_move_nothing_and_the_loss_is_0():
    # With one user a batch every item of a batch is rated, and nothing is contrasted.
    config = TrainConfig(learning_rate=10, epochs=20, batch_size=1, dim=8)
    with pytest.raises(TrainingError, match=r"\(deep, after epoch 1: pool\.table has gradients beyond"):
        recsys.fit(two_tastes(n_users=12), "deep", config)


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_a_hundredth_of_that_rate_is_no_reason_to_stop(model):
    recsys.fit(two_tastes(), model, replace(TOO_FAST, learning_rate=0.1))


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize(
    ("trainer", "parameter"),
    [
        (lambda ratings: trainer_of("base", ratings), "item.table"),
        (lambda ratings: trainer_of("deep", ratings), "pool.table"),
        (cosine_trainer, "item.table"),
    ],
    ids=["base", "deep", "cosine"],
)
def test_a_parameter_that_is_not_finite_ends_the_epoch_although_no_batch_reads_it(trainer, parameter, broken):
    trainer = trainer(two_tastes(unrated=1))
    trainer.towers.parameters()[parameter].value[-1, 0] = broken  # of the item without a rating
    with pytest.raises(TrainingError, match=rf"after epoch 1: {parameter} holds numbers beyond .*; lower"):
        trainer.train_epoch(1)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_ends_the_batch(broken):
    trainer = trainer_of("base", two_tastes())
    trainer.towers.parameters()["user.table"].value[:] = broken
    with np.errstate(invalid="ignore"), pytest.raises(TrainingError, match="epoch 7, batch 1: the loss is nan"):
        trainer.train_epoch(7)


def test_a_build_whose_training_diverges_prints_one_sentence_and_leaves_the_site_as_it_was(tmp_path, capfd):
    data, out = write_movielens(tmp_path / "log", n_users=25, n_items=12), tmp_path / "site"
    command = ["--data", str(data), "--models", "base", "--epochs", "2", "--quiet", "--no-cache", "--out", str(out)]
    assert build.main(command) == 0
    before = contents(out)
    settings_file = tmp_path / "diverging.toml"
    settings_file.write_text("[train]\nlearning_rate = 10\n", encoding="utf-8")
    capfd.readouterr()
    assert build.main([*command, "--config", str(settings_file)]) == 1
    shown = capfd.readouterr()
    [sentence] = (shown.out + shown.err).splitlines()
    assert "training has diverged (base, after epoch 1: the loss on held-out ratings is" in sentence
    assert sentence.endswith("lower learning_rate; this training began with 1")  # base takes a tenth here
    assert contents(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["diverging.toml", "log", "site"]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


RATINGS = st.one_of(
    st.sampled_from([0.0, 1.0, 3.0, 5.0, 1e9, -1e30, 3e38, 1e-300]), st.floats(-1e38, 1e38, allow_nan=False)
)
LOGS = st.dictionaries(st.tuples(st.integers(0, 24), st.integers(0, 5)), RATINGS, min_size=1, max_size=120)
CONFIGS = st.builds(
    TrainConfig,
    dim=st.sampled_from([1, 2, 8, 64]),
    epochs=st.integers(1, 3),
    learning_rate=st.none() | st.sampled_from([1e-300, 0.01, 1.0, 10.0]) | st.floats(1e-6, 10),
    l2=st.none() | st.sampled_from([0.0, 1e-30, 1000.0]),
    batch_size=st.none() | st.sampled_from([1, 7, 2**31]),
    seed=st.integers(0, 2**63 - 1),
)


@pytest.mark.parametrize("model", MODEL_NAMES)
@settings(max_examples=25)
@given(LOGS, CONFIGS)
def test_a_model_of_any_log_and_settings_is_finite_or_refused_in_a_sentence(model, log, config):
    frame = pd.DataFrame([(user, item, rating) for (user, item), rating in log.items()])
    ratings = recsys.Dataset.from_frames(frame.set_axis(["user", "item", "rating"], axis=1))
    try:
        fitted = recsys.fit(ratings, model, config)
    except recsys.RecsysError:
        return
    assert np.isfinite(fitted.scores()).all()
    if model == "deep":
        assert np.isfinite(fitted.fold_in([0])).all()
