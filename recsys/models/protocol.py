"""What a model is: the entry that its file gives to the registry.

A model is one file that defines ``MODEL = ModelSpec(...)``, and one line in :data:`recsys.models.registry.MODELS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from scipy import sparse

from recsys.config import TrainConfig
from recsys.data.dataset import Dataset
from recsys.models.fitted import Fitted
from recsys.models.hyperparameters import HyperParameters
from recsys.models.teacher import Teacher
from recsys.models.towers import Towers
from recsys.nn.arrays import Array, Ids
from recsys.nn.optim import Adam
from recsys.schema import ReasonKind


@dataclass(frozen=True, eq=False)
class Explanation:
    """How strongly a rated item supports a recommended one: the dot product of a vector of each.

    Attributes:
        rated_vectors: from U users and what they rated (U, n_items), P ratings in all, to a vector for each rating
            (P, d), in the order of the matrix.
        item_vectors: of every item that may be recommended, (n_items, d).
        max_reasons: how many rated items are named at most for one recommended item.
    """

    rated_vectors: Callable[[Ids, sparse.csr_array[Any]], Array]
    item_vectors: Array
    max_reasons: int


Scores = Callable[[Ids], Array]
"""From users (n,) to their scores of all items (n, n_items), made for this call."""
Quality = Callable[[Scores], Array]
"""How good scores are on validation data, for each of some users (m,)."""
Choose = Callable[[Dataset, HyperParameters, Quality, np.random.Generator], HyperParameters]


@dataclass(frozen=True, eq=False, kw_only=True)
class CompanionSpec:
    """Further towers of a model, for logs where they help: the scores of all its towers are weighted and added.

    Attributes:
        name: of these towers in saved models; the model's own towers have its name.
        towers: their class.
        create: untrained towers for some ratings, which start from the teacher of the model, with the hyperparameters
            that ``defaults`` gives.
        defaults: how they are trained, from the hyperparameters of the model; None for ratings where the model has no
            such towers.
        optimiser: what moves their parameters.
    """

    name: str
    towers: type[Towers]
    create: Callable[[Dataset, Teacher, HyperParameters, np.random.Generator, DTypeLike], Towers]
    defaults: Callable[[Dataset, HyperParameters], HyperParameters | None]
    optimiser: type[Adam] = Adam


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelSpec:
    """Everything the rest of the program needs to know of a model.

    Attributes:
        name: its key in the registry, in settings and in exported files.
        label: what people read.
        colour: #rrggbb on a light and on a dark page.
        description: the model in one sentence.
        towers: the class of its towers, whose ``from_state`` reads saved ones.
        create: untrained towers for these ratings, and the teacher they are distilled from, if any.
        defaults: hyperparameters for these ratings, whatever the settings leave open.
        explain: what the reasons for its recommendations follow from.
        reasons: whether their strength is the effect of a rated item on the score, or a similarity.
        choose: those hyperparameters again, some of them chosen on validation data before training.
        companions: further towers that may be trained and served together with ``towers``.
        notice: one line for the log where the model treats a data set in a special way; None for nothing to say.
    """

    name: str
    label: str
    colour: tuple[str, str]
    description: str
    towers: type[Towers]
    create: Callable[[Dataset, HyperParameters, np.random.Generator, DTypeLike], tuple[Towers, Teacher | None]]
    defaults: Callable[[Dataset, TrainConfig], HyperParameters]
    explain: Callable[[Fitted], Explanation]
    reasons: ReasonKind
    companions: tuple[CompanionSpec, ...] = ()
    notice: Callable[[Dataset], str | None] = lambda ratings: None
    choose: Choose = lambda ratings, hyperparameters, quality, rng: hyperparameters

    @property
    def classes(self) -> dict[str, type[Towers]]:
        """The classes of all towers that the model may have, by name, its own first."""
        return {self.name: self.towers, **{companion.name: companion.towers for companion in self.companions}}
