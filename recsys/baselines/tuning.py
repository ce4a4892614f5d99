"""Choosing a baseline's settings: by validation nDCG@10, on ratings cut from the training part.

The same cut for every baseline and setting. Knows that a baseline is made of ratings and settings, not which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recsys.baselines.als import ALS
from recsys.baselines.simple import EASE, EASE_LARGEST, ItemKNN, Popularity, can_ease
from recsys.data.dataset import Dataset
from recsys.data.split import Split, split
from recsys.evaluation.metrics import accuracy, hits
from recsys.evaluation.ranking import Scorer, top_k

VALIDATION_K = 10
MOST_USERS = 2000
"""With more, evenly spaced ones are judged: the choice is as good, and much sooner made."""

RULE = (
    "every baseline takes any rating as 1, whatever its value and its age (deep sees both, and genres and what is "
    "known of users); its settings are those of its grid with the highest nDCG@10 on a "
    "validation part, cut from the training ratings as the hidden part is cut from all; then it learns from all "
    "training ratings. ALS is tried with vectors of half the length; of more than 2,000,000 ratings those of evenly "
    "spaced users are tried on"
)

MOST_RATINGS = 2_000_000
"""With more, settings are chosen on the ratings of evenly spaced users."""

Settings = Mapping[str, int | float]


@dataclass(frozen=True)
class Recipe:
    """How a baseline comes about.

    Attributes:
        make: from training ratings and settings to something with ``scores``.
        grid: the settings to choose from; where nothing can be held out, the first is taken.
        draft: settings in place of the defaults while choosing, to be quick about it.
        final: settings that are not chosen, named for the record.
        obstacle: why it cannot be computed for these ratings; None where it can.
    """

    make: Callable[..., Scorer]
    grid: Sequence[Settings] = ({},)
    draft: Settings = field(default_factory=dict)
    final: Settings = field(default_factory=dict)
    obstacle: Callable[[Dataset], str | None] = lambda train: None


@dataclass(frozen=True)
class Trial:
    """One entry of a grid, and its nDCG@10 on the validation part."""

    settings: Settings
    ndcg: float


@dataclass(frozen=True)
class Chosen:
    """What was chosen, and among what; no trials where there was no choice."""

    settings: Settings
    trials: tuple[Trial, ...] = ()

    def in_words(self) -> str:
        """For the terminal: ``l2 300 (best of 3)``."""
        settings = ", ".join(f"{name} {value:g}" for name, value in self.settings.items())
        return f"{settings or 'nothing to choose'}{f' (best of {len(self.trials)})' if self.trials else ''}"


def too_large(train: Dataset) -> str | None:
    """Why EASE cannot be computed for these ratings; None where it can."""
    if can_ease(train):
        return None
    return f"more than {EASE_LARGEST:,} users and items: the matrix to invert would be too large"


def recipes(seed: int) -> dict[str, Recipe]:
    """Every baseline, by the name of its row in the table of metrics."""
    return {
        "popularity": Recipe(Popularity),
        "item_knn": Recipe(
            ItemKNN,
            [{"neighbours": n, "shrinkage": shrinkage} for n in (30, 100, 400) for shrinkage in (0, 20)],
        ),
        "ease": Recipe(EASE, [{"l2": l2} for l2 in (300, 100, 1000)], obstacle=too_large),
        "als": Recipe(
            ALS,
            [{"unobserved": weight, "l2": l2} for weight in (0.4, 0.1) for l2 in (0.01, 0.03, 0.1)],
            draft={"dim": 64, "epochs": 6, "seed": seed},
            final={"dim": 128, "epochs": 8, "seed": seed},
        ),
    }


def validation(train: Dataset, holdout: float, rng: np.random.Generator) -> Split:
    """The training part cut in two as the whole was; of a very large one, only every so many users."""
    step = -(-train.n_ratings // MOST_RATINGS)
    return split(train.subset(train.user % step == 0) if step > 1 else train, holdout, rng)


def choose(recipe: Recipe, parts: Split) -> Chosen:
    """The entry of the grid with the highest nDCG@10 on ``parts.test`` when learned from ``parts.train``.

    Of equals the first is chosen.

    Args:
        recipe: what to choose for.
        parts: the training part, cut in two the way the test part was cut off.
    """
    if parts.test is None or len(recipe.grid) == 1:
        return Chosen({**recipe.final, **recipe.grid[0]})
    trials = []
    for settings in recipe.grid:
        scorer = recipe.make(parts.train, **recipe.draft, **settings)
        trials.append(Trial(settings, _ndcg(scorer, parts.train, parts.test)))
    best = max(trials, key=lambda trial: trial.ndcg)
    return Chosen({**recipe.final, **best.settings}, tuple(trials))


def _ndcg(scorer: Scorer, train: Dataset, test: Dataset) -> float:
    users = np.flatnonzero(test.user_counts)
    users = users[:: -(-len(users) // MOST_USERS)]
    items, _ = top_k(scorer, users, min(VALIDATION_K, train.n_items), exclude=train)
    return float(accuracy(hits(items, users, test), test.user_counts[users])["ndcg"].mean())
