import pandas as pd
import pytest

from recsys import Dataset, TrainConfig
from recsys.models.hyperparameters import default_batch_size
from recsys.models.registry import MODELS


def log(n_users: int, n_items: int, each: int) -> Dataset:
    """Every user rated ``each`` films, every film as often as any other."""
    rows = [(user, (user * each + place) % n_items, 3) for user in range(n_users) for place in range(each)]
    films = pd.DataFrame({"item": range(n_items + 5), "title": "Film"})  # five of them unrated
    return Dataset.from_frames(pd.DataFrame(rows, columns=["user", "item", "rating"]), items=films)


def test_what_is_set_is_not_ruled():
    config = TrainConfig(dim=3, epochs=4, patience=5, learning_rate=0.5, l2=0.25, batch_size=7)
    for model in ("base", "deep"):
        found = MODELS[model].defaults(log(10, 10, 4), config)
        assert (found.dim, found.epochs, found.patience) == (3, 4, 5)
        assert (found.learning_rate, found.l2, found.batch_size) == (0.5, 0.25, 7)


def test_a_setting_of_zero_is_set():
    assert MODELS["base"].defaults(log(10, 10, 4), TrainConfig(l2=0)).l2 == 0


def test_the_less_is_known_the_more_the_models_are_held_back():
    # 60 ratings a user and a film are the measure; unrated films do not count.
    assert MODELS["base"].defaults(log(80, 80, 60), TrainConfig()).l2 == 0.085
    assert MODELS["deep"].defaults(log(80, 80, 60), TrainConfig()).distillation == 1
    assert MODELS["base"].defaults(log(80, 80, 6), TrainConfig()).l2 == pytest.approx(0.085 * 10**0.6, rel=1e-3)
    assert MODELS["deep"].defaults(log(80, 80, 6), TrainConfig()).distillation == pytest.approx(10)
    # More ratings a film than a user: 40 and 10, in the geometric mean 20.
    assert MODELS["deep"].defaults(log(80, 20, 10), TrainConfig()).distillation == pytest.approx(3)


def test_only_the_deep_model_has_a_teacher_and_only_the_base_model_a_penalty():
    base, deep = (MODELS[model].defaults(log(10, 10, 4), TrainConfig()) for model in ("base", "deep"))
    assert base.distillation == 0 < base.l2
    assert deep.l2 == 0 < deep.distillation


def test_a_batch_is_a_quarter_of_a_small_log_and_bounded_for_a_large_one():
    assert MODELS["base"].defaults(log(10, 10, 4), TrainConfig()).batch_size == 10
    assert MODELS["deep"].defaults(log(1500, 300, 100), TrainConfig()).batch_size == 32768
    assert MODELS["deep"].defaults(log(8000, 300, 120), TrainConfig()).batch_size == 40_000  # the 24th part
    assert default_batch_size(10**9, 10**6) == 1 << 20
    assert default_batch_size(2 * 10**7, 10**7) == 2 * 16384  # the ratings of 16,384 users


@pytest.mark.parametrize(("batch_size", "base", "deep"), [(10, 40, 15), (5, 36, 9), (2, 14, 4), (1, 12, 4)])
def test_the_more_batches_an_epoch_has_the_fewer_epochs_there_are(batch_size, base, deep):
    for model, expected in (("base", base), ("deep", deep)):
        assert MODELS[model].defaults(log(10, 10, 4), TrainConfig(batch_size=batch_size)).epochs == expected
