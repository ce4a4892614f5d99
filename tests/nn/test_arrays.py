import numpy as np

from recsys.nn import arrays
from recsys.nn.arrays import pair_dots, unit_vectors


def test_dot_products_of_pairs_do_not_depend_on_the_blocks(monkeypatch):
    monkeypatch.setattr(arrays, "PAIR_NUMBERS", 2)
    left, right = np.arange(6.0).reshape(3, 2), np.array([[1.0, 1], [0, 2]])
    assert pair_dots(left, np.array([0, 1, 2, 2, 0]), right, np.array([0, 1, 0, 1, 1])).tolist() == [1, 6, 9, 10, 2]


def test_unit_vectors_have_length_1_and_zeros_stay_zero():
    assert unit_vectors(np.array([[3.0, 4], [0, 0], [0, -2]], np.float32)).tolist() == [
        [np.float32(0.6), np.float32(0.8)],
        [0, 0],
        [0, -1],
    ]
