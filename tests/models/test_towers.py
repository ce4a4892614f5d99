"""Both models as towers: gradients of a complete model, and how inputs become vectors."""

import numpy as np
import pytest
from scipy import sparse

from recsys.data.rating_scale import Opinions
from recsys.models.base import BaseModel
from recsys.models.cosine import CosineModel
from recsys.models.deep import DeepModel, UserInputs
from recsys.models.factorisation import Factorisation
from recsys.models.features import equal_weights, normalised
from recsys.models.linear import LinearTowers
from recsys.nn.losses import Pairs, masked_in_batch_softmax, output_l2
from recsys.nn.negatives import SampledNegatives
from tests.gradients import LIMIT, errors

N_USERS, N_ITEMS, DIM = 5, 7, 3


def history() -> sparse.csr_array:
    rng = np.random.default_rng(1)
    dense = rng.standard_normal((N_USERS, N_ITEMS)) * (rng.random((N_USERS, N_ITEMS)) < 0.5)
    dense[4] = 0  # a user without a history
    return sparse.csr_array(dense)


def model(name: str, dtype=np.float64):
    rng = np.random.default_rng(2)
    log_q = np.log(np.arange(1, N_ITEMS + 1) / 28)
    if name == "base":
        users, items = (rng.standard_normal((n, DIM)).astype(dtype) for n in (N_USERS, N_ITEMS))
        return BaseModel(Factorisation(users, items, log_q.astype(dtype)))
    genres, features = rng.standard_normal((N_ITEMS, 2)), rng.standard_normal((N_USERS, 2))
    start = LinearTowers(rng.standard_normal((N_ITEMS, DIM)), rng.standard_normal((N_ITEMS, DIM)))
    if name == "cosine":
        return CosineModel(history(), Opinions(1, 5), start, log_q, rng, dtype)
    deep = DeepModel(history(), Opinions(1, 5), start, genres, features, rng, dtype)
    learned = [deep.bias.table]
    learned += [p for mlp in (deep.user_mlp, deep.item_mlp) for p in (mlp.inner.bias, mlp.outer.weight)]
    for parameter in learned:  # as if it had been trained: at first these are all 0
        parameter.value[...] = rng.standard_normal(parameter.value.shape)
    return deep


USERS, ITEMS = np.array([3, 0, 3, 4]), np.array([6, 2, 2, 0, 5])
"""Repeated users and items in one batch."""


def forward(towers, inputs, items):
    users, user_cache = towers.users_forward(inputs)
    vectors, bias, item_cache = towers.items_forward(items)
    return users, vectors, bias, user_cache, item_cache


def objective(towers, inputs, items=ITEMS, l2=0.3):
    """The loss and penalty of one batch, and the gradients at the outputs of the towers."""
    users, vectors, bias, _, _ = forward(towers, inputs, items)
    user, item = np.array([0, 0, 1, 1, 2, 3]), np.array([0, 2, 1, 4, 0, 3])
    pairs = Pairs.distinct(user, item)
    rated = (np.r_[user, 1], np.r_[item, 3])  # one item was rated, but is no pair of the batch
    log_q = np.log(np.arange(1, N_ITEMS + 1) / 28)[items]
    z = users @ vectors.T + bias - log_q
    positive_scores = z[user, item]
    z += np.log([2.0, 1, 2, 3, 1])
    z[rated] = -np.inf
    loss, gradient, positive_gradient = masked_in_batch_softmax(z, positive_scores, pairs)
    gradient[user, item] = positive_gradient
    weights = np.array([0.5, 1.0, 2.0, 1.0])
    penalty = (weights * (users**2).sum(axis=1)).mean() + (vectors**2).sum(axis=1).mean()
    output_gradients = (
        gradient @ vectors + l2 * output_l2(users, weights),
        gradient.T @ users + l2 * output_l2(vectors),
        gradient.sum(axis=0),
    )
    return loss + l2 * float(penalty), output_gradients


