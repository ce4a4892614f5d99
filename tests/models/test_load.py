"""A loaded model equals the one that was saved; a file that is no model is refused, whatever its header says."""

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
from tests.models.archives import refusal, with_array
from tests.synthetic import small_log

CONFIG = recsys.TrainConfig(dim=4, epochs=3, seed=3)


@pytest.fixture(scope="module")
def log() -> recsys.Dataset:
    return small_log()


@pytest.fixture(scope="module")
def models(log) -> dict[str, recsys.Fitted]:
    return {name: recsys.fit(log, name, CONFIG) for name in ("base", "deep")}


def assert_same(first_model: recsys.Fitted, second_model: recsys.Fitted) -> None:
    """In every bit of every array, and in the header."""
    first, second = pack(first_model), pack(second_model)
    assert list(first.arrays) == list(second.arrays)
    for name, array in first.arrays.items():
        assert array.dtype == second.arrays[name].dtype, name
        assert array.shape == second.arrays[name].shape, name
        assert array.tobytes() == second.arrays[name].tobytes(), name
    assert first.text == second.text
    for name in ("name", "history", "best_epoch", "hyperparameters", "n_parameters"):
        assert getattr(first_model, name) == getattr(second_model, name), name
    assert type(first_model.towers) is type(second_model.towers)


@pytest.mark.parametrize("name", ["base", "deep"])
def test_a_loaded_model_equals_the_one_that_was_saved(models, log, name, tmp_path):
    fitted = models[name]
    fitted.save(tmp_path / "model.npz")
    loaded = recsys.load_fitted(tmp_path / "model.npz")
    assert_same(fitted, loaded)
    assert loaded.scores().tobytes() == fitted.scores().tobytes()
    assert loaded.scores(np.array([3, 1])).tobytes() == fitted.scores(np.array([3, 1])).tobytes()
    for part in ("user_vectors", "item_vectors", "item_bias", "history", "best_epoch"):
        np.testing.assert_array_equal(getattr(loaded, part), getattr(fitted, part))
    users = loaded.towers.users(np.arange(log.n_users))
    np.testing.assert_array_equal(users, fitted.user_vectors)


def test_a_loaded_deep_model_folds_in_and_explains_as_before(models, log, tmp_path):
    fitted = models["deep"]
    fitted.save(str(tmp_path / "model"))  # a path as text, and no ending is added to it
    loaded = recsys.load_fitted(str(tmp_path / "model"))
    assert loaded.fold_in([7, 0, 3], [5, 1, 3]).tobytes() == fitted.fold_in([7, 0, 3], [5, 1, 3]).tobytes()
    assert loaded.fold_in([]).tobytes() == fitted.fold_in([]).tobytes()
    assert loaded.fold_in_all(log.matrix).tobytes() == fitted.fold_in_all(log.matrix).tobytes()
    assert loaded.fold_in_scores(log.matrix).tobytes() == fitted.fold_in_scores(log.matrix).tobytes()
    lists = recommend(fitted, log, None, 3)
    for part, other in zip(
        vars(explain(fitted, log, lists)).values(), vars(explain(loaded, log, lists)).values(), strict=True
    ):
        np.testing.assert_array_equal(part, other)


def test_a_loaded_base_model_still_refuses_to_fold_in(models, tmp_path):
    models["base"].save(tmp_path / "model.npz")
    with pytest.raises(recsys.ConfigError, match="fit the deep model instead"):
        recsys.load_fitted(tmp_path / "model.npz").fold_in([1])


RATINGS = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 5)), st.sampled_from([0.5, 1, 3, 4.5, 5]), min_size=1, max_size=20
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RATINGS, st.integers(1, 5), st.sampled_from(["base", "deep"]), st.booleans())
def test_whatever_the_ratings_a_loaded_model_equals_the_saved_one(tmp_path, ratings, dim, name, ages):
    rows = [(*pair, rating) for pair, rating in ratings.items()]
    log = pd.DataFrame(rows, columns=["user", "item", "rating"])
    users = pd.DataFrame({"user": range(5), "age": [20, 31, 42, 53, 64]}) if ages else None
    fitted = recsys.fit(recsys.Dataset.from_frames(log, users=users), name, recsys.TrainConfig(dim=dim, epochs=1))
    fitted.save(tmp_path / "model.npz")
    assert_same(fitted, recsys.load_fitted(tmp_path / "model.npz"))


@pytest.mark.parametrize("name", ["base", "deep"])
def test_equal_models_give_equal_files_and_others_do_not(models, log, name, tmp_path):
    models[name].save(tmp_path / "first")
    recsys.fit(log, name, CONFIG).save(tmp_path / "again")
    recsys.load_fitted(tmp_path / "first").save(tmp_path / "loaded")
    recsys.fit(log, name, replace(CONFIG, seed=4)).save(tmp_path / "other")
    first, again, loaded, other = ((tmp_path / file).read_bytes() for file in ("first", "again", "loaded", "other"))
    assert first == again == loaded != other


