"""A model that was saved and loaded is the model; a file that is no model is refused, whatever it says it is."""

from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import recsys
from recsys.models import archive
from recsys.models.archive import Archive
from recsys.models.fitted import pack
from recsys.models.load import unpack
from recsys.recommend.explain import explain
from recsys.recommend.lists import recommend
from tests.synthetic import small_log

CONFIG = recsys.TrainConfig(dim=4, epochs=3, seed=3)


@pytest.fixture(scope="module")
def log() -> recsys.Dataset:
    return small_log()


@pytest.fixture(scope="module")
def models(log) -> dict[str, recsys.Fitted]:
    return {name: recsys.fit(log, name, CONFIG) for name in ("base", "deep")}


def assert_same(one: recsys.Fitted, other: recsys.Fitted) -> None:
    """In every bit of every array, and in all else that a model says of itself."""
    first, second = pack(one), pack(other)
    assert list(first.arrays) == list(second.arrays)
    for name, array in first.arrays.items():
        assert array.dtype == second.arrays[name].dtype, name
        assert array.shape == second.arrays[name].shape, name
        assert array.tobytes() == second.arrays[name].tobytes(), name
    assert (one.name, one.history, one.best_epoch, one.hyperparameters) == (
        other.name,
        other.history,
        other.best_epoch,
        other.hyperparameters,
    )
    assert type(one.towers) is type(other.towers)
    assert one.n_parameters == other.n_parameters


@pytest.mark.parametrize("name", ["base", "deep"])
def test_a_loaded_model_is_the_one_that_was_saved(models, log, name, tmp_path):
    fitted = models[name]
    fitted.save(tmp_path / "model.npz")
    found = recsys.load_fitted(tmp_path / "model.npz")
    assert_same(fitted, found)
    assert found.scores().tobytes() == fitted.scores().tobytes()
    assert found.scores(np.array([3, 1])).tobytes() == fitted.scores(np.array([3, 1])).tobytes()
    for part in ("user_vectors", "item_vectors", "item_bias", "history", "best_epoch"):
        np.testing.assert_array_equal(getattr(found, part), getattr(fitted, part))
    every = np.arange(log.n_users)
    users, _ = found.towers.users_forward(found.towers.serving_inputs(every))
    np.testing.assert_array_equal(users, fitted.user_vectors)


def test_a_loaded_deep_model_answers_newcomers_and_explains_as_before(models, log, tmp_path):
    fitted = models["deep"]
    fitted.save(str(tmp_path / "model"))  # a path as text, and no ending is added to it
    found = recsys.load_fitted(str(tmp_path / "model"))
    assert found.fold_in([7, 0, 3], [5, 1, 3]).tobytes() == fitted.fold_in([7, 0, 3], [5, 1, 3]).tobytes()
    assert found.fold_in([]).tobytes() == fitted.fold_in([]).tobytes()
    assert found.fold_in_all(log.matrix).tobytes() == fitted.fold_in_all(log.matrix).tobytes()
    assert found.fold_in_scores(log.matrix).tobytes() == fitted.fold_in_scores(log.matrix).tobytes()
    lists = recommend(fitted, log, None, 3)
    for part, other in zip(
        vars(explain(fitted, log, lists)).values(), vars(explain(found, log, lists)).values(), strict=True
    ):
        np.testing.assert_array_equal(part, other)


def test_a_loaded_base_model_still_says_that_it_cannot_fold_in(models, tmp_path):
    models["base"].save(tmp_path / "model.npz")
    with pytest.raises(recsys.ConfigError, match="fit the deep model instead"):
        recsys.load_fitted(tmp_path / "model.npz").fold_in([1])


