import pandas as pd
import pytest

from recsys import Dataset, TrainConfig
from recsys.models import hyperparameters
from recsys.models.hyperparameters import HyperParameters, default_batch_size, number_of_batches
from recsys.models.registry import MODELS


def log(n_users: int, n_items: int, per_user: int) -> Dataset:
    """Every user rated ``per_user`` items, every item as often as any other; five more items have no rating."""
    rows = [(user, (user * per_user + i) % n_items, 3) for user in range(n_users) for i in range(per_user)]
    items = pd.DataFrame({"item": range(n_items + 5), "title": "Item"})
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]), items=items)


def defaults(model: str, ratings: Dataset, **settings: float) -> HyperParameters:
    return MODELS[model].defaults(ratings, TrainConfig(**settings))


@pytest.mark.parametrize("model", ["base", "deep"])
def test_a_setting_wins_over_the_default(model):
    settings = {"dim": 3, "epochs": 4, "patience": 5, "learning_rate": 0.5, "l2": 0.25, "batch_size": 7}
    chosen = defaults(model, log(10, 10, 4), **settings)
    assert {name: getattr(chosen, name) for name in settings} == settings


def test_a_setting_of_zero_is_a_setting():
    assert defaults("base", log(10, 10, 4), l2=0).l2 == 0


def test_the_fewer_ratings_per_user_and_item_the_more_regularisation():
    # 60 ratings per user and item are the reference; unrated items do not count.
    assert defaults("base", log(80, 80, 60)).l2 == 0.085
    assert defaults("deep", log(80, 80, 60)).distillation == 1
    assert defaults("base", log(80, 80, 6)).l2 == pytest.approx(0.085 * 10**0.6, rel=1e-3)
    assert defaults("deep", log(80, 80, 6)).distillation == pytest.approx(10)
    # 10 ratings per user and 40 per item: 20 in the geometric mean.
    assert defaults("deep", log(80, 20, 10)).distillation == pytest.approx(3)


def test_only_deep_is_distilled_and_only_base_has_l2():
    base, deep = (defaults(model, log(10, 10, 4)) for model in ("base", "deep"))
    assert base.distillation == 0 < base.l2
    assert deep.l2 == 0 < deep.distillation


def test_a_batch_is_a_quarter_of_a_small_log_and_bounded_for_a_large_one():
    assert defaults("base", log(10, 10, 4)).batch_size == 10
    assert defaults("deep", log(1500, 300, 100)).batch_size == 32768
    assert defaults("deep", log(8000, 300, 120)).batch_size == 40_000  # the 24th part
    assert default_batch_size(10**9, 10**6) == 1 << 20
    assert default_batch_size(2 * 10**7, 10**7) == 2 * 16384  # the ratings of 16,384 users


@pytest.mark.parametrize("model", ["base", "deep"])
def test_no_batch_has_many_more_users_than_the_most_that_fit_into_memory(monkeypatch, model):
    monkeypatch.setattr(hyperparameters, "MAX_BATCH_USERS", 100)
    ratings = log(500, 300, 6)
    settings = defaults(model, ratings)
    companions = (companion.defaults(ratings, settings) for companion in MODELS[model].companions)
    for trained in (settings, *companions):
        assert trained.batch_size == 600


@pytest.mark.parametrize(("batch_size", "base", "deep"), [(10, 20, 15), (5, 12, 9), (2, 5, 4), (1, 4, 4)])
def test_the_more_batches_in_an_epoch_the_fewer_epochs(batch_size, base, deep):
    for model, expected in (("base", base), ("deep", deep)):
        assert defaults(model, log(10, 10, 4), batch_size=batch_size).epochs == expected


@pytest.mark.parametrize(("n_ratings", "batch_size", "expected"), [
    (1, 100, 2), (100, 100, 2), (249, 100, 2), (251, 100, 3), (250_000, 100_000, 2), (10, 1, 10),
])  # fmt: skip
def test_there_are_as_many_batches_as_come_nearest_to_the_size_and_at_least_two(n_ratings, batch_size, expected):
    assert number_of_batches(n_ratings, batch_size) == expected
