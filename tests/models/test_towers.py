"""Both whole models: gradients, and what the towers do with what they see."""

import numpy as np
import pytest
from scipy import sparse

from recsys.models.base import BaseModel
from recsys.models.deep import DeepModel, UserInputs, equal_weights, normalised
from recsys.models.linear import LinearTowers
from recsys.models.rating_scale import RatingScale
from recsys.nn.losses import Pairs, masked_in_batch_softmax, output_l2
from tests.gradients import LIMIT, errors

N_USERS, N_ITEMS, DIM = 5, 7, 3


def history() -> sparse.csr_array:
    rng = np.random.default_rng(1)
    dense = rng.standard_normal((N_USERS, N_ITEMS)) * (rng.random((N_USERS, N_ITEMS)) < 0.5)
    dense[4] = 0  # someone without a history
    return sparse.csr_array(dense)


def model(name: str, dtype=np.float64):
    rng = np.random.default_rng(2)
    log_q = np.log(np.arange(1, N_ITEMS + 1) / 28)
    if name == "base":
        return BaseModel(N_USERS, N_ITEMS, DIM, log_q, rng, dtype)
    genres, features = rng.standard_normal((N_ITEMS, 2)), rng.standard_normal((N_USERS, 2))
    start = LinearTowers(rng.standard_normal((N_ITEMS, DIM)), rng.standard_normal((N_ITEMS, DIM)))
    deep = DeepModel(history(), RatingScale(1, 5), start, genres, features, rng, dtype)
    learned = [deep.bias.table]
    learned += [p for mlp in (deep.user_mlp, deep.item_mlp) for p in (mlp.inner.bias, mlp.outer.weight)]
    for parameter in learned:  # as if it had been trained: at first these are all 0
        parameter.value[...] = rng.standard_normal(parameter.value.shape)
    return deep


USERS, ITEMS = np.array([3, 0, 3, 4]), np.array([6, 2, 2, 0, 5])
"""Repeated users and films in one batch."""


def forward(towers, inputs, items):
    users, user_cache = towers.users_forward(inputs)
    vectors, bias, item_cache = towers.items_forward(items)
    return users, vectors, bias, user_cache, item_cache


def objective(towers, inputs, items=ITEMS, l2=0.3):
    """The training objective of one batch, and the gradients at the ends of the towers."""
    users, vectors, bias, _, _ = forward(towers, inputs, items)
    user, film = np.array([0, 0, 1, 1, 2, 3]), np.array([0, 2, 1, 4, 0, 3])
    pairs = Pairs.distinct(user, film)
    known = (np.r_[user, 1], np.r_[film, 3])  # one was rated in the fitting part, but not in the batch
    log_q = np.log(np.arange(1, N_ITEMS + 1) / 28)[items]
    z = users @ vectors.T + bias - log_q
    own = z[user, film]
    z += np.log([2.0, 1, 2, 3, 1])
    z[known] = -np.inf
    loss, slope, own_slope = masked_in_batch_softmax(z, own, pairs)
    slope[user, film] = own_slope
    weights = np.array([0.5, 1.0, 2.0, 1.0])
    penalty = (weights * (users**2).sum(axis=1)).mean() + (vectors**2).sum(axis=1).mean()
    ends = (
        slope @ vectors + l2 * output_l2(users, weights),
        slope.T @ users + l2 * output_l2(vectors),
        slope.sum(axis=0),
    )
    return loss + l2 * float(penalty), ends


def no_kink_near(towers) -> bool:
    """No hidden unit within 1e-3 of where its slope changes, for anything the tests feed in."""
    rng = np.random.default_rng(0)
    seen = []
    for mlp, call in ((towers.user_mlp, lambda: towers.users_forward(towers.training_inputs(USERS, rng))),
                      (towers.item_mlp, lambda: towers.items_forward(ITEMS))):  # fmt: skip
        inner = mlp.inner.forward
        mlp.inner.forward = lambda x, inner=inner: (seen.append(inner(x)[0]), inner(x))[1]
        call()
        mlp.inner.forward = inner
    return min(np.abs(one).min() for one in seen) > 1e-3


