"""Saved models with something wrong in them, and what reading says of them."""

import numpy as np
import pytest

import recsys
from recsys.models.archive import Archive
from recsys.models.load import unpack


def refusal(content: Archive) -> str:
    with pytest.raises(recsys.DataError) as caught:
        unpack(content)
    return str(caught.value)


def with_array(content: Archive, name: str, array: np.ndarray) -> Archive:
    assert name in content.arrays
    return Archive({**content.arrays, name: array}, content.text)
