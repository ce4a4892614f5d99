"""Similar items, judged by the histories of users who were left out of the training.

    python tests/benchmarks/similar.py --logs FOLDER [--names ml-100k,steam] [--seeds 2] [--validation]

FOLDER holds a folder for each log. A fifth of all users is hidden, and another 16 % for validation; models and counts
see only the rest, with ``--validation``, or all but the first fifth. For every item that at least two hidden users
rated and that has a training rating, its ten neighbours are compared with what these users rated together.

The program compares the similar items of each model, with several constants of shrinkage, with co-counts: the cosine
of two columns of the log, n_ij / (sqrt(n_i n_j) + shrinkage). The constant was chosen with ``--validation``; the
table is in RESULTS.md.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import scipy.sparse as sp

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.data.dataset import Dataset
from recsys.evaluation.candidates import exclude
from recsys.evaluation.ranking import largest
from recsys.models.registry import MODELS
from recsys.recommend.similar import SHRINKAGE, similar_items

K = 10
NAMES = ("ml-100k", "movietweetings", "steam", "book-crossing", "citeulike")
SHRINKAGES = (0, 1, 2, 3, 5, 10, 20, 50)
"""Of the cosine of vectors, in ratings; 0 is the plain cosine."""
CO_COUNT_SHRINKAGES = (0, 3, 10, 30)
MIN_HIDDEN = 2
"""Hidden users who must have rated an item, so that it is judged."""
SUPPORTED, UNSUPPORTED = 100, 5
"""Training ratings from which an item is well supported, and below which it is not."""


@dataclass(frozen=True)
class Judgement:
    """What the lists of neighbours are worth, all in per cent.

    Attributes:
        correlation: mean over neighbours of (T - E) / sqrt(t_i t_j), where T hidden users rated both items, t rated
            either, and E would rate both by chance.
        share: neighbours that a hidden user rated together with the item, less the share by chance.
        unsupported: of the items with at least 100 training ratings, those that list one with fewer than 5.
        popular: neighbours that are among the hundredth of the catalogue with the most ratings.
        coverage: items of the catalogue that stand in at least one list of any item.
    """

    correlation: float
    share: float
    unsupported: float
    popular: float
    coverage: float


class HiddenUsers:
    """What hidden users rated together, compared with chance.

    By chance is: each user's ratings as many as they are, each item's likewise, and otherwise at random (the
    configuration model). Then E = t_i t_j P / M^2 users rate i and j, where M is the number of all ratings and P the
    number of ordered pairs of ratings of one user.
    """

    def __init__(self, hidden: Dataset, train: Dataset) -> None:
        rated = binary(hidden)
        self.together = (rated.T @ rated).tocsr()  # (n_items, n_items)
        self.counts = hidden.item_counts.astype(float)
        sizes = hidden.user_counts.astype(float)
        self.pair_rate = (sizes * (sizes - 1)).sum() / sizes.sum() ** 2
        self.train_counts = train.item_counts
        self.judged = np.flatnonzero((self.counts >= MIN_HIDDEN) & (self.train_counts > 0))
        n_popular = min(max(K, train.n_items // 100), train.n_items)
        self.is_popular = self.train_counts >= np.sort(self.train_counts)[-n_popular]

    def judge(self, neighbours: np.ndarray) -> Judgement:
        """Judge the neighbours (n_items, K) of all items, -1 where there is none."""
        item, other = np.repeat(self.judged[:, None], K, axis=1), neighbours[self.judged]
        is_listed = other >= 0
        both = np.asarray(self.together[item.ravel(), other.ravel()]).reshape(item.shape)
        product = self.counts[item] * self.counts[other]
        expected = product * self.pair_rate
        correlation = (both - expected) / np.sqrt(np.maximum(product, 1))  # 0 where no hidden user rated the other
        share = (both > 0) - (1 - np.exp(-expected))
        is_supported = self.train_counts >= SUPPORTED
        lists = neighbours[is_supported]
        unsupported = ((lists >= 0) & (self.train_counts[lists] < UNSUPPORTED)).any(axis=1)
        return Judgement(
            correlation=100 * float(np.where(is_listed, correlation, 0).mean()),
            share=100 * float(np.where(is_listed, share, 0).mean()),
            unsupported=100 * float(unsupported.mean()) if len(unsupported) else float("nan"),
            popular=100 * float(self.is_popular[other[is_listed]].mean()),
            coverage=100 * len(np.unique(neighbours[neighbours >= 0])) / len(neighbours),
        )


def binary(dataset: Dataset) -> sp.csr_matrix:
    """1 where a user rated an item: (n_users, n_items)."""
    ones = np.ones(dataset.n_ratings, np.float32)
    return sp.csr_matrix((ones, (dataset.user, dataset.item)), shape=(dataset.n_users, dataset.n_items))


def by_co_counts(train: Dataset, shrinkage: float) -> np.ndarray:
    """The neighbours of all items by the shrunk cosine of their columns: (n_items, K)."""
    by_user = binary(train)
    by_item, counts = by_user.T.tocsr(), train.item_counts.astype(np.float32)
    neighbours = np.empty((train.n_items, K), np.int32)
    for rows in np.array_split(np.arange(train.n_items), 1 + train.n_items // 256):
        scores = (by_item[rows] @ by_user).toarray()
        scores /= np.maximum(np.sqrt(np.outer(counts[rows], counts)) + shrinkage, 1)
        neighbours[rows] = largest_positive(scores, rows, train)
    return neighbours


def by_popularity(train: Dataset) -> np.ndarray:
    """The most rated items, the same for all but themselves: (n_items, K)."""
    neighbours = np.empty((train.n_items, K), np.int32)
    for rows in np.array_split(np.arange(train.n_items), 1 + train.n_items // 256):
        scores = np.tile(train.item_counts.astype(np.float32), (len(rows), 1))
        neighbours[rows] = largest_positive(scores, rows, train)
    return neighbours


def largest_positive(scores: np.ndarray, rows: np.ndarray, train: Dataset) -> np.ndarray:
    exclude(scores, (np.arange(len(rows)), rows), train.twins)
    scores[scores <= 0] = -np.inf
    return largest(scores, K)[0]


def rows_of_table(train: Dataset, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """The name of each way to find neighbours, and what it finds: (n_items, K)."""
    yield "popularity", by_popularity(train)
    for shrinkage in CO_COUNT_SHRINKAGES:
        yield f"co-counts, {shrinkage}", by_co_counts(train, shrinkage)
    for model in MODELS:
        vectors = recsys.fit(train, model, recsys.TrainConfig(seed=seed)).item_vectors
        for shrinkage in SHRINKAGES:
            name = f"{model}, {shrinkage}{' (the default)' if shrinkage == SHRINKAGE else ''}"
            yield name, similar_items(vectors, train.item_counts, K, train.twins, shrinkage)[0]


def parts(dataset: Dataset, seed: int, is_validation: bool) -> tuple[Dataset, Dataset]:
    """The ratings to learn from, and those of the hidden users."""
    order = np.random.default_rng(seed).permutation(dataset.n_users)
    position = np.argsort(order) / dataset.n_users  # of each user in a random order, from 0 to 1
    is_test, is_validating = position < 0.2, (position >= 0.2) & (position < 0.36)
    is_hidden, is_left_out = (is_validating, is_test) if is_validation else (is_test, np.zeros_like(is_test))
    return dataset.subset(~(is_hidden | is_left_out)[dataset.user]), dataset.subset(is_hidden[dataset.user])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--names", default=",".join(NAMES))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--validation", action="store_true", help="judge by the validation users, not the test users")
    arguments = parser.parse_args()
    for name in arguments.names.split(","):
        dataset = recsys.load_dataset(arguments.logs / name)
        judgements: dict[str, list[Judgement]] = {}
        for seed in range(arguments.seeds):
            train, hidden = parts(dataset, seed, arguments.validation)
            users = HiddenUsers(hidden, train)
            for row, neighbours in rows_of_table(train, seed):
                judgements.setdefault(row, []).append(users.judge(neighbours))
        print(f"{name:24}" + "".join(f"{field.name:>13}" for field in fields(Judgement)))
        for row, of_seeds in judgements.items():
            means = np.mean([astuple(judgement) for judgement in of_seeds], axis=0)
            print(f"  {row:22}" + "".join(f"{mean:13.2f}" for mean in means), flush=True)


if __name__ == "__main__":
    main()