RATINGS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 5)), st.sampled_from([0.5, 1, 3, 4.5, 5]), min_size=1, max_size=20
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RATINGS, st.integers(1, 5), st.sampled_from(["base", "deep"]), st.booleans())
def test_whatever_the_ratings_what_is_loaded_is_what_was_saved(tmp_path, ratings, dim, name, ages):
    rows = [(*pair, rating) for pair, rating in ratings.items()]
    log = pd.DataFrame(rows, columns=["user", "item", "rating"])
    users = pd.DataFrame({"user": range(5), "age": [20, 31, 42, 53, 64]}) if ages else None
    fitted = recsys.fit(
        recsys.Dataset.from_frames(log, users=users), name, recsys.TrainConfig(dim=dim, epochs=1)
    )
    fitted.save(tmp_path / "model.npz")
    assert_same(fitted, recsys.load_fitted(tmp_path / "model.npz"))


@pytest.mark.parametrize("name", ["base", "deep"])
def test_equal_models_give_equal_bytes_and_others_do_not(models, log, name, tmp_path):
    models[name].save(tmp_path / "one")
    recsys.fit(log, name, CONFIG).save(tmp_path / "again")
    recsys.load_fitted(tmp_path / "one").save(tmp_path / "loaded")
    recsys.fit(log, name, replace(CONFIG, seed=4)).save(tmp_path / "other")
    one, again, loaded, other = ((tmp_path / file).read_bytes() for file in ("one", "again", "loaded", "other"))
    assert one == again == loaded != other


def test_a_model_that_could_not_be_loaded_is_not_saved(models, tmp_path):
    broken = replace(models["base"], item_bias=np.full(12, np.nan, np.float32))
    with pytest.raises(recsys.DataError, match="item_bias holds nan; expected finite numbers"):
        broken.save(tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())


def test_a_model_is_only_saved_where_there_is_a_folder(models, tmp_path):
    with pytest.raises(recsys.OutputError, match="there is no folder"):
        models["base"].save(tmp_path / "nowhere" / "model.npz")


def test_what_is_no_model_is_refused_with_the_path_and_what_to_do(models, tmp_path):
    path = tmp_path / "model.npz"
    with pytest.raises(recsys.DataError, match=r"model\.npz: cannot be read \(No such file or directory\); expected"):
        recsys.load_fitted(path)
    archive.write(path, Archive({}, "{}"))
    with pytest.raises(recsys.DataError) as caught:
        recsys.load_fitted(path)
    assert str(caught.value).startswith(f"{path}: its header is not that of a saved model (")
    assert str(caught.value).endswith("; give a file that fitted.save wrote, or fit and save again")


def refusal(found: Archive) -> str:
    with pytest.raises(recsys.DataError) as caught:
        unpack(found)
    return str(caught.value)


def with_array(found: Archive, name: str, array: np.ndarray) -> Archive:
    assert name in found.arrays
    return Archive({**found.arrays, name: array}, found.text)


@pytest.mark.parametrize("name", ["base", "deep"])
def test_every_array_must_be_there_with_its_shape_its_dtype_and_finite_numbers(models, name):
    whole = pack(models[name])
    for array, numbers in whole.arrays.items():
        missing = Archive({other: one for other, one in whole.arrays.items() if other != array}, whole.text)
        short = array.removeprefix("towers.")
        assert refusal(missing) == f"the array {short} is missing"
        for wrong in (numbers[:-1], numbers[None], numbers.astype(np.complex64), numbers.astype(np.bool_)):
            assert refusal(with_array(whole, array, wrong))
        if numbers.dtype.kind == "f":
            for bad in (np.nan, np.inf, -np.inf):
                spoilt = numbers.copy()
                spoilt.flat[-1] = bad
                assert f"{short} holds {bad}; expected finite numbers" in refusal(with_array(whole, array, spoilt))
            assert "expected" in refusal(with_array(whole, array, numbers.astype(np.float16)))
        turned = numbers.astype(numbers.dtype.newbyteorder())  # the same numbers, which BLAS would not take
        assert f"the array {short} is {turned.dtype}" in refusal(with_array(whole, array, turned))


