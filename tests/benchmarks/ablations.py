"""Ablations: change one thing about how the models are trained, and measure on validation data alone.

    python tests/benchmarks/ablations.py --data FOLDER [--seeds 3] [--only WORDS]

FOLDER is MovieLens 100K with ua.base and ub.base. Six validation parts are cut from training ratings alone: two as
the site cuts its test part, four as ua.test and ub.test were cut. The tables are in RESULTS.md.
"""

import argparse
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import Tuned, tune
from recsys.data import rating_scale
from recsys.models import features, linear
from recsys.models.deep import DeepModel
from recsys.models.registry import MODELS
from recsys.nn.losses import multinomial_softmax
from recsys.nn.negatives import InBatchNegatives
from recsys.training import trainer
from recsys.training.ensemble import Ensemble


def unmasked(z, positive_scores, pairs):
    """The in-batch softmax whose sums hold all items of a batch, those that the user rated included."""
    in_batch = InBatchNegatives(pairs.user, pairs.item, np.bincount(pairs.item).astype("f4"))
    return multinomial_softmax(z, positive_scores, pairs, in_batch.rated())


def no_contributions(self, inputs, vectors, items, item):
    """Zeros instead of what each rated item adds to its own score."""
    return np.zeros(len(item), "f4"), vectors


@dataclass(frozen=True)
class Variant:
    """One way to train.

    Attributes:
        name: what is different.
        model: which model.
        settings: hyperparameters that differ from the defaults.
        patches: (module or class, name, value) of what is replaced in the code.
    """

    name: str
    model: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    patches: tuple[tuple[Any, str, Any], ...] = ()


def deep(name: str, *patches: tuple[Any, str, Any], **settings: Any) -> Variant:
    return Variant(name, "deep", settings, patches)


MULTINOMIAL = ((trainer, "masked_in_batch_softmax", unmasked),)

VARIANTS = [
    Variant("unchanged", "base"),
    *(Variant(f"l2 {l2}", "base", {"l2": l2}) for l2 in (0.05, 0.07, 0.1, 0.14, 0.2)),
    Variant("dim 96", "base", {"dim": 96}),
    Variant("30 epochs", "base", {"epochs": 30}),
    Variant("two batches an epoch", "base", {"batch_size": 40_000}),
    Variant("multinomial loss", "base", patches=MULTINOMIAL),
    deep("unchanged"),
    deep("not trained: the closed form alone", epochs=0),
    deep("no distillation", distillation=0.0),
    deep("more distillation", distillation=4.0),
    Variant("multinomial loss", "deep", patches=MULTINOMIAL),
    deep("dim 32", dim=32),
    deep("dim 96", dim=96),
    deep("dim 128", dim=128),
    deep("30 epochs", epochs=30),
    deep("no recency", (features, "RECENCY", 0.0)),
    deep("recency 0.5", (features, "RECENCY", 0.5)),
    deep("recency 2", (features, "RECENCY", 2.0)),
    deep("recency 4", (features, "RECENCY", 4.0)),
    deep("no windows", (features, "WINDOW_WEIGHT", 0.0)),
    deep("window weight 1", (features, "WINDOW_WEIGHT", 1.0)),
    deep("a low rating counts 0.1", (rating_scale, "DISLIKE", 0.1)),
    deep("any rating counts 1", (rating_scale, "DISLIKE", 1.0)),
    deep("EASE l2 200", start_l2=200.0),
    deep("EASE l2 900", start_l2=900.0),
    *(deep(f"a head of {n} items", (linear, "HEAD", n)) for n in (125, 250, 500, 1000)),
    deep("softening 1", (linear, "SOFTENING", 1.0)),
    deep(
        "items may predict themselves",
        (DeepModel, "self_contributions_forward", no_contributions),
        (DeepModel, "self_contributions_backward", lambda self, gradient, vectors: np.zeros_like(vectors)),
    ),
    deep("no feature dropout", (DeepModel, "feature_dropout", 0.0)),
]