def no_kink_near(towers) -> bool:
    """No hidden unit within 1e-3 of where the slope of relu changes, for anything the tests feed in."""
    rng = np.random.default_rng(0)
    activations = []
    for mlp, call in ((towers.user_mlp, lambda: towers.users_forward(towers.training_inputs(USERS, rng).inputs)),
                      (towers.item_mlp, lambda: towers.items_forward(ITEMS))):  # fmt: skip
        inner = mlp.inner.forward
        mlp.inner.forward = lambda x, inner=inner: (activations.append(inner(x)[0]), inner(x))[1]
        call()
        mlp.inner.forward = inner
    return min(np.abs(values).min() for values in activations) > 1e-3


@pytest.mark.parametrize("name", ["base", "deep"])
def test_the_whole_model_passes_the_gradient_check(name):
    towers = model(name)
    inputs = towers.training_inputs(USERS, np.random.default_rng(0)).inputs  # dropout fixed
    assert name == "base" or no_kink_near(towers)
    _, (user_gradient, item_gradient, bias_gradient) = objective(towers, inputs)
    _, _, _, user_cache, item_cache = forward(towers, inputs, ITEMS)
    towers.users_backward(user_gradient, user_cache)
    towers.items_backward(item_gradient, bias_gradient, item_cache)
    worst = errors(towers.parameters(), lambda: objective(towers, inputs)[0])
    assert max(worst.values()) < LIMIT, worst
    assert all(np.abs(p.gradient).max() > 0 for p in towers.parameters().values())


@pytest.mark.parametrize("name", ["base", "deep"])
def test_the_whole_model_passes_the_gradient_check_with_sampled_negatives(name):
    towers, items = model(name), np.array([0, 2, 5, 6])
    inputs = towers.training_inputs(USERS, np.random.default_rng(0)).inputs
    pairs = Pairs.distinct(np.array([0, 0, 1, 2, 3, 3]), np.array([0, 3, 1, 2, 0, 1]))
    negatives = SampledNegatives.draw(pairs.user, pairs.item, len(items), 3, np.random.default_rng(1))
    assert 1 < len(negatives.sampled) < len(items)

    def loss() -> float:
        users, vectors, bias, _, _ = forward(towers, inputs, items)
        z, positive_scores, _ = negatives.forward(users, vectors, bias, np.zeros(len(pairs.user)))
        softmax, _, _ = masked_in_batch_softmax(z, positive_scores, pairs)
        return softmax + float((vectors**2).sum(axis=1).mean())  # else a bias of all items has a gradient of 0

    users, vectors, bias, user_cache, item_cache = forward(towers, inputs, items)
    z, positive_scores, cache = negatives.forward(users, vectors, bias, np.zeros(len(pairs.user)))
    _, gradient, positive_gradient = masked_in_batch_softmax(z, positive_scores, pairs)
    gradients = negatives.backward(gradient, positive_gradient, cache)
    towers.users_backward(gradients.users, user_cache)
    towers.items_backward(gradients.items + output_l2(vectors), gradients.offset, item_cache)
    assert max(errors(towers.parameters(), loss).values()) < LIMIT


@pytest.mark.parametrize("name", ["base", "deep", "cosine"])
def test_both_towers_pass_the_gradient_check_under_a_random_upstream_gradient(name):
    towers, rng = model(name), np.random.default_rng(5)
    inputs = towers.training_inputs(USERS, np.random.default_rng(0)).inputs
    up, item_up, bias_up = (rng.standard_normal(shape) for shape in ((4, DIM), (5, DIM), (5,)))
    _, _, _, user_cache, item_cache = forward(towers, inputs, ITEMS)
    towers.users_backward(up, user_cache)
    towers.items_backward(item_up, bias_up, item_cache)

    def loss() -> float:
        users, vectors, bias, _, _ = forward(towers, inputs, ITEMS)
        return float((users * up).sum() + (vectors * item_up).sum() + (bias * bias_up).sum())

    assert max(errors(towers.parameters(), loss).values()) < LIMIT


def test_the_gradient_check_finds_a_forgotten_residual_path():
    towers = model("deep")
    inputs = towers.training_inputs(USERS, np.random.default_rng(0)).inputs
    _, (user_gradient, _, _) = objective(towers, inputs)
    _, cache = towers.users_forward(inputs)
    pool_cache, mlp_cache = cache
    only_mlp = towers.user_mlp.backward(user_gradient, mlp_cache)[:, :DIM]
    towers.pool.backward(only_mlp, pool_cache)
    assert errors({"pool": towers.pool.table}, lambda: objective(towers, inputs)[0])["pool"] > 0.1