def test_a_model_that_could_not_be_loaded_is_not_saved(models, tmp_path):
    broken = replace(models["base"], item_bias=np.full(12, np.nan, np.float32))
    with pytest.raises(recsys.DataError, match="item_bias holds nan; expected finite numbers"):
        broken.save(tmp_path / "model.npz")
    assert not list(tmp_path.iterdir())


def test_the_folder_of_a_saved_model_must_exist(models, tmp_path):
    with pytest.raises(recsys.OutputError, match="there is no folder"):
        models["base"].save(tmp_path / "nowhere" / "model.npz")


def test_a_file_that_is_no_model_is_refused_with_its_path_and_a_remedy(models, tmp_path):
    path = tmp_path / "model.npz"
    with pytest.raises(recsys.DataError, match=r"model\.npz: cannot be read \(No such file or directory\); expected"):
        recsys.load_fitted(path)
    archive.write(path, Archive({}, "{}"))
    with pytest.raises(recsys.DataError) as caught:
        recsys.load_fitted(path)
    assert str(caught.value).startswith(f"{path}: its header is not that of a saved model (")
    assert str(caught.value).endswith("; give a file that fitted.save wrote, or fit and save again")


@pytest.mark.parametrize("name", ["base", "deep"])
def test_every_array_must_be_present_with_its_shape_its_dtype_and_finite_numbers(models, name):
    archive = pack(models[name])
    for array, numbers in archive.arrays.items():
        missing = Archive({name: value for name, value in archive.arrays.items() if name != array}, archive.text)
        short = array.removeprefix("towers.").removeprefix(f"{name}.")
        assert refusal(missing) == f"the array {short} is missing"
        for wrong in (numbers[:-1], numbers[None], numbers.astype(np.complex64), numbers.astype(np.bool_)):
            assert refusal(with_array(archive, array, wrong))
        if numbers.dtype.kind == "f":
            assert "expected" in refusal(with_array(archive, array, numbers.astype(np.float16)))
        if numbers.dtype.kind == "f" and numbers.size:  # the gate of a log without times is empty
            for bad in (np.nan, np.inf, -np.inf):
                broken = numbers.copy()
                broken.flat[-1] = bad
                assert f"{short} holds {bad}; expected finite numbers" in refusal(with_array(archive, array, broken))
        swapped = numbers.astype(numbers.dtype.newbyteorder())  # the same numbers, which BLAS would misread
        assert f"the array {short} is {swapped.dtype}" in refusal(with_array(archive, array, swapped))


def test_the_gate_must_tell_as_many_orders_as_there_are_corrections(models):
    archive, name = pack(models["deep"]), "towers.deep.short_history.{}"
    correction, gate = (archive.arrays[name.format(part)] for part in ("correction", "gate"))
    two, three = (np.concatenate([correction[:1]] * n) for n in (2, 3))
    tells_two, tells_three = (np.zeros((len(gate), n), gate.dtype) for n in (1, 2))
    for corrections, weights in ((two, gate), (correction, tells_two), (three, tells_three)):
        broken = with_array(archive, name.format("correction"), corrections)
        message = refusal(with_array(broken, name.format("gate"), weights))
        assert message.endswith(f"their gate has {weights.shape[1] + 1}; expected 1 or 2 in both")
    read = unpack(with_array(with_array(archive, name.format("correction"), two), name.format("gate"), tells_two))
    # Two equal corrections are that one, however likely each is.
    np.testing.assert_allclose(read.fold_in([1, 2]), models["deep"].fold_in([1, 2]), rtol=1e-5, atol=1e-6)