@pytest.mark.parametrize("name", ["base", "deep"])
def test_the_whole_model_passes_the_gradient_check(name):
    towers = model(name)
    inputs = towers.training_inputs(USERS, np.random.default_rng(0))  # dropout fixed
    assert name == "base" or no_kink_near(towers)
    _, (user_slope, item_slope, bias_slope) = objective(towers, inputs)
    _, _, _, user_cache, item_cache = forward(towers, inputs, ITEMS)
    towers.users_backward(user_slope, user_cache)
    towers.items_backward(item_slope, bias_slope, item_cache)
    found = errors(towers.parameters(), lambda: objective(towers, inputs)[0])
    assert max(found.values()) < LIMIT, found
    assert all(np.abs(p.gradient).max() > 0 for p in towers.parameters().values())


@pytest.mark.parametrize("name", ["base", "deep"])
def test_both_towers_pass_the_gradient_check_under_a_random_upstream_gradient(name):
    towers, rng = model(name), np.random.default_rng(5)
    inputs = towers.training_inputs(USERS, np.random.default_rng(0))
    up, item_up, bias_up = (rng.standard_normal(shape) for shape in ((4, DIM), (5, DIM), (5,)))
    _, _, _, user_cache, item_cache = forward(towers, inputs, ITEMS)
    towers.users_backward(up, user_cache)
    towers.items_backward(item_up, bias_up, item_cache)

    def loss() -> float:
        users, vectors, bias, _, _ = forward(towers, inputs, ITEMS)
        return float((users * up).sum() + (vectors * item_up).sum() + (bias * bias_up).sum())

    assert max(errors(towers.parameters(), loss).values()) < LIMIT


def test_the_check_finds_a_residual_path_that_is_forgotten():
    towers = model("deep")
    inputs = towers.training_inputs(USERS, np.random.default_rng(0))
    _, (user_slope, _, _) = objective(towers, inputs)
    _, cache = towers.users_forward(inputs)
    pool_cache, mlp_cache = cache
    only_mlp = towers.user_mlp.backward(user_slope, mlp_cache)[:, :DIM]
    towers.pool.backward(only_mlp, pool_cache)
    found = errors({"pool": towers.pool.table}, lambda: objective(towers, inputs)[0])
    assert found["pool"] > 0.1


def test_an_untrained_base_model_recommends_what_is_popular():
    _, bias, _ = model("base").items_forward(np.arange(N_ITEMS))
    assert np.argsort(bias).tolist() == list(range(N_ITEMS))


def test_an_untrained_deep_model_scores_as_the_linear_towers_it_starts_from():
    rng = np.random.default_rng(0)
    start = LinearTowers(rng.standard_normal((N_ITEMS, DIM)), rng.standard_normal((N_ITEMS, DIM)))
    features = np.ones((N_ITEMS, 2)), np.ones((N_USERS, 2))
    deep = DeepModel(history(), RatingScale(1, 5), start, *features, rng, np.float64)
    users, _ = deep.users_forward(deep.training_inputs(USERS, rng))
    vectors, bias, _ = deep.items_forward(ITEMS)
    expected = equal_weights(history())[USERS] @ start.history @ start.items[ITEMS].T
    np.testing.assert_allclose(users @ vectors.T + bias, expected, rtol=1e-12)


def test_a_history_is_divided_by_the_root_of_its_length_and_may_be_empty():
    rows = normalised(sparse.csr_array(np.array([[2.0, 0, 4, 6, 8], [0, 0, 0, 0, 0], [0, -1, 0, 0, 0]])))
    np.testing.assert_allclose(rows.toarray(), [[1, 0, 2, 3, 4], [0, 0, 0, 0, 0], [0, -1, 0, 0, 0]])


def test_serving_sees_everything_and_draws_nothing():
    towers = model("deep")
    inputs = towers.serving_inputs(USERS)
    np.testing.assert_array_equal(inputs.history.toarray(), normalised(history()[USERS]).toarray())
    np.testing.assert_array_equal(inputs.features, towers.user_features[USERS])


def test_training_drops_the_features_of_some_users():
    towers, rng = model("deep"), np.random.default_rng(0)
    seen = np.array([towers.training_inputs(USERS, rng).features for _ in range(40)])
    kept = (seen != 0).any(axis=2)
    assert 0.3 < kept.mean() < 0.7
    np.testing.assert_array_equal(seen[kept], np.tile(towers.user_features[USERS], (40, 1, 1))[kept])


def test_training_sees_every_film_of_a_history_alike():
    seen = model("deep").training_inputs(np.array([0, 4]), np.random.default_rng(0)).history.toarray()
    rated = history().toarray()[0] != 0
    np.testing.assert_allclose(seen[0][rated], 1 / np.sqrt(rated.sum()))
    assert not seen[0][~rated].any()
    assert not seen[1].any()


