import numpy as np
import pytest
from scipy import sparse

from recsys.nn.layers import MLP, Embedding, Linear, UnitLength, WeightedSum, dropout_rows, relu, relu_backward
from tests.gradients import LIMIT, errors, numeric, relative_error


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_embedding_looks_up_rows_in_the_order_of_the_ids(rng):
    layer = Embedding(3, 2, 1.0, rng, np.float64)
    layer.table.value[...] = [[1, 2], [3, 4], [5, 6]]
    output, _ = layer.forward(np.array([2, 0, 2]))
    assert output.tolist() == [[5, 6], [1, 2], [5, 6]]


def test_embedding_gradient_sums_the_rows_of_a_repeated_id(rng):
    layer = Embedding(3, 2, 1.0, rng, np.float64)
    layer.backward(np.array([[1.0, 10], [2, 20], [4, 40]]), np.array([2, 0, 2]))
    assert layer.table.gradient.tolist() == [[2, 20], [0, 0], [5, 50]]


def test_backward_adds_to_the_gradient_of_an_earlier_backward(rng):
    layer = Embedding(2, 1, 1.0, rng, np.float64)
    for _ in range(2):
        layer.backward(np.array([[3.0]]), np.array([1]))
    assert layer.table.gradient.tolist() == [[0], [6]]
    layer.table.zero_gradient()
    assert layer.table.gradient.tolist() == [[0], [0]]


@pytest.mark.parametrize("ids", [[1, 3, 1, 1], [0, 1, 3], [3, 0, 2], [1, 1, 2], [], [2]])
def test_embedding_passes_the_gradient_check_whether_ids_repeat_or_not(ids, rng):
    layer, ids = Embedding(4, 3, 1.0, rng, np.float64), np.array(ids, int)
    up = rng.standard_normal((len(ids), 3))
    layer.backward(up, layer.forward(ids)[1])
    assert max(errors(layer.parameters(), lambda: float((layer.forward(ids)[0] * up).sum())).values()) < LIMIT


def test_embedding_gives_ascending_ids_the_gradient_of_any_other_order(rng):
    up, order = rng.standard_normal((3, 2)), np.array([2, 0, 1])
    ascending, shuffled = (Embedding(5, 2, 1.0, rng, np.float64) for _ in range(2))
    ids = np.array([0, 2, 4])  # strictly ascending ids take a shorter way
    ascending.backward(up, ids)
    shuffled.backward(up[order], ids[order])
    np.testing.assert_array_equal(ascending.table.gradient, shuffled.table.gradient)


def test_weighted_sum_is_the_sum_of_weighted_rows(rng):
    layer = WeightedSum(3, 2, 1.0, rng, np.float64)
    layer.table.value[...] = [[1, 2], [3, 4], [5, 6]]
    output, _ = layer.forward(sparse.csr_array([[1.0, 0, -2], [0, 0, 0]]))
    assert output.tolist() == [[-9, -10], [0, 0]]


def test_weighted_sum_passes_the_gradient_check(rng):
    layer, up = WeightedSum(5, 3, 1.0, rng, np.float64), rng.standard_normal((4, 3))
    weights = sparse.csr_array(rng.standard_normal((4, 5)) * (rng.random((4, 5)) < 0.5))
    layer.backward(up, layer.forward(weights)[1])
    assert max(errors(layer.parameters(), lambda: float((layer.forward(weights)[0] * up).sum())).values()) < LIMIT


def test_rows_of_unit_length_keep_their_directions():
    output, _ = UnitLength().forward(np.array([[3.0, -4], [0, 0.5], [0, 0]]))
    np.testing.assert_allclose(output, [[0.6, -0.8], [0, 1], [0, 0]], rtol=1e-15)


def test_unit_length_passes_the_gradient_check(rng):
    layer, x, up = UnitLength(), rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    x[1] *= 100  # what is long moves less
    gradient = layer.backward(up, layer.forward(x)[1])
    assert relative_error(gradient, numeric(x, lambda: float((layer.forward(x)[0] * up).sum()))) < LIMIT
    np.testing.assert_allclose((gradient * x).sum(axis=1), 0, atol=1e-12)  # a longer row is the same direction


