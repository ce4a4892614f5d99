"""What a page is given of the deep towers: run again by hand from the decoded file."""

import gzip
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest

import recsys
from recsys.export.deep_tower import deep_tower, offered
from recsys.export.script import script_of
from recsys.models.deep import DeepModel
from recsys.models.linear import LinearTowers
from recsys.models.rating_scale import RatingScale
from recsys.recommend.pca import principal_components
from recsys.schema import DeepTower
from tests.synthetic import small_log
from tests.training.literal_tower import LiteralTower, halves


@pytest.fixture(scope="module")
def log() -> recsys.Dataset:
    return small_log()


@pytest.fixture(scope="module")
def fitted(log) -> recsys.Fitted:
    return recsys.fit(log, "deep", recsys.TrainConfig(dim=4, epochs=3))


@pytest.fixture(scope="module")
def tower(fitted, log) -> DeepTower:
    return deep_tower(fitted, log, principal_components(fitted.item_vectors))


def test_the_file_holds_what_folds_in_as_the_model_does(tower, fitted, log):
    assert tower.item_ids == [str(one) for one in log.item_ids]
    found, expected = LiteralTower(tower), fitted.fold_in([3, 0, 8], [5, 1, 2])
    np.testing.assert_allclose(found.vector([(3, 5), (0, 1), (8, 2)]), expected, rtol=0.01, atol=0.005)
    np.testing.assert_allclose(found.items, fitted.item_vectors, rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(found.bias, fitted.item_bias, rtol=1e-3, atol=1e-6)


def test_every_film_lies_on_the_map_where_it_is_shown(tower, fitted):
    places = (fitted.item_vectors - np.array(tower.map.centre)) @ np.array(tower.map.axes).T
    np.testing.assert_allclose(places, principal_components(fitted.item_vectors).points, atol=1e-4)
    lengths = [np.linalg.norm(one, axis=1).mean() for one in (fitted.item_vectors, fitted.user_vectors)]
    assert tower.map.user_scale == pytest.approx(lengths[0] / lengths[1], rel=1e-4)


def test_of_a_large_catalogue_the_most_rated_films_are_offered(monkeypatch, fitted, log):
    counts = np.array([1, 5, 5, 0, 2])
    # 2 * 4 + 1 numbers of 2 bytes are 24 characters; with an id of one letter and what is around it, 30.
    monkeypatch.setattr("recsys.export.deep_tower.LEAST_FILMS", 1)
    for room, films in ((150, [0, 1, 2, 3, 4]), (149, [0, 1, 2, 4]), (60, [1, 2]), (59, [1]), (0, [1]), (-9, [1])):
        assert offered(["a", "b", "c", "d", "e"], counts, 4, room).tolist() == films
    # The weights, (4,), (4, 8), (8,), (8, 4) and (4,) in two bytes each, are 12, 88, 24, 88 and 12 characters.
    monkeypatch.setattr("recsys.export.deep_tower.MOST_BYTES", 224 + 100)
    some = deep_tower(fitted, log, principal_components(fitted.item_vectors))
    known = np.argsort(-log.item_counts, kind="stable")[: len(some.item_ids)]
    assert some.n_items == 12 and len(some.item_ids) == 3
    assert some.item_ids == [str(log.item_ids[film]) for film in sorted(known)]
    assert max(some.starters) < 3
    np.testing.assert_allclose(halves(some.items, 3, 4), fitted.item_vectors[sorted(known)], rtol=1e-3, atol=1e-6)


def model_of_noise(fitted: recsys.Fitted, log: recsys.Dataset, dim: int) -> recsys.Fitted:
    """As one that was fitted to the log; films without any features."""
    rng = np.random.default_rng(0)
    start = LinearTowers(*(rng.standard_normal((2, log.n_items, dim)) / dim**0.5))
    none = np.zeros((log.n_items, 0)), np.zeros((log.n_users, 0))
    towers = DeepModel(log.matrix, RatingScale(1, 5), start, *none, rng, np.float32)
    for name, parameter in towers.parameters().items():
        if "mlp" in name:
            parameter.value[...] = rng.standard_normal(parameter.value.shape) / dim**0.5
    vectors, bias, _ = towers.items_forward(np.arange(log.n_items))
    users, _ = towers.users_forward(towers.serving_inputs(np.arange(log.n_users)))
    return replace(fitted, user_vectors=users, item_vectors=vectors, item_bias=bias, towers=towers)


@pytest.mark.parametrize("dim", [64, 256])
def test_the_file_of_a_large_catalogue_stays_small_and_its_numbers_are_right(fitted, dim):
    n, rng = 20_000, np.random.default_rng(0)
    names = np.array([f'"{item}é"' for item in range(n)])
    films = rng.permutation(n)[:15_000]  # 500 of them were rated twice, 5,000 never
    item = names[np.r_[films, films[:500]]]
    ratings = pd.DataFrame({"user": np.repeat([0, 1], [15_000, 500]), "item": item, "rating": 3.0})
    large = recsys.Dataset.from_frames(ratings, items=pd.DataFrame({"item": names, "title": names}))
    found = model_of_noise(fitted, large, dim)
    told = deep_tower(found, large, principal_components(found.item_vectors))
    script = script_of("deep_tower", msgspec.json.encode(told).decode()).encode()
    assert 1_200_000 < len(script) <= 1_300_000
    assert len(gzip.compress(script)) <= 1_000_000  # noise is the worst that numbers can be
    tower, index = LiteralTower(told), {str(id_): film for film, id_ in enumerate(large.item_ids.tolist())}
    films = np.array([index[id_] for id_ in told.item_ids])
    assert len(films) >= 400 and (np.diff(films) > 0).all()
    left = np.setdiff1d(np.arange(large.n_items), films)
    assert large.item_counts[films].min() >= large.item_counts[left].max()
    history = [(0, 5), (7, 1), (len(films) - 1, 3)]
    vector = found.fold_in(films[[row for row, _ in history]], [stars for _, stars in history])
    expected = (found.item_vectors @ vector + found.item_bias)[films]
    np.testing.assert_allclose(tower.scores(history), expected, rtol=0, atol=0.01 * np.ptp(expected))


def test_long_vectors_leave_the_least_number_of_films(monkeypatch, fitted, log):
    monkeypatch.setattr("recsys.export.deep_tower.MOST_BYTES", 10)
    monkeypatch.setattr("recsys.export.deep_tower.LEAST_FILMS", 5)
    assert len(deep_tower(fitted, log, principal_components(fitted.item_vectors)).item_ids) == 5


def test_a_model_whose_users_have_no_length_still_has_a_map(fitted, log):
    blank = replace(fitted, user_vectors=np.zeros_like(fitted.user_vectors))
    assert np.isfinite(deep_tower(blank, log, principal_components(fitted.item_vectors)).map.user_scale)
