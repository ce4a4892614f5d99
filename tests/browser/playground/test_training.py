"""What is learned from the sample in the page is as good as what the Python learns with the same settings."""

from __future__ import annotations

import re
from dataclasses import replace
from statistics import mean
from typing import Any

import numpy as np
import pytest

import recsys
from recsys.data.dataset import Dataset
from recsys.models.deep import DeepModel
from recsys.models.features import history_weights, item_features, log_q, recency_ranks
from recsys.models.hyperparameters import HyperParameters
from recsys.models.linear import EASE_L2, LinearTowers
from recsys.models.registry import model_spec
from recsys.models.towers import Towers
from recsys.training.trainer import Trainer
from tests.small_logs import TableScorer

SEEDS = (0, 1)
"""What one seed gives differs by up to .007 from what another does."""
TOLERANCE = 0.01
INITIAL_SCALE = 0.1
DEFAULTS = HyperParameters(
    dim=32, epochs=10, patience=10, learning_rate=0.01, l2=0.05, batch_size=4096, distillation=0.0, start_l2=EASE_L2
)
"""Those of the playground, for half as long."""


def deep_from_noise(ratings: Dataset, rng: np.random.Generator) -> DeepModel:
    """The deep towers as the playground starts them."""
    vectors = (INITIAL_SCALE * rng.standard_normal((ratings.n_items, DEFAULTS.dim)) for _ in range(2))
    towers = DeepModel(
        history_weights(ratings, recency_ranks(ratings)),
        ratings.rating_scale,
        LinearTowers(*(array.astype(np.float32) for array in vectors)),
        item_features(ratings),
        np.zeros((ratings.n_users, 0), np.float32),
        rng,
        np.float32,
    )
    towers.bias.table.value[:, 0] = log_q(ratings)
    return towers


def trained(parts: recsys.Split, towers: Towers, teacher: Any, hyperparameters: HyperParameters) -> float:
    """nDCG@10 on the held-out ratings after all epochs."""
    assert parts.test is not None
    trainer = Trainer("deep", towers, teacher, parts.train, hyperparameters, np.random.default_rng(0))
    for epoch in range(1, hyperparameters.epochs + 1):
        trainer.train_epoch(epoch)
    users, _ = towers.users_forward(towers.serving_inputs(np.arange(parts.train.n_users)))
    items, bias, _ = towers.items_forward(np.arange(parts.train.n_items))
    return float(recsys.evaluate(TableScorer(users @ items.T + bias), parts.train, parts.test).mean["ndcg"])


def in_python() -> dict[str, float]:
    """nDCG@10 of both models from noise, and of deep from the closed form; means over the seeds."""
    sample = recsys.load_dataset("sample")
    # The page reads nothing about users.
    dataset = replace(sample, user_features=np.zeros((sample.n_users, 0), np.float32), user_feature_names=())
    results: dict[str, list[float]] = {"base": [], "deep": [], "deep, closed form": []}
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        parts = recsys.split(dataset, 0.2, rng)
        base, _ = model_spec("base").create(parts.train, DEFAULTS, rng, np.float32)
        results["base"].append(trained(parts, base, None, DEFAULTS))
        results["deep"].append(trained(parts, deep_from_noise(parts.train, rng), None, DEFAULTS))
        distilled = replace(DEFAULTS, distillation=1.0)
        deep, teacher = model_spec("deep").create(parts.train, distilled, rng, np.float32)
        results["deep, closed form"].append(trained(parts, deep, teacher, distilled))
    return {name: mean(values) for name, values in results.items()}


def in_page(visit: Any, settings: str) -> dict[str, float]:
    """nDCG@10 of both models as the page shows it after all epochs; means over the seeds."""
    shown = []
    for seed in SEEDS:
        page = visit(f"playground.html#epochs={DEFAULTS.epochs}&seed={seed}{settings}")
        page.get_by_role("button", name="Train", exact=True).click()
        page.get_by_role("button", name="Train again").wait_for(timeout=120_000)
        shown.append(re.findall(r"(Base|Deep) ([\d.]+)", page.locator("#playground-ndcg").inner_text()))
    return {name.lower(): mean(float(dict(pair)[name]) for pair in shown) for name in ("Base", "Deep")}


def test_from_noise_and_from_the_closed_form_the_page_is_as_good_as_the_python(visit: Any) -> None:
    expected = in_python()
    from_noise, from_closed_form = in_page(visit, ""), in_page(visit, "&closedForm=true")
    actual = {**from_noise, "deep, closed form": from_closed_form["deep"]}
    assert actual == pytest.approx(expected, abs=TOLERANCE)
