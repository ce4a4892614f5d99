from dataclasses import replace

import numpy as np
import pytest

from recsys import ConfigError, TrainConfig
from recsys.models import base, cosine
from recsys.training.ensemble import Ensemble
from tests.synthetic import two_tastes


def test_towers_that_start_from_a_teacher_are_refused_for_a_model_without_one():
    ratings = two_tastes()
    hyperparameters = replace(base.defaults(ratings, TrainConfig(dim=4)), cosine_dim=2)
    spec = replace(base.MODEL, companions=(cosine.TOWERS,))
    with pytest.raises(ConfigError, match="cosine towers start from a teacher, and base has none"):
        Ensemble(spec, ratings, hyperparameters, np.random.default_rng(0))
