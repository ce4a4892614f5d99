"""A model of several pairs of towers: its scores are a sum, however it is served, saved or asked about a new user."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import recsys
from recsys.models.archive import Archive
from recsys.models.cosine import CosineModel
from recsys.models.deep import MIN_USERS, UserInputs
from recsys.models.fitted import pack
from recsys.models.mixture import Mixture, Weights
from recsys.models.registry import MODELS
from tests.models.archives import refusal, with_array
from tests.small_logs import log_of
from tests.synthetic import sparse_log

SHARES = {"deep": 0.3, "cosine": 0.7}
POPULARITY = 0.5


@pytest.fixture(scope="module")
def log() -> recsys.Dataset:
    return sparse_log()


@pytest.fixture(scope="module")
def fitted(log) -> recsys.Fitted:
    """With weights that differ from each other, and a share of popularity."""
    model = recsys.fit(log, "deep", recsys.TrainConfig(dim=10, epochs=3))
    mixture = Mixture(model.towers.members, Weights(SHARES, POPULARITY), model.towers.log_q)
    items, bias = mixture.items()
    users = mixture.users(np.arange(log.n_users))
    return replace(model, user_vectors=users, item_vectors=items, item_bias=bias, towers=mixture)


def sum_of_scores(fitted: recsys.Fitted, log: recsys.Dataset, vectors) -> np.ndarray:
    """Scores as their definition reads, in float64 and up to a constant, from the vectors of users by each member."""
    total = POPULARITY * np.log(np.maximum(log.item_counts, 1) / log.n_ratings)
    for name, share in SHARES.items():
        items, bias, _ = fitted.towers.members[name].items_forward(np.arange(log.n_items))
        total = total + share * (vectors[name].astype(float) @ items.T.astype(float) + bias)
    return total


def assert_equal_but_for_a_constant(scores, expected) -> None:
    difference = scores - expected
    np.testing.assert_allclose(difference, np.full_like(difference, difference.mean()), atol=1e-4)


def test_on_a_sparse_log_deep_has_cosine_towers_of_three_fifths_of_its_length(fitted, log):
    assert list(fitted.towers.members) == ["deep", "cosine"]
    assert fitted.item_vectors.shape == (log.n_items, 10)
    assert fitted.towers.members["cosine"].items_forward(np.arange(3))[0].shape == (3, 6)


def test_few_users_and_dense_logs_have_no_cosine_towers(log):
    few = log.subset(log.user < MIN_USERS - 1)
    dense = log_of([(user, item) for user in range(MIN_USERS) for item in range(60)], MIN_USERS, 60)
    single = log_of([(user, user % 60) for user in range(MIN_USERS)], MIN_USERS, 60)  # nothing could be hidden
    for ratings in (few, dense, single):
        assert MODELS["deep"].defaults(ratings, recsys.TrainConfig()).cosine_dim == 0


def test_scores_are_the_weighted_sum_of_those_of_the_towers_and_of_log_popularity(fitted, log):
    users = np.arange(log.n_users)
    members = fitted.towers.members.items()
    vectors = {name: member.users_forward(member.serving_inputs(users))[0] for name, member in members}
    assert_equal_but_for_a_constant(fitted.scores(), sum_of_scores(fitted, log, vectors))


def test_vectors_that_other_weights_made_can_be_given_its_own(fitted):
    other = Weights({"deep": 0.6, "cosine": 0.4})
    vectors, _ = Mixture(fitted.towers.members, other, fitted.towers.log_q).items()
    np.testing.assert_allclose(fitted.towers.reweighted(vectors, other), fitted.item_vectors, rtol=1e-5)


def test_biases_have_mean_zero(fitted):
    assert fitted.item_bias.mean() == pytest.approx(0, abs=1e-6)


def test_the_scores_of_a_new_user_are_the_same_sum(fitted, log):
    ratings = sparse.csr_array(([5.0, 1, 3, 4], [7, 0, 3, 9], [0, 3, 4, 4]), shape=(3, log.n_items))
    vectors = {name: member.fold_in(ratings) for name, member in fitted.towers.members.items()}
    scores = fitted.towers.fold_in(ratings) @ fitted.item_vectors.T + fitted.item_bias
    assert_equal_but_for_a_constant(scores, sum_of_scores(fitted, log, vectors))
    np.testing.assert_allclose(fitted.fold_in([7, 0, 3], [5, 1, 3]), fitted.towers.fold_in(ratings)[0], atol=1e-6)


def test_a_history_without_one_item_is_served_as_if_the_item_had_never_been_there(fitted):
    users = np.array([3, 0])
    deep, cosine = fitted.towers.members.values()
    expected = []
    for user in users:
        history = deep.history[[user]]
        for entry in range(history.nnz):
            rest = np.delete(np.arange(history.nnz), entry)
            parts = history.data[rest] / np.float32(np.sqrt(len(rest))), history.indices[rest], [0, len(rest)]
            shortened = sparse.csr_array(parts, shape=history.shape)
            own, _ = deep.users_forward(UserInputs(shortened, deep.user_features[[user]]))
            other, _ = cosine.users_forward(shortened)
            expected.append(np.r_[np.sqrt(SHARES["deep"]) * own[0], np.sqrt(SHARES["cosine"]) * other[0]])
    np.testing.assert_allclose(fitted.towers.leave_one_out(users), expected, atol=1e-5)


def test_the_direction_of_a_single_item_is_none_without_it(fitted):
    cosine = fitted.towers.members["cosine"]
    single = sparse.csr_array(([0.7], [4], [0, 1]), shape=(1, cosine.history.shape[1]), dtype=np.float32)
    alone = CosineModel.from_state({**cosine.state(), **csr(single)}, *single.shape, 6)
    assert alone.leave_one_out(np.array([0])).tolist() == [[0] * 6]


def csr(history: sparse.csr_array) -> dict[str, np.ndarray]:
    return {f"history.{part}": getattr(history, part) for part in ("data", "indices", "indptr")}


def test_a_saved_mixture_is_loaded_with_both_members_and_their_weights(fitted, log, tmp_path):
    fitted.save(tmp_path / "model.npz")
    loaded = recsys.load_fitted(tmp_path / "model.npz")
    first, second = pack(fitted), pack(loaded)
    assert first.text == second.text
    assert {name: array.tobytes() for name, array in first.arrays.items()} == {
        name: array.tobytes() for name, array in second.arrays.items()
    }
    assert dict(loaded.towers.weights.members) == SHARES
    assert loaded.towers.weights.popularity == POPULARITY
    assert loaded.towers.users(np.arange(log.n_users)).tobytes() == fitted.user_vectors.tobytes()
    assert loaded.fold_in([7, 0], [5, 1]).tobytes() == fitted.fold_in([7, 0], [5, 1]).tobytes()
    assert loaded.towers.leave_one_out(np.arange(9)).tobytes() == fitted.towers.leave_one_out(np.arange(9)).tobytes()


def test_every_array_of_both_members_must_be_present_and_finite(fitted):
    archive = pack(fitted)
    for array, numbers in archive.arrays.items():
        changed = {name: value for name, value in archive.arrays.items() if name != array}
        assert "is missing" in refusal(Archive(changed, archive.text))
        assert refusal(with_array(archive, array, numbers[:-1]))
        if numbers.dtype.kind == "f" and numbers.size:
            assert "expected finite numbers" in refusal(with_array(archive, array, np.full_like(numbers, np.nan)))


@pytest.mark.parametrize(
    ("array", "value"),
    [
        ("weights", [0.0, 0.7]),
        ("weights", [0.3, -0.7]),
        ("weights", [1.0]),
        ("popularity", [-0.1]),
        ("popularity", [0.5, 0.5]),
        ("dims", [4, 5]),
        ("dims", [5, 5]),
        ("dims", [10, 0]),
        ("dims", [12, -2]),
        ("dims", [4.0, 6.0]),
        ("dims", [2**62, 2**62]),
        ("dims", [10]),
    ],
)
def test_weights_and_lengths_that_no_mixture_has_are_refused(fitted, array, value):
    assert refusal(with_array(pack(fitted), f"towers.mixture.{array}", np.array(value)))


def test_towers_without_histories_have_no_item_to_leave_out(log):
    base = recsys.fit(log, "base", recsys.TrainConfig(dim=4, epochs=1))
    with pytest.raises(recsys.ConfigError, match="the towers of base read no histories"):
        base.towers.leave_one_out(np.array([0]))


def test_towers_of_a_name_that_the_model_does_not_have_are_refused(fitted):
    archive = pack(fitted)
    renamed = {name.replace("towers.cosine.", "towers.wide."): array for name, array in archive.arrays.items()}
    assert refusal(Archive(renamed, archive.text))
