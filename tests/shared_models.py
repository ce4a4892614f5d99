"""Models of MovieLens 100K with the default settings, which all processes of a session share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from filelock import FileLock

import recsys
from tests.requirements import MOVIELENS


@cache
def movielens_parts() -> recsys.Split:
    """The newest fifth of each user's ratings and the rest, divided as the command does it."""
    return recsys.split(recsys.load_dataset(str(MOVIELENS)))


def fit_once(folder: Path, model: str, seed: int) -> recsys.Fitted:
    """A model of the training part, which the first process that wants it trains."""
    path = folder / f"movielens-{model}-{seed}"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            recsys.fit(movielens_parts().train, model, recsys.TrainConfig(seed=seed)).save(path)
    return recsys.load_fitted(path)
