"""How many items the Rate page has by how much of its lists rounding may change.

    python tests/benchmarks/page_tower.py --data FOLDER [--data FOLDER ...] [--seed 0]

For each log deep is trained once, and its file is made for several floors of the overlap: the first leaves numbers in
float16, for no rounding leaves more than ten of ten. The overlap is then measured again, on more users than those by
whom the precision was chosen: with all that they rated of the page's items, and with three of these.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

import recsys
from recsys.data.sorting import position_in_group
from recsys.export import deep_tower
from recsys.export.page_tower import PageTower, overlap, page_histories, sample_users
from recsys.recommend.pca import principal_components
from recsys.schema import DeepTower

FLOORS = (11.0, 9.8, deep_tower.MIN_OVERLAP, 9.0)
N_GIVEN = 3
N_USERS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(f"{'':20}{'floor':>8}{'items':>8}{'of':>8}{'bits':>8}{'overlap':>9}{f'of {N_GIVEN}':>9}")
    for folder in arguments.data:
        dataset = recsys.load_dataset(folder)
        train = recsys.split(dataset, 0.2, np.random.default_rng(arguments.seed)).train
        fitted = recsys.fit(train, "deep", recsys.TrainConfig(seed=arguments.seed))
        projection = principal_components(fitted.item_vectors)
        for floor in FLOORS:
            deep_tower.MIN_OVERLAP = floor
            rng = np.random.default_rng([arguments.seed, 4])  # as in a build
            tower = deep_tower.build_deep_tower(fitted, dataset, projection, rng)
            shared = "".join(f"{value:9.2f}" for value in measured(tower, fitted, dataset))
            bits = "16" if isinstance(tower.pool, str) else f"{tower.pool.bits}, {tower.items.bits}"
            n_items = len(tower.item_ids)
            print(f"{dataset.name:20}{floor:8}{n_items:8}{tower.n_items:8}{bits:>8}{shared}", flush=True)


def measured(tower: DeepTower, fitted: recsys.Fitted, dataset: recsys.Dataset) -> tuple[float, float]:
    """The overlap for up to N_USERS users: with all that they rated of the page's items, and with a few of these."""
    if isinstance(tower.pool, str):
        return np.nan, np.nan
    rng = np.random.default_rng(1)
    ratings = sample_users(dataset, rng, N_USERS)
    rows = np.flatnonzero(np.isin(dataset.item_ids.astype(str), tower.item_ids))
    exact = PageTower.of(fitted).of_items(rows)
    rounded = exact.rounded(tower.pool.bits, tower.items.bits)
    histories = page_histories(ratings, rows, fitted.towers.members["deep"].scale)
    return overlap(exact, rounded, histories), overlap(exact, rounded, few_of(histories, rng))


def few_of(histories: sparse.csr_array[Any], rng: np.random.Generator) -> sparse.csr_array[Any]:
    """N_GIVEN random items of each history, or all where there are fewer."""
    lengths = np.diff(histories.indptr)
    row = np.repeat(np.arange(len(lengths)), lengths)
    position = np.empty(len(row), np.int64)
    position[np.lexsort((rng.random(len(row)), row))] = position_in_group(lengths)
    is_given = position < N_GIVEN
    starts = np.append(0, np.cumsum(np.minimum(lengths, N_GIVEN)))
    return sparse.csr_array((histories.data[is_given], histories.indices[is_given], starts), shape=histories.shape)


if __name__ == "__main__":
    main()
