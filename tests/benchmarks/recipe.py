"""The comparisons that decided how the models are trained, repeated: on validation data alone.

    python tests/benchmarks/recipe.py --data FOLDER [--seeds 3] [--only WORDS]

FOLDER is MovieLens 100K with ua.base and ub.base. From training ratings only, six validation parts are cut: two the
way the site's own test is cut, four the way ua.test and ub.test are. The tables are in RESULTS.md.
"""

import argparse
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

import recsys
from recsys.baselines.tuning import Chosen, choose, recipes
from recsys.models import features, linear, rating_scale
from recsys.models.deep import DeepModel
from recsys.models.registry import MODELS
from recsys.nn import negatives as scores
from recsys.training import trainer as run
from recsys.training.trainer import Trainer
from tests.multinomial import multinomial


def unmasked(self, users, items, offset, selves, masked=scores.InBatchNegatives.forward):
    """Scores of all films of a batch with the user's own among them."""
    z, own, cache = masked(self, users, items, offset, selves)
    z[self.user, self.film] = own + np.log(self.counts, dtype=own.dtype)[self.film]
    return z, own, cache


def no_contributions(self, inputs, vectors, items, item):
    """Zeros in place of what each rated item adds to its own score."""
    return np.zeros(len(item), "f4"), vectors


@dataclass(frozen=True)
class Variant:
    """One way to train: what differs from the defaults, as settings, or as names in modules."""

    name: str
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    constants: tuple[tuple[Any, str, Any], ...] = ()


def deep(name: str, *constants: tuple[Any, str, Any], **settings: Any) -> Variant:
    return Variant(name, "deep", settings, constants)


MULTINOMIAL = ((run, "masked_in_batch_softmax", multinomial), (scores.InBatchNegatives, "forward", unmasked))

VARIANTS = [
    Variant("as it is", "base"),
    *(Variant(f"l2 {l2}", "base", {"l2": l2}) for l2 in (0.05, 0.07, 0.1, 0.14, 0.2)),
    Variant("dim 96", "base", {"dim": 96}),
    Variant("30 epochs", "base", {"epochs": 30}),
    Variant("two batches an epoch", "base", {"batch_size": 40_000}),
    Variant("multinomial loss", "base", constants=MULTINOMIAL),
    deep("as it is"),
    deep("not trained: the closed form alone", epochs=0),
    deep("not held to the closed form", distillation=0.0),
    deep("held more", distillation=4.0),
    Variant("multinomial loss", "deep", constants=MULTINOMIAL),
    deep("dim 32", dim=32),
    deep("dim 96", dim=96),
    deep("dim 128", dim=128),
    deep("30 epochs", epochs=30),
    deep("no recency", (features, "RECENCY", 0.0)),
    deep("recency 0.5", (features, "RECENCY", 0.5)),
    deep("recency 2", (features, "RECENCY", 2.0)),
    deep("recency 4", (features, "RECENCY", 4.0)),
    deep("no windows", (features, "WINDOW_WEIGHT", 0.0)),
    deep("windows weigh 1", (features, "WINDOW_WEIGHT", 1.0)),
    deep("a low rating counts 0.1", (rating_scale, "DISLIKE", 0.1)),
    deep("any rating counts 1", (rating_scale, "DISLIKE", 1.0)),
    deep("EASE l2 200", (linear, "EASE_L2", 200.0)),
    deep("EASE l2 900", (linear, "EASE_L2", 900.0)),
    *(deep(f"a head of {n} films", (linear, "HEAD", n)) for n in (125, 250, 500, 1000)),
    deep("softening 1", (linear, "SOFTENING", 1.0)),
    deep(
        "films may predict themselves",
        (DeepModel, "self_contributions_forward", no_contributions),
        (DeepModel, "self_contributions_backward", lambda self, gradient, vectors: np.zeros_like(vectors)),
    ),
    deep("features never dropped", (DeepModel, "feature_dropout", 0.0)),
]


