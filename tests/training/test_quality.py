"""The defaults on logs of other shapes than the one they were tuned on."""

import numpy as np
import pytest

import recsys
from recsys.models import factorisation, linear
from tests.synthetic import Shape, synthetic

SHAPES = {
    "dense": Shape(n_users=400, n_items=300, n_ratings=24_000),
    "sparse, many items": Shape(n_users=500, n_items=900, n_ratings=4000),
    "clicks: no stars, no times, no genres": Shape(500, 600, 15_000, stars=False, timestamps=False, genres=False),
    "strong tastes": Shape(n_users=500, n_items=1000, n_ratings=10_000, strength=4.0),
}
TINY = [Shape(n_users=60, n_items=80, n_ratings=1200)] * 6

WITHOUT_TASTES = {
    "dense": Shape(n_users=200, n_items=150, n_ratings=12_000, strength=0.0),
    "six ratings a user": Shape(n_users=600, n_items=400, n_ratings=3600, strength=0.0),
    "thirty users": Shape(n_users=30, n_items=200, n_ratings=600, strength=0.0),
}

FEW_USERS = {
    "sixty users without tastes": Shape(n_users=60, n_items=200, n_ratings=900, strength=0.0),
    "fifteen users without tastes": Shape(n_users=15, n_items=60, n_ratings=300, strength=0.0),
}


def ndcg(scorer: recsys.Fitted | recsys.Popularity, parts: recsys.Split) -> float:
    return recsys.evaluate(scorer, parts.train, parts.test).mean["ndcg"]


def outcome(shape: Shape, model: str, seed: int = 0) -> tuple[float, float]:
    """nDCG@10 of the model and of popularity; fails where a number is not finite."""
    parts = recsys.split(synthetic(shape, seed), 0.2, np.random.default_rng(seed))
    fitted = recsys.fit(parts.train, model)
    for array in (fitted.user_vectors, fitted.item_vectors, fitted.item_bias):
        assert np.isfinite(array).all()
    assert all(np.isfinite(record.train_loss) for record in fitted.history)
    return ndcg(fitted, parts), ndcg(recsys.Popularity(parts.train), parts)


@pytest.mark.parametrize("model", ["base", "deep"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_neither_model_diverges_or_falls_behind_popularity(shape, model, monkeypatch):
    monkeypatch.setattr(linear, "HEAD", 750)  # a quarter of what it is, so that small logs have items beyond it
    ndcg_of_model, popularity = outcome(shape, model)
    assert ndcg_of_model > popularity


@pytest.mark.parametrize("model", ["base", "deep"])
def test_with_sixty_users_the_lists_are_better_than_by_popularity(model):
    """The mean over several logs, because one such log says little."""
    ndcg_of_model, popularity = np.mean([outcome(shape, model, seed) for seed, shape in enumerate(TINY)], axis=0)
    assert ndcg_of_model > popularity


@pytest.mark.parametrize("model", ["base", "deep"])
def test_with_fewer_items_than_numbers_in_a_vector_the_lists_are_still_personal(model):
    gains = gains_over_popularity(Shape(n_users=800, n_items=50, n_ratings=6000), model, seeds=range(1))
    assert gains.mean() > 0.02


def test_where_ease_of_the_head_says_little_deep_starts_from_a_factorised_matrix(monkeypatch):
    monkeypatch.setattr(linear, "HEAD", 5)
    parts = recsys.split(synthetic(SHAPES["dense"]), 0.2, np.random.default_rng(0))
    fitted = recsys.fit(parts.train, "deep")
    monkeypatch.setattr(factorisation, "PENALTIES", (1e6,))  # so strong a penalty leaves nothing of tastes
    monkeypatch.setattr(factorisation, "FIRST", ((0.2, 1e6),))
    from_ease = recsys.fit(parts.train, "deep")
    assert fitted.hyperparameters.unobserved > 0 == from_ease.hyperparameters.unobserved
    assert ndcg(fitted, parts) > ndcg(from_ease, parts) + 0.02


@pytest.mark.parametrize("model", ["base", "deep"])
@pytest.mark.parametrize("shape", WITHOUT_TASTES.values(), ids=WITHOUT_TASTES)
def test_without_tastes_neither_model_is_behind_popularity_by_more_than_chance(shape, model):
    gains = gains_over_popularity(shape, model, seeds=range(1))
    assert gains.mean() > -1.96 * gains.std() / np.sqrt(len(gains))


@pytest.mark.parametrize("model", ["base", "deep"])
@pytest.mark.parametrize("shape", FEW_USERS.values(), ids=FEW_USERS)
def test_with_few_users_neither_model_is_behind_popularity_by_more_than_chance(shape, model):
    gains = gains_over_popularity(shape, model, seeds=range(4))
    assert gains.mean() > -1.96 * gains.std() / np.sqrt(len(gains))


def gains_over_popularity(shape: Shape, model: str, seeds: range) -> np.ndarray:
    """nDCG@10 of the model less that of popularity, of each user of a log for each seed."""
    gains = []
    for seed in seeds:
        parts = recsys.split(synthetic(shape, seed), 0.2, np.random.default_rng(seed))
        of_model, of_popularity = (
            recsys.evaluate(scorer, parts.train, parts.test).per_user["ndcg"]
            for scorer in (recsys.fit(parts.train, model), recsys.Popularity(parts.train))
        )
        gains.append(of_model - of_popularity)
    return np.concatenate(gains)
