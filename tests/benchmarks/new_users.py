"""Cold start in two ways: new users give some of their items at random, or those they rated first.

    python tests/benchmarks/new_users.py --data FOLDER [--draws 5] [--seed 0]

nDCG@10 by how many they give, by the protocol of ``--evaluate-new-users``; deep is trained once for each draw. It
measures on users by whom no setting may be chosen.
"""

import argparse
from pathlib import Path

import numpy as np

import recsys
from recsys.baselines.registry import BASELINES
from recsys.data.dataset import Dataset
from recsys.evaluation import cold_start
from recsys.evaluation.cold_start import AT_RANDOM, FIRST_IN_TIME, UntunedColdStart, as_liked
from recsys.models.fitted import Fitted

K = 10
GIVEN = ("1", "3", "5", "10", "20", cold_start.HALF)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=cold_start.DRAWS)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    cold_start.GIVEN, cold_start.DRAWS = GIVEN, arguments.draws
    dataset = recsys.load_dataset(arguments.data)
    learned: dict[int, Fitted] = {}

    def learn(train: Dataset, draw: int) -> Fitted:
        if draw not in learned:  # both rows of deep share it
            learned[draw] = recsys.fit(train, "deep", recsys.TrainConfig(seed=arguments.seed + draw))
        return learned[draw]

    deep = {"deep": UntunedColdStart(learn), "deep, items alone": UntunedColdStart(learn, as_liked)}
    baselines = {name: spec.cold_start for name, spec in BASELINES.items() if spec.cold_start is not None}
    ways = {"at random": AT_RANDOM, "first in time": FIRST_IN_TIME} if dataset.has_times else {"at random": AT_RANDOM}
    orders = list(ways.values())
    reports = cold_start.evaluate_cold_start(dataset, deep | baselines, K, arguments.seed, orders=orders)
    for way, report in zip(ways, reports, strict=True):
        print(f"{way + ', given':24}" + "".join(f"{given:>9}" for given in report.given))
        means = {name: np.array(rows).mean(axis=1) for name, rows in report.models.items()}
        for name, row in means.items():
            print(f"{name:24}" + "".join(f"{value:9.4f}" for value in row))
        for name in [name for name in baselines if name in means]:
            shares = means["deep"] / means[name]
            print(f"{'deep / ' + name:24}" + "".join(f"{share:9.1%}" for share in shares), flush=True)


if __name__ == "__main__":
    main()