def test_a_row_of_zeros_has_no_direction_and_no_gradient():
    layer = UnitLength()
    _, cache = layer.forward(np.array([[0.0, 0], [0, 2]]))
    assert layer.backward(np.array([[5.0, 7], [3, 1]]), cache).tolist() == [[0, 0], [1.5, 0]]


@pytest.mark.parametrize(("kind", "widths"), [(Linear, (4, 3)), (MLP, (4, 6, 3))])
@pytest.mark.parametrize("repeated", [False, True])
def test_linear_and_mlp_pass_the_gradient_check(kind, widths, repeated, rng):
    layer, x, up = kind(*widths, rng, np.float64), rng.standard_normal((5, 4)), rng.standard_normal((5, 3))
    if repeated:
        x[3] = x[0]  # one row twice in a batch
    if isinstance(layer, MLP):
        layer.inner.bias.value[...] = 0.3
        layer.outer.weight.value[...] = rng.standard_normal((6, 3))  # it starts at 0
        assert np.abs(layer.inner.forward(x)[0]).min() > 1e-3  # no activation near the kink

    def loss() -> float:
        return float((layer.forward(x)[0] * up).sum())

    input_gradient = layer.backward(up, layer.forward(x)[1])
    assert max(errors(layer.parameters(), loss).values()) < LIMIT
    assert relative_error(input_gradient, numeric(x, loss)) < LIMIT


def test_two_forward_passes_before_their_backward_passes_do_not_disturb_each_other(rng):
    layer, first, second = MLP(4, 6, 3, rng, np.float64), rng.standard_normal((2, 4)), rng.standard_normal((3, 4))
    layer.outer.weight.value[...] = rng.standard_normal((6, 3))  # it starts at 0
    layer.inner.bias.value[...] = 0.3
    up = rng.standard_normal((5, 3))
    caches = [layer.forward(x)[1] for x in (first, second)]
    for gradient, cache in zip((up[:2], up[2:]), caches, strict=True):
        layer.backward(gradient, cache)
    both = np.concatenate([first, second])
    assert max(errors(layer.parameters(), lambda: float((layer.forward(both)[0] * up).sum())).values()) < LIMIT


def test_a_fresh_mlp_outputs_zero_and_still_has_a_gradient(rng):
    layer, x = MLP(4, 6, 3, rng, np.float64), rng.standard_normal((5, 4))
    output, cache = layer.forward(x)
    assert not output.any()
    layer.backward(np.ones((5, 3)), cache)
    assert layer.outer.weight.gradient.any()


def test_relu_passes_gradients_only_where_its_input_was_positive():
    output = relu(np.array([[-1.0, 2.0, 0.0]]))
    assert output.tolist() == [[0, 2, 0]]
    assert relu_backward(np.array([[5.0, 6.0, 7.0]]), output).tolist() == [[0, 6, 0]]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda layer: setattr(layer.inner, "backward", lambda gradient, x: gradient @ layer.inner.weight.value.T),
        lambda layer: setattr(layer.outer, "backward", lambda up, x: Linear.backward(layer.outer, 2 * up, x)),
    ],
    ids=["inner layer adds no gradient", "outer layer doubles it"],
)
def test_the_gradient_check_finds_a_wrong_backward(spoil, rng):
    layer, x, up = MLP(4, 6, 3, rng, np.float64), rng.standard_normal((5, 4)), rng.standard_normal((5, 3))
    layer.outer.weight.value[...] = rng.standard_normal((6, 3))
    spoil(layer)
    layer.backward(up, layer.forward(x)[1])
    assert max(errors(layer.parameters(), lambda: float((layer.forward(x)[0] * up).sum())).values()) > 0.1


def test_dropout_zeroes_whole_rows_and_does_not_scale_the_others(rng):
    mask = dropout_rows(10_000, 0.3, rng, np.float32)
    assert mask.shape == (10_000, 1)
    assert mask.dtype == np.float32
    assert set(mask.ravel().tolist()) == {0, 1}
    assert abs(mask.mean() - 0.7) < 0.02


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layers_keep_the_dtype_they_were_made_with(dtype, rng):
    layer = MLP(4, 6, 3, rng, dtype)
    output, cache = layer.forward(np.ones((2, 4), dtype))
    assert output.dtype == dtype
    assert layer.backward(output, cache).dtype == dtype
    assert {p.gradient.dtype for p in layer.parameters().values()} == {np.dtype(dtype)}
