"""Models as the rest of the program sees them: whatever is true of one entry of the registry is true of all."""

from dataclasses import replace

import numpy as np
import pytest

import recsys
from recsys.models import base
from recsys.models.registry import MODELS, model_spec
from recsys.recommend.explain import explain
from recsys.recommend.lists import recommend
from tests.synthetic import small_log

TOY = replace(base.MODEL, name="toy", label="Toy", colour=("#333", "#ccc"), notice=lambda ratings: "toy: hello")


def test_every_entry_has_its_own_name_as_its_key():
    assert {name: spec.name for name, spec in MODELS.items()} == {name: name for name in MODELS}


def test_labels_are_different_from_one_another():
    assert len({spec.label for spec in MODELS.values()}) == len(MODELS)


def test_an_unknown_model_is_refused_with_those_there_are(monkeypatch):
    with pytest.raises(recsys.ConfigError, match="no model 'wide'; expected 'base' or 'deep'"):
        recsys.fit(small_log(), "wide")
    monkeypatch.setitem(MODELS, "toy", TOY)
    with pytest.raises(recsys.ConfigError, match="expected 'base' or 'deep' or 'toy'"):
        model_spec("wide")


def test_a_model_added_to_the_registry_is_trained_saved_loaded_and_explained(monkeypatch, tmp_path, caplog):
    monkeypatch.setitem(MODELS, "toy", TOY)
    ratings = small_log()
    with caplog.at_level("INFO", "recsys"):
        fitted = recsys.fit(ratings, "toy", recsys.TrainConfig(dim=4, epochs=2))
    assert caplog.text.count("toy: hello") == 1
    assert fitted.name == "toy"
    fitted.save(tmp_path / "toy.npz")
    loaded = recsys.load_fitted(tmp_path / "toy.npz")
    assert loaded.name == "toy"
    assert loaded.scores().tobytes() == fitted.scores().tobytes()
    lists = recommend(loaded, ratings, None, 3)
    assert explain(loaded, ratings, lists).items.shape == (ratings.n_users, 3, base.MAX_REASONS)


def test_a_saved_model_that_is_no_longer_in_the_registry_is_refused(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setitem(MODELS, "toy", TOY)
        recsys.fit(small_log(), "toy", recsys.TrainConfig(dim=4, epochs=1)).save(tmp_path / "toy.npz")
    with pytest.raises(recsys.DataError, match="the model is called 'toy'; expected base or deep"):
        recsys.load_fitted(tmp_path / "toy.npz")


@pytest.mark.parametrize("name", MODELS)
def test_untrained_towers_have_vectors_of_the_length_asked_for_and_only_finite_numbers(name):
    spec, ratings = MODELS[name], small_log()
    hyperparameters = spec.defaults(ratings, recsys.TrainConfig(dim=5))
    towers, _ = spec.create(ratings, hyperparameters, np.random.default_rng(0), np.float64)
    users, _ = towers.users_forward(towers.serving_inputs(np.arange(ratings.n_users)))
    items, bias, _ = towers.items_forward(np.arange(ratings.n_items))
    assert (users.shape, items.shape, bias.shape) == ((ratings.n_users, 5), (ratings.n_items, 5), (ratings.n_items,))
    assert {array.dtype for array in (users, items, bias)} == {np.dtype(np.float64)}
    assert all(np.isfinite(array).all() for array in (users, items, bias))
