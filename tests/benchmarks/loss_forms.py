"""Which form of the in-batch loss to train with, chosen on validation data alone.

    python tests/benchmarks/loss_forms.py --data FOLDER

The newest 20 % of each user's ratings, the test part, are put aside and never looked at. From the rest, validation
parts are cut twice: the newest 20 % again, and a random 20 %.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

import recsys
from recsys.nn.losses import in_batch_softmax, masked_in_batch_softmax
from recsys.run import Run

SETTINGS = [(8192, 0.07), (8192, 0.1), (8192, 0.2), (32768, 0.1)]


def plain(scores, log_q, counts, positives, known):
    return in_batch_softmax(scores, log_q, counts, positives)


def validation_splits(dataset: recsys.Dataset) -> dict[str, recsys.Split]:
    train = recsys.split(dataset, 0.2, np.random.default_rng(0)).train
    timeless = replace(train, timestamp=None)
    return {
        "newest": recsys.split(train, 0.2, np.random.default_rng(0)),
        "random": recsys.split(timeless, 0.2, np.random.default_rng(1)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    splits = validation_splits(recsys.load_dataset(arguments.data))
    print(f"validation nDCG@10, mean of {arguments.seeds} seeds, all epochs run")
    print("model form        batch    l2 " + "".join(f"{name:>9}" for name in splits))
    for model in ("base", "deep"):
        for name, loss in (("plain", plain), ("masked", masked_in_batch_softmax)):
            for batch_size, l2 in SETTINGS:
                config = recsys.TrainConfig(batch_size=batch_size, l2=l2)
                means = [mean_ndcg(model, parts, config, loss, arguments.seeds) for parts in splits.values()]
                row = "".join(f"{mean:9.4f}" for mean in means)
                print(f"{model:5} {name:8} {batch_size:8} {l2:5} {row}", flush=True)


def mean_ndcg(model: str, parts: recsys.Split, config: recsys.TrainConfig, loss, seeds: int) -> float:
    found = []
    for seed in range(seeds):
        run = Run(model, parts.train, config, np.random.default_rng(seed), loss=loss)
        for epoch in range(1, config.epochs + 1):
            run.epoch(epoch)
        found.append(recsys.evaluate(run.fitted((), config.epochs), parts.train, parts.test).mean["ndcg"])
    return float(np.mean(found))


if __name__ == "__main__":
    main()
