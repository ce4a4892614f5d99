"""``deep_tower.js``: decoded, and run by a literal tower as the schema documents it."""

import gzip
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.data.rating_scale import Opinions
from recsys.export import deep_tower
from recsys.export.deep_tower import build_deep_tower, items_that_fit, sizes_of_ids
from recsys.export.script import script_of
from recsys.models.deep import DeepModel
from recsys.models.linear import LinearTowers
from recsys.models.mixture import Mixture, Weights
from recsys.recommend.pca import principal_components
from recsys.schema import DeepTower
from tests.synthetic import small_log, sparse_log
from tests.training.literal_tower import LiteralTower, decode_float16


def exported(fitted: recsys.Fitted, dataset: recsys.Dataset) -> DeepTower:
    return build_deep_tower(fitted, dataset, principal_components(fitted.item_vectors), np.random.default_rng(0))


@pytest.fixture(scope="module")
def log() -> recsys.Dataset:
    return small_log()


@pytest.fixture(scope="module")
def fitted(log) -> recsys.Fitted:
    return recsys.fit(log, "deep", recsys.TrainConfig(dim=4, epochs=3))


@pytest.fixture(scope="module")
def tower(fitted, log) -> DeepTower:
    return exported(fitted, log)


def test_a_user_folded_in_by_the_file_has_the_vector_of_the_model(tower, fitted, log):
    assert tower.item_ids == [str(item_id) for item_id in log.item_ids]
    literal, expected = LiteralTower(tower), fitted.fold_in([3, 0, 8], [5, 1, 2])
    np.testing.assert_allclose(literal.vector([(3, 5), (0, 1), (8, 2)]), expected, rtol=0.01, atol=0.005)
    np.testing.assert_allclose(literal.items, fitted.item_vectors, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(literal.bias, fitted.item_bias, rtol=1e-3, atol=1e-6)


def test_every_item_is_projected_to_its_point_on_the_map(tower, fitted):
    points = (fitted.item_vectors - np.array(tower.map.centre)) @ np.array(tower.map.axes).T
    np.testing.assert_allclose(points, principal_components(fitted.item_vectors).points, atol=1e-4)
    item_length, user_length = (
        np.linalg.norm(vectors, axis=1).mean() for vectors in (fitted.item_vectors, fitted.user_vectors)
    )
    assert tower.map.user_scale == pytest.approx(item_length / user_length, rel=1e-4)


@pytest.mark.parametrize(
    ("max_bytes", "items"),
    [(150, [0, 1, 2, 3, 4]), (149, [0, 1, 2, 4]), (60, [1, 2]), (59, [1]), (0, [1]), (-9, [1])],
)
def test_the_most_rated_items_that_fit_are_exported(monkeypatch, max_bytes, items):
    # 2 * 4 + 1 numbers of 2 bytes are 24 characters; with an id of one letter and what is around it, 30.
    monkeypatch.setattr(deep_tower, "MIN_ITEMS", 1)
    counts, bits = np.array([1, 5, 5, 0, 2]), 16 * (2 * 4 + 1)
    assert items_that_fit(sizes_of_ids(["a", "b", "c", "d", "e"]), counts, bits, max_bytes).tolist() == items


def test_of_a_large_catalogue_the_most_rated_items_are_exported(monkeypatch, fitted, log):
    monkeypatch.setattr(deep_tower, "MIN_ITEMS", 1)
    monkeypatch.setattr(deep_tower, "MIN_OVERLAP", 11)  # which no rounding reaches
    # The weights, (4,), (4, 4), (4,), (4, 8), (8,), (8, 4) and (4,) in two bytes each, are 12, 44, 12, 88, 24, 88 and
    # 12 characters.
    monkeypatch.setattr(deep_tower, "MAX_BYTES", 280 + 100)
    tower = exported(fitted, log)
    rows = sorted(np.argsort(-log.item_counts, kind="stable")[:3])
    assert tower.n_items == 12
    assert tower.item_ids == [str(log.item_ids[row]) for row in rows]
    assert max(tower.starters) < 3
    np.testing.assert_allclose(decode_float16(tower.items, 3, 4), fitted.item_vectors[rows], rtol=1e-3, atol=1e-6)


def as_mixture(deep: DeepModel) -> Mixture:
    return Mixture({"deep": deep}, Weights({"deep": 1.0}), np.zeros(len(deep.item_features), np.float32))


def random_model(fitted: recsys.Fitted, log: recsys.Dataset, dim: int) -> recsys.Fitted:
    """A deep model with random weights for the users and items of a log, without features."""
    rng = np.random.default_rng(0)
    start = LinearTowers(*(rng.standard_normal((2, log.n_items, dim)) / dim**0.5))
    no_features = np.zeros((log.n_items, 0)), np.zeros((log.n_users, 0))
    towers = DeepModel(log.matrix, Opinions(1, 5), start, *no_features, rng, np.float32)
    for name, parameter in towers.parameters().items():
        if "mlp" in name:
            parameter.value[...] = rng.standard_normal(parameter.value.shape) / dim**0.5
    vectors, bias, _ = towers.items_forward(np.arange(log.n_items))
    users, _ = towers.users_forward(towers.serving_inputs(np.arange(log.n_users)))
    return replace(fitted, user_vectors=users, item_vectors=vectors, item_bias=bias, towers=as_mixture(towers))


def large_log(rng: np.random.Generator) -> recsys.Dataset:
    """20,000 items, of which 5,000 were never rated; one user who rated all others, and fifty who rated 30 each."""
    n = 20_000
    names = np.array([f'"{item}é"' for item in range(n)])
    rated = rng.permutation(n)[:15_000]
    few = np.concatenate([rng.choice(rated[:1000], 30, replace=False) for _ in range(50)])
    users = np.repeat(np.arange(51), [15_000, *[30] * 50])
    ratings = pd.DataFrame({"user": users, "item": names[np.r_[rated, few]], "rating": 3.0})
    return recsys.Dataset.from_frames(ratings, items=pd.DataFrame({"item": names, "title": names}))


def best_unrated(scores: np.ndarray, rated: np.ndarray) -> set[int]:
    scores = scores.copy()
    scores[rated] = -np.inf
    return set(np.argsort(-scores, kind="stable")[:10].tolist())


@pytest.mark.parametrize(("dim", "min_items"), [(64, 7900), (256, 1300)])  # in float16 3,459 and 295
def test_the_file_of_a_large_catalogue_stays_small_and_its_lists_are_right(fitted, dim, min_items):
    large = large_log(np.random.default_rng(0))
    model = random_model(fitted, large, dim)
    tower = exported(model, large)
    script = script_of("deep_tower", msgspec.json.encode(tower).decode()).encode()
    assert 1_200_000 < len(script) <= 1_300_000
    assert len(gzip.compress(script)) <= 1_000_000  # random numbers compress worst
    index = {item_id: item for item, item_id in enumerate(large.item_ids.tolist())}
    rows = np.array([index[item_id] for item_id in tower.item_ids])
    assert len(rows) >= min_items and (np.diff(rows) > 0).all()
    others = np.setdiff1d(np.arange(large.n_items), rows)
    assert large.item_counts[rows].min() >= large.item_counts[others].max()
    literal, shared = LiteralTower(tower), []
    for user in range(1, 51):
        items = np.flatnonzero(large.matrix[[user]].toarray()[0, rows])
        scores = (model.item_vectors @ model.fold_in(rows[items], np.full(len(items), 3)) + model.item_bias)[rows]
        rounded = literal.scores([(int(item), 3) for item in items])
        np.testing.assert_allclose(rounded, scores, rtol=0, atol=0.1 * np.ptp(scores))
        shared.append(len(best_unrated(scores, items) & best_unrated(rounded, items)))
    assert np.mean(shared) >= 9.5
    assert tower.overlap == pytest.approx(np.mean(shared), abs=0.02)  # there are no more users that could be sampled


def test_rounding_is_as_fine_as_the_lists_ask_for(monkeypatch, sparse):
    fitted = recsys.fit(sparse, "deep", recsys.TrainConfig(dim=16, epochs=3))
    monkeypatch.setattr(deep_tower, "MIN_ITEMS", 20)
    monkeypatch.setattr(deep_tower, "MAX_BYTES", 3_500)
    towers = []
    for overlap in (0, 10, 11):
        monkeypatch.setattr(deep_tower, "MIN_OVERLAP", overlap)
        towers.append(exported(fitted, sparse))
    coarse, fine, exact = towers
    assert (coarse.pool.bits, coarse.items.bits) == deep_tower.PRECISIONS[0]
    assert coarse.pool.bits < fine.pool.bits
    assert coarse.overlap < fine.overlap == 10
    assert len(coarse.item_ids) > len(fine.item_ids) > len(exact.item_ids)
    assert isinstance(exact.pool, str)  # no rounding leaves more than ten of ten
    assert exact.overlap is msgspec.UNSET


def test_where_all_items_fit_no_number_is_rounded_more_than_that_takes(monkeypatch, sparse):
    fitted = recsys.fit(sparse, "deep", recsys.TrainConfig(dim=16, epochs=3))
    monkeypatch.setattr(deep_tower, "MIN_ITEMS", 20)
    exact = exported(fitted, sparse)
    assert len(exact.item_ids) == sparse.n_items
    assert isinstance(exact.items, str)
    monkeypatch.setattr(deep_tower, "MIN_OVERLAP", 0)
    monkeypatch.setattr(deep_tower, "MAX_BYTES", len(exact.items) + len(exact.pool))
    rounded = exported(fitted, sparse)
    assert rounded.item_ids == exact.item_ids
    assert rounded.items.bits == 8
    assert rounded.average == exact.average


def test_a_minimum_of_items_is_exported_even_where_vectors_are_too_long(monkeypatch, fitted, log):
    monkeypatch.setattr(deep_tower, "MAX_BYTES", 10)
    monkeypatch.setattr(deep_tower, "MIN_ITEMS", 5)
    assert len(exported(fitted, log).item_ids) == 5


def test_a_model_whose_user_vectors_are_zero_still_has_a_map(fitted, log):
    zero = replace(fitted, user_vectors=np.zeros_like(fitted.user_vectors))
    assert np.isfinite(exported(zero, log).map.user_scale)


@pytest.fixture(scope="module")
def sparse() -> recsys.Dataset:
    return sparse_log()


@pytest.fixture(scope="module", params=[None, Weights({"deep": 0.1, "cosine": 0.9}, 0.5)], ids=["chosen", "other"])
def mixed(request, sparse) -> recsys.Fitted:
    """A model with cosine towers, whose two parts are of different lengths."""
    fitted = recsys.fit(sparse, "deep", recsys.TrainConfig(dim=7, epochs=3))
    assert (fitted.hyperparameters.dim, fitted.hyperparameters.cosine_dim) == (7, 4)
    if request.param is None:
        return fitted
    towers = Mixture(fitted.towers.members, request.param, fitted.towers.log_q)
    items, bias = towers.items()
    users = towers.users(np.arange(sparse.n_users))
    return replace(fitted, user_vectors=users, item_vectors=items, item_bias=bias, towers=towers)


@pytest.mark.parametrize("history", [[], [(0, 5)], [(7, 1), (3, 4)], [(item, 1 + item % 5) for item in range(30)]])
def test_of_a_model_with_cosine_towers_the_file_gives_its_vectors_and_scores(mixed, sparse, history):
    tower = exported(mixed, sparse)
    assert (tower.dim, tower.refined_dim) == (7, 3)
    expected = mixed.fold_in([item for item, _ in history], [stars for _, stars in history])
    literal = LiteralTower(tower)
    np.testing.assert_allclose(literal.vector(history), expected, rtol=0.01, atol=0.005)
    scores = mixed.item_vectors @ expected + mixed.item_bias
    np.testing.assert_allclose(literal.scores(history), scores, rtol=0, atol=0.005 * np.ptp(scores))


def test_without_cosine_towers_all_numbers_go_through_the_hidden_layer(tower):
    assert (tower.refined_dim, tower.scales) == (tower.dim, (1.0, 0.0))