def validation_parts(folder: Path) -> dict[str, recsys.Split]:
    """Six cuts of training ratings; no test rating of the split it comes from is in any of them."""
    whole = recsys.load_dataset(folder)
    parts = {name: only(whole, folder / f"{name}.base") for name in ("ua", "ub")}
    newest = recsys.split(recsys.split(whole, 0.2).train, 0.2)
    return {
        "ua": hide_ten(parts["ua"], 1),
        "ua again": hide_ten(parts["ua"], 3),
        "ub": hide_ten(parts["ub"], 2),
        "ub again": hide_ten(parts["ub"], 4),
        "newest": newest,
        "newest of older": recsys.split(newest.train, 0.2),
    }


def only(whole: recsys.Dataset, path: Path) -> recsys.Dataset:
    """The ratings that stand in a file of the data set's own."""
    listed = pd.read_csv(path, sep="\t", header=None, usecols=[0, 1])
    wanted = pd.MultiIndex.from_frame(listed)
    pairs = pd.MultiIndex.from_arrays([whole.user_ids[whole.user], whole.item_ids[whole.item]])
    return whole.subset(pairs.isin(wanted))


def hide_ten(ratings: recsys.Dataset, seed: int) -> recsys.Split:
    """Ten random ratings of each user, or half of them where they have fewer than twenty."""
    order = np.lexsort((np.random.default_rng(seed).random(ratings.n_ratings), ratings.user))
    counts = ratings.user_counts
    place = np.arange(ratings.n_ratings) - np.repeat(np.cumsum(counts) - counts, counts)
    hidden = np.zeros(ratings.n_ratings, bool)
    hidden[order] = place < np.repeat(np.minimum(10, counts // 2), counts)
    return recsys.Split(ratings.subset(~hidden), ratings.subset(hidden), "random")


def ndcg(variant: Variant, parts: recsys.Split, seed: int) -> float:
    """After all epochs: what a setting does, not what early stopping makes of it."""
    made = MODELS[variant.model].defaults(parts.train, recsys.TrainConfig())
    made = replace(made, **variant.settings)
    with ExitStack() as stack:
        for where, name, value in variant.constants:
            stack.enter_context(patch.object(where, name, value))
        trained = Trainer(variant.model, parts.train, made, np.random.default_rng(seed))
        for epoch in range(1, made.epochs + 1):
            trained.train_epoch(epoch)
        return recsys.evaluate(trained.fitted((), made.epochs), parts.train, parts.test).mean["ndcg"]


def show(name: str, values: list[float]) -> None:
    means = [float(np.mean(values[:4])), float(np.mean(values[4:]))]
    print(f"{name:40}" + "".join(f"{value:17.4f}" for value in [*values, *means]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="variants whose name holds these words")
    arguments = parser.parse_args()
    parts = validation_parts(arguments.data)
    print(f"nDCG@10 on validation parts, mean of {arguments.seeds} seeds")
    print(f"{'':40}" + "".join(f"{name:>17}" for name in [*parts, "random", "newest"]))
    if not arguments.only:
        for name, made in recipes(0).items():
            # Tuned on the very part they are judged on: to pass them is strict.
            show(name, [best_of(choose(made, cut), cut) for cut in parts.values()])
    for variant in VARIANTS:
        name = f"{variant.model}: {variant.name}"
        if arguments.only in name:
            rows = [[ndcg(variant, cut, seed) for seed in range(arguments.seeds)] for cut in parts.values()]
            show(name, [float(np.mean(row)) for row in rows])


def best_of(chosen: Chosen, parts: recsys.Split) -> float:
    """The highest nDCG of the grid; popularity has none."""
    if chosen.trials:
        return max(trial.ndcg for trial in chosen.trials)
    return recsys.evaluate(recsys.Popularity(parts.train), parts.train, parts.test).mean["ndcg"]


if __name__ == "__main__":
    main()