@pytest.mark.parametrize("name", ["base", "deep", "cosine"])
def test_a_user_has_the_same_vector_in_any_batch_and_order(name):
    towers = model(name)
    everyone, _ = towers.users_forward(towers.serving_inputs(np.arange(N_USERS)))
    chosen, _ = towers.users_forward(towers.serving_inputs(USERS))
    np.testing.assert_allclose(chosen, everyone[USERS], rtol=1e-12)


@pytest.mark.parametrize("name", ["base", "deep", "cosine"])
def test_an_item_has_the_same_vector_and_bias_in_any_batch_and_order(name):
    towers = model(name)
    all_vectors, all_bias, _ = towers.items_forward(np.arange(N_ITEMS))
    vectors, bias, _ = towers.items_forward(ITEMS)
    np.testing.assert_allclose(vectors, all_vectors[ITEMS], rtol=1e-12)
    np.testing.assert_array_equal(bias, all_bias[ITEMS])


def test_an_untrained_base_model_ranks_by_popularity():
    _, bias, _ = model("base").items_forward(np.arange(N_ITEMS))
    assert np.argsort(bias).tolist() == list(range(N_ITEMS))


def test_an_untrained_deep_model_scores_as_the_linear_towers_it_starts_from():
    rng = np.random.default_rng(0)
    start = LinearTowers(rng.standard_normal((N_ITEMS, DIM)), rng.standard_normal((N_ITEMS, DIM)))
    features = np.ones((N_ITEMS, 2)), np.ones((N_USERS, 2))
    deep = DeepModel(history(), Opinions(1, 5), start, *features, rng, np.float64)
    users, _ = deep.users_forward(deep.training_inputs(USERS, rng).inputs)
    vectors, bias, _ = deep.items_forward(ITEMS)
    expected = equal_weights(history())[USERS] @ start.history @ start.items[ITEMS].T
    np.testing.assert_allclose(users @ vectors.T + bias, expected, rtol=1e-12)


def test_a_history_is_divided_by_the_root_of_its_length_and_may_be_empty():
    rows = normalised(sparse.csr_array(np.array([[2.0, 0, 4, 6, 8], [0, 0, 0, 0, 0], [0, -1, 0, 0, 0]])))
    np.testing.assert_allclose(rows.toarray(), [[1, 0, 2, 3, 4], [0, 0, 0, 0, 0], [0, -1, 0, 0, 0]])


def test_serving_reads_everything_and_draws_nothing():
    towers = model("deep")
    inputs = towers.serving_inputs(USERS)
    np.testing.assert_array_equal(inputs.history.toarray(), normalised(history()[USERS]).toarray())
    np.testing.assert_array_equal(inputs.features, towers.user_features[USERS])


def test_training_drops_the_features_of_about_half_of_the_users():
    towers, rng = model("deep"), np.random.default_rng(0)
    features = np.array([towers.training_inputs(USERS, rng).inputs.features for _ in range(40)])
    present = (features != 0).any(axis=2)
    assert 0.3 < present.mean() < 0.7
    np.testing.assert_array_equal(features[present], np.tile(towers.user_features[USERS], (40, 1, 1))[present])


def test_in_training_every_item_of_a_history_weighs_the_same():
    weights = model("deep").training_inputs(np.array([0, 4]), np.random.default_rng(0)).inputs.history.toarray()
    rated = history().toarray()[0] != 0
    np.testing.assert_allclose(weights[0][rated], 1 / np.sqrt(rated.sum()))
    assert not weights[0][~rated].any()
    assert not weights[1].any()


def test_training_inputs_do_not_change_the_history_of_the_model():
    towers = model("deep")
    before = towers.history.toarray().copy()
    towers.training_inputs(USERS, np.random.default_rng(0))
    np.testing.assert_array_equal(towers.history.toarray(), before)


