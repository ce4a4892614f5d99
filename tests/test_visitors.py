"""What a page is given of the deep towers: run again by hand from the decoded file."""

import base64
from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.artefacts import DeepTower
from recsys.projection import principal_components
from recsys.visitors import deep_tower, offered, packed
from tests.literal_tower import LiteralTower, halves
from tests.synthetic import small_log


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
    for room, films in ((150, [0, 1, 2, 3, 4]), (149, [0, 1, 2, 4]), (60, [1, 2]), (59, [1]), (0, [])):
        monkeypatch.setattr("recsys.visitors.MOST_BYTES", room)
        assert offered(["a", "b", "c", "d", "e"], counts, 4).tolist() == films
    monkeypatch.setattr("recsys.visitors.MOST_BYTES", 100)
    some = deep_tower(fitted, log, principal_components(fitted.item_vectors))
    known = np.argsort(-log.item_counts, kind="stable")[: len(some.item_ids)]
    assert some.n_items == 12 and len(some.item_ids) == 3
    assert some.item_ids == [str(log.item_ids[film]) for film in sorted(known)]
    assert max(some.starters) < 3
    np.testing.assert_allclose(halves(some.items, 3, 4), fitted.item_vectors[sorted(known)], rtol=1e-3, atol=1e-6)


def test_numbers_are_packed_row_by_row_in_two_bytes():
    assert base64.b64decode(packed(np.array([[1.0, -2.0]]))) == bytes.fromhex("003c00c0")


def test_a_model_whose_users_have_no_length_still_has_a_map(fitted, log):
    blank = replace(fitted, user_vectors=np.zeros_like(fitted.user_vectors))
    assert np.isfinite(deep_tower(blank, log, principal_components(fitted.item_vectors)).map.user_scale)