def test_the_model_keeps_its_own_history_whatever_training_sees():
    towers = model("deep")
    before = towers.history.toarray().copy()
    towers.training_inputs(USERS, np.random.default_rng(0))
    np.testing.assert_array_equal(towers.history.toarray(), before)


def test_two_users_of_one_history_and_equal_features_are_one():
    towers = model("deep")
    inputs = towers.serving_inputs(np.array([0, 1]))
    alike = UserInputs(inputs.history[[0, 0]], inputs.features[[0, 0]])
    first, second = towers.users_forward(alike)[0]
    np.testing.assert_array_equal(first, second)


def test_a_user_without_one_film_is_served_as_if_it_had_never_been_rated():
    towers = model("deep")
    found = towers.leave_one_out(USERS)
    dense, place = history().toarray(), 0
    for user in USERS:
        for film in np.flatnonzero(dense[user]):
            rest = dense[[user]].copy()
            rest[0, film] = 0
            inputs = UserInputs(normalised(sparse.csr_array(rest)), towers.user_features[[user]])
            np.testing.assert_allclose(found[place], towers.users_forward(inputs)[0][0], rtol=1e-12)
            place += 1
    assert place == len(found)


def test_without_their_only_film_a_user_is_one_with_an_empty_history():
    towers = model("deep")
    towers.history = sparse.csr_array(np.diag([2.0, -1, 3, 0, 0, 0, 0])[:N_USERS])
    empty = UserInputs(sparse.csr_array((3, N_ITEMS)), towers.user_features[:3])
    np.testing.assert_array_equal(towers.leave_one_out(np.arange(N_USERS)), towers.users_forward(empty)[0])


def selves(towers, inputs, items):
    vectors, _, _ = towers.items_forward(items)
    film = np.searchsorted(items, inputs.history.indices) if isinstance(inputs, UserInputs) else np.array([0, 2])
    return towers.self_contributions_forward(inputs, vectors, items, film)


def test_what_a_film_adds_to_its_own_score_is_what_is_missing_without_it():
    towers = model("deep")
    towers.user_mlp.outer.weight.value.fill(0)  # the pool alone
    inputs = towers.training_inputs(np.array([0]), np.random.default_rng(0))
    items = np.arange(N_ITEMS)
    vectors, _, _ = towers.items_forward(items)
    found, _ = selves(towers, inputs, items)
    whole = towers.users_forward(inputs)[0] @ vectors.T
    assert inputs.history.nnz == len(found) > 1
    for place, film in enumerate(inputs.history.indices):
        without = inputs.history.copy()
        without.data[place] = 0
        rest = towers.users_forward(UserInputs(without, inputs.features))[0] @ vectors.T
        assert found[place] == pytest.approx((whole - rest)[0, film])


def test_in_the_base_model_no_film_adds_to_its_own_score():
    towers = model("base")
    found, cache = selves(towers, USERS, ITEMS)
    assert not found.any()
    assert not towers.self_contributions_backward(np.ones(2), cache).any()


def test_taking_selves_away_passes_the_gradient_check():
    towers, items = model("deep"), np.arange(N_ITEMS)
    inputs = towers.training_inputs(np.array([0, 1, 2, 4]), np.random.default_rng(0))
    found, cache = selves(towers, inputs, items)
    up = np.random.default_rng(1).standard_normal(len(found))
    _, bias, item_cache = towers.items_forward(items)
    towers.items_backward(towers.self_contributions_backward(up, cache), np.zeros_like(bias), item_cache)
    checked = {name: p for name, p in towers.parameters().items() if name.startswith(("pool", "item"))}
    errors_found = errors(checked, lambda: float(selves(towers, inputs, items)[0] @ up))
    assert max(errors_found.values()) < LIMIT
    assert np.abs(towers.pool.table.gradient).max() > 0


def test_what_a_film_is_reaches_its_vector():
    towers = model("deep")
    before, _, _ = towers.items_forward(np.array([0]))
    towers.item_features[0] += 1
    after, _, _ = towers.items_forward(np.array([0]))
    assert np.abs(after - before).max() > 1e-3


def test_both_models_stay_in_float32():
    for name in ("base", "deep"):
        towers = model(name, np.float32)
        assert {p.value.dtype for p in towers.parameters().values()} == {np.dtype(np.float32)}
        users, cache = towers.users_forward(towers.training_inputs(USERS, np.random.default_rng(0)))
        assert users.dtype == np.float32
        towers.users_backward(users, cache)