def test_users_with_equal_histories_and_features_have_equal_vectors():
    towers = model("deep")
    inputs = towers.serving_inputs(np.array([0, 1]))
    alike = UserInputs(inputs.history[[0, 0]], inputs.features[[0, 0]])
    first, second = towers.users_forward(alike)[0]
    np.testing.assert_array_equal(first, second)


def test_leave_one_out_gives_the_vector_of_a_history_that_really_lacks_the_item():
    towers = model("deep")
    vectors = towers.leave_one_out(USERS)
    dense, row = history().toarray(), 0
    for user in USERS:
        for item in np.flatnonzero(dense[user]):
            rest = dense[[user]].copy()
            rest[0, item] = 0
            inputs = UserInputs(normalised(sparse.csr_array(rest)), towers.user_features[[user]])
            np.testing.assert_allclose(vectors[row], towers.users_forward(inputs)[0][0], rtol=1e-12)
            row += 1
    assert row == len(vectors)


def test_without_their_only_item_users_are_as_with_an_empty_history():
    towers = model("deep")
    towers.history = sparse.csr_array(np.diag([2.0, -1, 3, 0, 0, 0, 0])[:N_USERS])
    empty = UserInputs(sparse.csr_array((3, N_ITEMS)), towers.user_features[:3])
    np.testing.assert_array_equal(towers.leave_one_out(np.arange(N_USERS)), towers.users_forward(empty)[0])


def self_contributions(towers, inputs, items):
    vectors, _, _ = towers.items_forward(items)
    item = np.searchsorted(items, inputs.history.indices) if isinstance(inputs, UserInputs) else np.array([0, 2])
    return towers.self_contributions_forward(inputs, vectors, items, item)


def test_a_self_contribution_is_what_the_score_loses_without_the_item():
    towers = model("deep")
    towers.user_mlp.outer.weight.value.fill(0)  # the pool alone
    inputs = towers.training_inputs(np.array([0]), np.random.default_rng(0)).inputs
    items = np.arange(N_ITEMS)
    vectors, _, _ = towers.items_forward(items)
    contributions, _ = self_contributions(towers, inputs, items)
    scores = towers.users_forward(inputs)[0] @ vectors.T
    assert inputs.history.nnz == len(contributions) > 1
    for entry, item in enumerate(inputs.history.indices):
        without = inputs.history.copy()
        without.data[entry] = 0
        lower = towers.users_forward(UserInputs(without, inputs.features))[0] @ vectors.T
        assert contributions[entry] == pytest.approx((scores - lower)[0, item])


def test_in_the_base_model_no_item_contributes_to_its_own_score():
    towers = model("base")
    contributions, cache = self_contributions(towers, USERS, ITEMS)
    assert not contributions.any()
    assert not towers.self_contributions_backward(np.ones(2), cache).any()


def test_self_contributions_pass_the_gradient_check():
    towers, items = model("deep"), np.arange(N_ITEMS)
    inputs = towers.training_inputs(np.array([0, 1, 2, 4]), np.random.default_rng(0)).inputs
    contributions, cache = self_contributions(towers, inputs, items)
    up = np.random.default_rng(1).standard_normal(len(contributions))
    _, bias, item_cache = towers.items_forward(items)
    towers.items_backward(towers.self_contributions_backward(up, cache), np.zeros_like(bias), item_cache)
    involved = {name: p for name, p in towers.parameters().items() if name.startswith(("pool", "item"))}
    worst = errors(involved, lambda: float(self_contributions(towers, inputs, items)[0] @ up))
    assert max(worst.values()) < LIMIT
    assert np.abs(towers.pool.table.gradient).max() > 0


def test_the_features_of_an_item_reach_its_vector():
    towers = model("deep")
    before, _, _ = towers.items_forward(np.array([0]))
    towers.item_features[0] += 1
    after, _, _ = towers.items_forward(np.array([0]))
    assert np.abs(after - before).max() > 1e-3


def test_both_models_stay_in_float32():
    for name in ("base", "deep"):
        towers = model(name, np.float32)
        assert {p.value.dtype for p in towers.parameters().values()} == {np.dtype(np.float32)}
        users, cache = towers.users_forward(towers.training_inputs(USERS, np.random.default_rng(0)).inputs)
        assert users.dtype == np.float32
        towers.users_backward(users, cache)