def validation_parts(folder: Path) -> dict[str, recsys.Split]:
    """Six splits of training ratings, none of which holds a test rating of the split it comes from."""
    dataset = recsys.load_dataset(folder)
    parts = {name: subset_in_file(dataset, folder / f"{name}.base") for name in ("ua", "ub")}
    newest = recsys.split(recsys.split(dataset, 0.2).train, 0.2)
    return {
        "ua": hide_ten(parts["ua"], 1),
        "ua again": hide_ten(parts["ua"], 3),
        "ub": hide_ten(parts["ub"], 2),
        "ub again": hide_ten(parts["ub"], 4),
        "newest": newest,
        "newest of older": recsys.split(newest.train, 0.2),
    }


def subset_in_file(dataset: recsys.Dataset, path: Path) -> recsys.Dataset:
    """The ratings that are listed in one of the data set's files."""
    rows = pd.read_csv(path, sep="\t", header=None, usecols=[0, 1])
    subset = pd.MultiIndex.from_frame(rows)
    pairs = pd.MultiIndex.from_arrays([dataset.user_ids[dataset.user], dataset.item_ids[dataset.item]])
    return dataset.subset(pairs.isin(subset))


def hide_ten(ratings: recsys.Dataset, seed: int) -> recsys.Split:
    """Hide ten random ratings of each user, or half of them if there are fewer than twenty."""
    order = np.lexsort((np.random.default_rng(seed).random(ratings.n_ratings), ratings.user))
    counts = ratings.user_counts
    position = np.arange(ratings.n_ratings) - np.repeat(np.cumsum(counts) - counts, counts)
    hidden = np.zeros(ratings.n_ratings, bool)
    hidden[order] = position < np.repeat(np.minimum(10, counts // 2), counts)
    return recsys.Split(ratings.subset(~hidden), ratings.subset(hidden), "random")


def ndcg(variant: Variant, parts: recsys.Split, seed: int) -> float:
    """nDCG@10 after all epochs, so that early stopping does not blur the effect of a setting."""
    defaults = MODELS[variant.model].defaults(parts.train, recsys.TrainConfig())
    hyperparameters = replace(defaults, **variant.settings)
    with ExitStack() as stack:
        for target, name, value in variant.patches:
            stack.enter_context(patch.object(target, name, value))
        run = Ensemble(MODELS[variant.model], parts.train, hyperparameters, np.random.default_rng(seed))
        for epoch in range(1, hyperparameters.epochs + 1):
            run.train_epoch(epoch)
        return recsys.evaluate(run.fitted((), hyperparameters.epochs), parts.train, parts.test).mean["ndcg"]


def show(name: str, values: list[float]) -> None:
    means = [float(np.mean(values[:4])), float(np.mean(values[4:]))]
    print(f"{name:40}" + "".join(f"{value:17.4f}" for value in [*values, *means]), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="run only the variants whose name contains these words")
    arguments = parser.parse_args()
    parts = validation_parts(arguments.data)
    print(f"nDCG@10 on validation parts, mean of {arguments.seeds} seeds")
    print(f"{'':40}" + "".join(f"{name:>17}" for name in [*parts, "random", "newest"]))
    if not arguments.only:
        for name, spec in BASELINES.items():
            # Tuned on the very part that they are measured on, which makes them harder to beat.
            show(name, [best_ndcg(tune(spec, split, seed=0), split) for split in parts.values()])
    for variant in VARIANTS:
        name = f"{variant.model}: {variant.name}"
        if arguments.only in name:
            rows = [[ndcg(variant, split, seed) for seed in range(arguments.seeds)] for split in parts.values()]
            show(name, [float(np.mean(row)) for row in rows])


def best_ndcg(tuned: Tuned, parts: recsys.Split) -> float:
    """The highest nDCG of the grid; popularity has none."""
    if tuned.trials:
        return max(trial.ndcg for trial in tuned.trials)
    return recsys.evaluate(recsys.Popularity(parts.train), parts.train, parts.test).mean["ndcg"]


if __name__ == "__main__":
    main()
