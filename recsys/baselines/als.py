"""Implicit ALS: matrix factorisation of "rated or not"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from recsys.baselines.hyperparameters import require_counts, require_weights
from recsys.baselines.protocol import BaselineSpec
from recsys.data.dataset import Dataset
from recsys.errors import TrainingError
from recsys.nn.arrays import Ids
from recsys.nn.least_squares import alternating_least_squares

GRID = ((0.4, 0.01), (0.4, 0.03), (0.4, 0.1), (0.1, 0.01), (0.1, 0.03), (0.03, 0.03), (0.01, 0.03), (0.003, 0.03))
"""Weights of a pair without a rating, and penalties. The penalty is multiplied by that weight and the number of items
(see :class:`ALS`), so on catalogues of tens of thousands of items a good penalty goes with a small weight only."""


class ALS:
    """Vectors whose dot product is 1 where a user rated an item and 0 elsewhere (Hu, Koren and Volinsky 2008).

    Minimises, over all users u and items i::

        sum over rated (u, i) of (1 - p_u.q_i)^2  +  unobserved * sum over the others of (p_u.q_i)^2
        + l2 * (sum over u of c_u |p_u|^2  +  sum over i of c_i |q_i|^2)

    where ``c_u`` is the number of ratings of u plus ``unobserved`` times the number of items, and ``c_i`` likewise:
    regularisation grows with the evidence (Rendle et al. 2022). An epoch solves for all users, then for all items,
    each time with a few conjugate-gradient steps from where the last epoch ended (Takács et al. 2011).

    Args:
        train: the ratings to learn from.
        dim: length of the vectors.
        l2: weight of the penalty.
        unobserved: weight of a pair without a rating, relative to 1 for one with a rating.
        epochs: how often both sides are solved.
        seed: of the first item vectors.

    Raises:
        ConfigError: dim or epochs is not a whole number from 1, or l2 or unobserved not a finite number from 0.
        TrainingError: l2 or unobserved is so large that the vectors are beyond what 32 bits hold.

    >>> import recsys
    >>> dataset = recsys.load_dataset("sample")
    >>> recsys.ALS(dataset, dim=16, epochs=2).scores(users=[0]).shape
    (1, 515)
    """

    is_thread_safe = True

    def __init__(
        self,
        train: Dataset,
        dim: int = 128,
        l2: float = 0.01,
        unobserved: float = 0.4,
        epochs: int = 8,
        seed: int = 0,
    ) -> None:
        require_counts("ALS", dim=dim, epochs=epochs)
        require_weights("ALS", l2=l2, unobserved=unobserved)
        self.user_ids, self.item_ids = train.user_ids, train.item_ids
        # As in fit: more threads of BLAS would change the last bits, and gain nothing at these sizes.
        with threadpool_limits(1, "blas"), np.errstate(over="ignore", invalid="ignore"):  # checked below
            self.user_vectors, self.item_vectors = alternating_least_squares(
                train.binary_matrix(), dim, l2, unobserved, epochs, np.random.default_rng(seed)
            )
        if not (np.isfinite(self.user_vectors).all() and np.isfinite(self.item_vectors).all()):
            raise TrainingError(
                "ALS has diverged (its vectors are beyond what 32 bits hold); lower l2, which is "
                f"{l2:g}, or unobserved, which is {unobserved:g}"
            )

    def scores(self, users: Ids | None = None) -> NDArray[np.float32]:
        """Dot products: float32 (n, n_items); all 0 for a user without ratings."""
        vectors = self.user_vectors if users is None else self.user_vectors[users]
        scores: NDArray[np.float32] = vectors @ self.item_vectors.T
        return scores


BASELINE = BaselineSpec(
    label="ALS",
    colour=("#a8327f", "#f08cc6"),
    factory=ALS,
    grid=[{"unobserved": weight, "l2": l2} for weight, l2 in GRID],
    draft=lambda seed: {"dim": 64, "epochs": 6, "seed": seed},  # half the length ranks the grid alike, twice as fast
    final=lambda seed: {"dim": 128, "epochs": 8, "seed": seed},
    relative_time=1.5,
)