def test_a_history_must_be_a_sparse_matrix_of_films_that_are_there(models):
    whole = pack(models["deep"])
    indices, indptr = whole.arrays["towers.history.indices"], whole.arrays["towers.history.indptr"]
    beyond, below, repeated, turned = indices.copy(), indices.copy(), indices.copy(), indices.copy()
    beyond[0], below[0], repeated[1], turned[:2] = 12, -1, indices[0], indices[1::-1]
    for wrong in (beyond, below, repeated, turned, indices.astype(np.int64) + 2**40, indices.astype(np.uint32)):
        assert "history" in refusal(with_array(whole, "towers.history.indices", wrong))
    late, back, far, short = indptr.copy(), indptr.copy(), indptr.copy(), indptr.copy()
    late[0], back[3], far[-1], short[-1] = 1, indptr[-1], indptr[-1] + 1, indptr[-1] - 1
    for wrong in (late, back, far, short, -indptr):
        assert "history" in refusal(with_array(whole, "towers.history.indptr", wrong))
    nothing = {"data": np.empty(0, np.float32), "indices": np.empty(0, np.int32), "indptr": np.zeros(41, np.int32)}
    for part, array in nothing.items():
        whole = with_array(whole, f"towers.history.{part}", array)
    assert "no sparse matrix with entries" in refusal(whole)


def test_the_lowest_rating_is_not_above_the_highest(models):
    turned = with_array(pack(models["deep"]), "towers.rating_scale", np.array([5.0, 1.0]))
    assert refusal(turned) == "the array rating_scale is from 5.0 to 1.0; expected the lowest rating first"


RECORD = {"epoch": 1, "train_loss": 1.0, "validation_loss": None, "validation_ndcg": None}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 1}, "the model is of format 1; this version reads format 2"),
        ({"format": "1"}, "Expected `int`"),
        ({"name": "wide"}, "the model is called 'wide'; expected base or deep"),
        ({"name": "base"}, "the array user.table is missing"),
        ({"name": None}, "Expected `str`"),
        ({"best_epoch": 0}, "epoch 0 is served of 3; expected one of them, counted from 1"),
        ({"best_epoch": 4}, "epoch 4 is served of 3; expected one of them, counted from 1"),
        ({"history": []}, "is served of 0"),
        ({"history": [RECORD | {"epoch": 2}]}, "epoch 3 is served of 1; expected one of them, counted from 1"),
        ({"history": [RECORD | {"train_loss": None}]}, "Expected `float`"),
        ({"history": [{"epoch": 1}]}, "missing required field"),
        ({"hyperparameters": {}}, "missing required field"),
        ({"hyperparameters": None}, "Expected `object`"),
    ],
)
def test_what_a_model_says_of_itself_is_checked(models, changes, says):
    whole = pack(models["deep"])
    assert says in refusal(Archive(whole.arrays, json.dumps({**json.loads(whole.text), **changes})))


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '{"format": 2', "[" * 100_000, '{"format": 2, "x": ' + "[" * 100_000, '{"format": NaN}']
)
def test_what_is_no_json_is_refused(models, text):
    assert "its header" in refusal(Archive(pack(models["deep"]).arrays, text))


def test_vectors_of_no_length_and_sizes_whose_product_is_beyond_all_memory_are_refused(models):
    def of_length(dim: int) -> Archive:
        whole = pack(models["deep"])
        about = json.loads(whole.text)
        about["hyperparameters"]["dim"] = dim
        rows = {"user_vectors": 40, "item_vectors": 12, "towers.pool.table": 12, "towers.item.table": 12}
        arrays = {name: np.zeros((n, dim), np.float32) for name, n in rows.items()}
        return Archive({**whole.arrays, **arrays}, json.dumps(about))

    assert "its vectors are of length 0; expected 1 at least" in refusal(of_length(0))
    assert "user_mlp.inner.weight is float32 of shape (5, 8); expected float32 of shape (100001, 200000)" in refusal(
        of_length(100_000)
    )


def test_a_later_version_may_say_more_of_a_model(models):
    whole = pack(models["deep"])
    more = Archive(whole.arrays, json.dumps({**json.loads(whole.text), "mood": "good"}))
    assert_same(models["deep"], unpack(more))


def test_numbers_are_told_so_that_they_read_as_the_same(models):
    about = msgspec.json.decode(pack(models["deep"]).text)
    assert [record["train_loss"] for record in about["history"]] == [one.train_loss for one in models["deep"].history]