def test_a_history_must_be_a_sparse_matrix_of_items_in_the_catalogue(models):
    archive = pack(models["deep"])
    indices, indptr = archive.arrays["towers.deep.history.indices"], archive.arrays["towers.deep.history.indptr"]
    too_large, negative, repeated, unsorted = (indices.copy() for _ in range(4))
    too_large[0], negative[0], repeated[1], unsorted[:2] = 12, -1, indices[0], indices[1::-1]
    wide, unsigned = indices.astype(np.int64) + 2**40, indices.astype(np.uint32)
    for wrong in (too_large, negative, repeated, unsorted, wide, unsigned):
        assert "history" in refusal(with_array(archive, "towers.deep.history.indices", wrong))
    late_start, falling, too_long, too_short = (indptr.copy() for _ in range(4))
    late_start[0], falling[3], too_long[-1], too_short[-1] = 1, indptr[-1], indptr[-1] + 1, indptr[-1] - 1
    for wrong in (late_start, falling, too_long, too_short, -indptr):
        assert "history" in refusal(with_array(archive, "towers.deep.history.indptr", wrong))
    empty = {"data": np.empty(0, np.float32), "indices": np.empty(0, np.int32), "indptr": np.zeros(41, np.int32)}
    for part, array in empty.items():
        archive = with_array(archive, f"towers.deep.history.{part}", array)
    assert "no sparse matrix with entries" in refusal(archive)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "holds no list of ids (Expecting value"),
        ("[" * 100_000, "holds no list of ids (maximum recursion"),
        ('{"a": 1}', "holds no list of ids; expected 12 strings"),
        (json.dumps(["a"] * 11), "holds no list of ids; expected 12 strings"),
        (json.dumps([*"abcdefghijk", 1]), "holds no list of ids; expected 12 strings"),
        (json.dumps([*"abcdefghijk", "a"]), "holds an id twice; expected 12 different ids"),
    ],
)
def test_ids_of_items_must_be_as_many_different_texts(models, content, message):
    array = np.frombuffer(content.encode(), np.uint8)
    assert message in refusal(with_array(pack(models["deep"]), "item_ids", array))


@pytest.mark.parametrize("ends", [[5.0, 1.0], [3.0, 3.0]])
def test_the_range_of_the_ratings_must_be_one_that_weights_can_be_computed_from(models, ends):
    impossible = with_array(pack(models["deep"]), "towers.deep.ratings.scale", np.array(ends))
    assert refusal(impossible) == (
        f"the array ratings.scale is {ends[0]} to {ends[1]}; expected the range of ratings of that kind"
    )


RECORD = {"epoch": 1, "train_loss": 1.0, "validation_loss": None, "validation_ndcg": None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format 2; this version reads format 5, and this one lacks the ids of its users and items"),
        ({"format": "1"}, "Expected `int`"),
        ({"name": "wide"}, "the model is called 'wide'; expected base or deep"),
        ({"name": "base"}, "the arrays of base are missing"),
        ({"name": None}, "Expected `str`"),
        ({"best_epoch": 0}, "best_epoch is 0; expected one of its 3 epochs, from 1 on"),
        ({"best_epoch": 4}, "best_epoch is 4; expected one of its 3 epochs, from 1 on"),
        ({"history": []}, "expected one of its 0 epochs"),
        ({"history": [RECORD | {"epoch": 2}]}, "best_epoch is 3; expected one of its 1 epochs, from 1 on"),
        ({"history": [RECORD | {"train_loss": None}]}, "Expected `float`"),
        ({"history": [{"epoch": 1}]}, "missing required field"),
        ({"hyperparameters": {}}, "missing required field"),
        ({"hyperparameters": None}, "Expected `object`"),
    ],
)
def test_the_header_is_checked(models, changes, message):
    archive = pack(models["deep"])
    assert message in refusal(Archive(archive.arrays, json.dumps({**json.loads(archive.text), **changes})))


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '{"format": 2', "[" * 100_000, '{"format": 2, "x": ' + "[" * 100_000, '{"format": NaN}']
)
def test_a_header_that_is_no_json_is_refused(models, text):
    assert "its header" in refusal(Archive(pack(models["deep"]).arrays, text))


def test_vectors_of_length_0_and_lengths_whose_product_exceeds_memory_are_refused(models):
    def of_length(dim: int) -> Archive:
        archive = pack(models["deep"])
        header = json.loads(archive.text)
        header["hyperparameters"]["dim"] = dim
        rows = {"user_vectors": 40, "item_vectors": 12, "towers.deep.pool.table": 12, "towers.deep.item.table": 12}
        arrays = {name: np.zeros((n, dim), np.float32) for name, n in rows.items()}
        arrays["towers.mixture.dims"] = np.array([dim])
        return Archive({**archive.arrays, **arrays}, json.dumps(header))

    assert "its vectors are of length 0; expected at least 1" in refusal(of_length(0))
    assert "is float32 of shape (4,); expected float32 of shape (100000)" in refusal(of_length(100_000))


def test_a_header_with_further_fields_is_accepted(models):
    archive = pack(models["deep"])
    more = Archive(archive.arrays, json.dumps({**json.loads(archive.text), "mood": "good"}))
    assert_same(models["deep"], unpack(more))


def test_numbers_of_the_header_read_back_as_the_same_numbers(models):
    header, losses = msgspec.json.decode(pack(models["deep"]).text), [r.train_loss for r in models["deep"].history]
    assert [record["train_loss"] for record in header["history"]] == losses
