import numpy as np
import pytest
from scipy import sparse

from recsys import TrainConfig
from recsys.models.features import equal_weights
from recsys.models.linear import LinearTowers
from recsys.models.registry import MODELS
from recsys.models.teacher import Teacher
from recsys.training.batches import batches
from tests.synthetic import two_tastes


def test_a_teacher_scores_each_rated_item_by_the_others_alone():
    rng = np.random.default_rng(0)
    rated = sparse.csr_array(np.array([[1.0, 1, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0]]))
    histories = equal_weights(rated)
    towers = LinearTowers(rng.standard_normal((4, 3)), rng.standard_normal((4, 3)))
    for batch in batches(rated, 2, rng):  # users in any order, items a part of the catalogue
        factors = Teacher(towers, histories).scores(batch.users, batch.items, batch.entries)
        scores = factors.users @ factors.items.T + factors.bias
        scores[batch.pairs.user, batch.pairs.item] -= factors.self_contributions
        np.testing.assert_allclose(factors.positive_scores, scores[batch.pairs.user, batch.pairs.item])
        for row, user in enumerate(batch.users):
            for column, item in enumerate(batch.items):
                others = histories.toarray()[user].copy()
                others[item] = 0
                assert scores[row, column] == pytest.approx(others @ towers.history @ towers.items[item])


def test_a_teacher_in_float64_is_nowhere_rounded_to_float32():
    ratings = two_tastes(n_users=6, n_items=8)
    hyperparameters = MODELS["deep"].defaults(ratings, TrainConfig(dim=3))
    towers, teacher = MODELS["deep"].create(ratings, hyperparameters, np.random.default_rng(0), np.float64)
    self_products = np.einsum("fd,fd->f", towers.pool.table.value, towers.item.table.value)
    lengths = np.repeat(ratings.user_counts, ratings.user_counts)
    expected = self_products[ratings.matrix.indices] / np.sqrt(lengths)
    np.testing.assert_allclose(teacher.self_contributions, expected, rtol=1e-13)
