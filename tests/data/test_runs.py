import numpy as np

from recsys.data.runs import places


def test_each_run_is_counted_from_0():
    assert places(np.array([3, 0, 1, 2])).tolist() == [0, 1, 2, 0, 0, 1]
    assert places(np.array([], int)).tolist() == []
