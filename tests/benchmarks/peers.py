"""Our models compared with the public libraries Cornac and implicit: quality of the lists, and speed.

    python -m pip install -e ".[bench]"
    python tests/benchmarks/peers.py --data FOLDER [--seeds 3] [--splits ua,ub,temporal] [--peers bpr,bivae,implicit]

FOLDER is MovieLens 100K. The first table has our models, our baselines and the peers on the data set's own splits,
if FOLDER contains them, and on each user's newest 20 %, measured by ``recsys.evaluate``. Hyperparameters are chosen,
with seed 0, by ``recsys.baselines.tuning.tune``, on validation data cut from the training part as the test part was
cut from all ratings; the grids of the peers are below. Then each is trained with the chosen ones: peers once, with
seed 0, ours with seeds 0, 1, ..., and the row is the mean. "seconds" are those of one training; "cpu" are those of
all cores together, which depend less on other load. With OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1 no thread spins
while it waits. Our models choose their epochs themselves, which is part of their time; Cornac's time includes the
conversion of the ratings to tuples.

The second table has the ten best items of all users by ``recsys.top_k`` and by implicit's ``recommend``, from the
same matrices: those of base on MovieLens, and larger random ones. Each runs in processes of its own, with one thread
and with two (each with a BLAS of one thread), which take turns; the shortest call of each counts, and the least
"cpu". Libraries that are not installed are skipped.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import numpy as np
import pandas as pd
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.baselines.protocol import BaselineSpec
from recsys.baselines.registry import BASELINES
from recsys.baselines.tuning import Tuned, tune, validation_split
from recsys.evaluation.ranking import Scorer
from recsys.models.registry import MODELS
from tests.benchmarks.ablations import hide_ten, subset_in_file

HOLDOUT = 0.2
K = 10
LARGE = (
    {"n_users": 20_000, "n_items": 10_000, "n_ratings": 2_000_000, "dim": 64},
    {"n_users": 60_000, "n_items": 20_000, "n_ratings": 6_000_000, "dim": 64},
)


@dataclass(frozen=True, eq=False)
class Factors:
    """A model whose scores are dot products."""

    is_thread_safe: ClassVar[bool] = True

    user_vectors: np.ndarray
    item_vectors: np.ndarray

    def scores(self, users: np.ndarray | None = None) -> np.ndarray:
        return (self.user_vectors if users is None else self.user_vectors[users]) @ self.item_vectors.T


def implicit_als(train: recsys.Dataset, factors: int, l2: float, alpha: float, epochs: int, seed: int) -> Factors:
    """With one BLAS thread for each of its own threads, as its authors recommend."""
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits  # comes with implicit

    model = AlternatingLeastSquares(factors, regularization=l2, alpha=alpha, iterations=epochs, random_state=seed)
    with threadpool_limits(1, "blas"):
        model.fit(sparse.csr_matrix(train.binary_matrix()), show_progress=False)
    return Factors(model.user_factors, model.item_factors)


class Cornac:
    """A fitted model of Cornac, which has its own indices of users and items."""

    def __init__(self, model: Any, train: recsys.Dataset) -> None:
        from cornac.data import Dataset

        pairs = zip(train.user.tolist(), train.item.tolist(), strict=True)
        self.model, self.shape = model, (train.n_users, train.n_items)
        self.dataset = Dataset.from_uir([(user, item, 1.0) for user, item in pairs], seed=0)
        model.fit(self.dataset)

    @cached_property
    def table(self) -> np.ndarray:
        table = np.full(self.shape, -1e6, np.float32)  # items without a training rating come last
        items = np.array(list(self.dataset.iid_map))
        for user, index in self.dataset.uid_map.items():
            table[user, items] = self.model.score(index)[: len(items)]
        return table

    def scores(self, users: np.ndarray | None = None) -> np.ndarray:
        return self.table if users is None else self.table[users]


def cornac_bpr(train: recsys.Dataset, k: int, learning_rate: float, l2: float, epochs: int, seed: int) -> Cornac:
    from cornac.models import BPR

    return Cornac(BPR(k=k, max_iter=epochs, learning_rate=learning_rate, lambda_reg=l2, seed=seed), train)


def cornac_bivae(train: recsys.Dataset, k: int, hidden: int, epochs: int, batch_size: int, seed: int) -> Cornac:
    from cornac.models import BiVAECF

    return Cornac(
        BiVAECF(
            k=k,
            encoder_structure=[hidden],
            act_fn="tanh",
            likelihood="pois",
            n_epochs=epochs,
            batch_size=batch_size,
            learning_rate=0.001,
            use_gpu=False,
            seed=seed,
        ),
        train,
    )


IMPLICIT_GRID = ((32, 20, 2), (64, 30, 4), (128, 20, 2), (128, 30, 4), (256, 10, 2), (256, 30, 4))
LABEL = {"label": "", "colour": ("", "")}
"""Of a peer, which no page shows."""
PEERS = {
    "bpr": (
        ("cornac",),
        BaselineSpec(
            **LABEL,
            factory=cornac_bpr,
            grid=[{"k": 200, "learning_rate": rate, "l2": l2} for rate in (0.01, 0.03) for l2 in (0.001, 0.01)],
            draft=lambda seed: {"epochs": 200, "seed": seed},
            final=lambda seed: {"epochs": 200, "seed": seed},
        ),
    ),
    "bivae": (
        ("cornac", "torch"),
        BaselineSpec(
            **LABEL,
            factory=cornac_bivae,
            grid=[{"k": k, "hidden": 2 * k, "epochs": epochs} for k in (50, 100) for epochs in (200, 500)],
            draft=lambda seed: {"batch_size": 1024, "seed": seed},
            final=lambda seed: {"batch_size": 1024, "seed": seed},
        ),
    ),
    "implicit": (
        ("implicit",),
        BaselineSpec(
            **LABEL,
            factory=implicit_als,
            grid=[{"factors": factors, "l2": l2, "alpha": alpha} for factors, l2, alpha in IMPLICIT_GRID],
            draft=lambda seed: {"epochs": 15, "seed": seed},
            final=lambda seed: {"epochs": 15, "seed": seed},
        ),
    ),
}
"""By name: the packages it needs, and its factory and grid."""


def skip_reason(packages: Iterable[str]) -> str | None:
    """Why a peer is skipped; None if its packages are installed."""
    try:
        for package in packages:
            import_module(package)
    except ImportError as problem:
        return str(problem)
    return None


def load_splits(folder: Path, name: str) -> tuple[recsys.Split, recsys.Split]:
    """The split of that name, and its training part split in the same way."""
    dataset = recsys.load_dataset(folder)
    if name == "temporal":
        parts = recsys.split(dataset, HOLDOUT)
        return parts, validation_split(parts.train, HOLDOUT, np.random.default_rng([0, 1]))
    train, test = (subset_in_file(dataset, folder / f"{name}.{part}") for part in ("base", "test"))
    parts = recsys.Split(train, test, "random")
    return parts, hide_ten(parts.train, 1)


def measure(name: str, make: Callable[[int], Scorer], seeds: Sequence[int], parts: recsys.Split, note: str) -> None:
    """Print one row: means over the seeds."""
    results = []
    for seed in seeds:
        start = time.perf_counter(), time.process_time()
        model = make(seed)
        seconds = time.perf_counter() - start[0], time.process_time() - start[1]
        report = recsys.evaluate(model, parts.train, parts.test, K)
        results.append((report.mean["ndcg"], report.mean["recall"], *seconds))
    ndcg, recall, seconds, cpu = np.mean(results, axis=0)
    print(f"{name:12}{ndcg:9.4f}{recall:11.4f}{seconds:9.2f}{cpu:9.2f}{len(seeds):7}   {note}", flush=True)


def quality(folder: Path, split: str, n_seeds: int, peers: Iterable[str]) -> None:
    """Print the first table for one split."""
    parts, validation = load_splits(folder, split)
    print(f"\n{split}: {parts.train.n_ratings} ratings to train on, {parts.test.n_ratings} hidden")
    print(f"{'':12}  nDCG@10  recall@10  seconds      cpu  seeds   settings")
    # Warm up: what is computed once and then remembered must not count for the first row.
    recsys.fit(parts.train, "deep", recsys.TrainConfig(epochs=1))
    for model in MODELS:
        fit = partial(fitted, parts.train, model)
        measure(model, fit, range(n_seeds), parts, "the defaults")
    for name, spec in BASELINES.items():
        tuned = tune(spec, validation, seed=0)
        seeds = range(n_seeds if "seed" in tuned.hyperparameters else 1)
        measure(name, partial(refit, spec, parts.train, tuned), seeds, parts, tuned.describe())
    for name in peers:
        packages, spec = PEERS[name]
        reason = skip_reason(packages)
        if reason is None:
            tuned = tune(spec, validation, seed=0)
            measure(name, partial(refit, spec, parts.train, tuned), [0], parts, tuned.describe())
        else:
            print(f"{name:12} skipped: {reason}")


def fitted(train: recsys.Dataset, model: str, seed: int) -> Scorer:
    return recsys.fit(train, model, recsys.TrainConfig(seed=seed))


def refit(spec: BaselineSpec, train: recsys.Dataset, tuned: Tuned, seed: int) -> Scorer:
    """Train with the chosen hyperparameters, and with another seed if it is one of them."""
    seeded = {"seed": seed} if "seed" in tuned.hyperparameters else {}
    return spec.factory(train, **{**tuned.hyperparameters, **seeded})


def trained_factors(folder: Path) -> tuple[Factors, recsys.Dataset]:
    """Base, trained on all but the newest ratings, with the bias as one more component of each vector."""
    train = recsys.split(recsys.load_dataset(folder), HOLDOUT).train
    fitted = recsys.fit(train, "base", recsys.TrainConfig(seed=0))
    users = np.column_stack([fitted.user_vectors, np.ones(train.n_users, np.float32)])
    return Factors(users, np.column_stack([fitted.item_vectors, fitted.item_bias])), train


def random_factors(n_users: int, n_items: int, n_ratings: int, dim: int) -> tuple[Factors, recsys.Dataset]:
    rng = np.random.default_rng(0)
    pairs = rng.choice(n_users * n_items, n_ratings, replace=False)
    train = recsys.Dataset.from_frames(
        pd.DataFrame({"user": pairs // n_items, "item": pairs % n_items, "rating": 1.0}),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
        users=pd.DataFrame({"user": range(n_users)}),
    )
    return Factors(*(rng.standard_normal((n, dim), np.float32) for n in (n_users, n_items))), train


class Lists:
    """A process with its own number of threads that computes the lists of all users on request."""

    def __init__(self, method: Callable[..., Any], threads: int, factors: Factors, train: recsys.Dataset) -> None:
        spawn = multiprocessing.get_context("spawn")  # a forked process would inherit the state of our threads
        self.pool = ProcessPoolExecutor(1, spawn, _prepare, (method, threads, factors, train))
        # Each of the threads calls BLAS, so with more BLAS threads they would compete.
        with patch.dict(os.environ, OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1"):
            self.items, self.scores = self.pool.submit(_lists).result()
        self.calls: list[tuple[float, float]] = []

    def repeat(self) -> None:
        self.calls.append(self.pool.submit(_seconds).result())

    def shortest(self) -> tuple[float, float]:
        """Seconds of the shortest call, and the fewest CPU seconds."""
        seconds, cpu = zip(*self.calls, strict=True)
        return min(seconds), min(cpu)


def ours(threads: int, factors: Factors, train: recsys.Dataset) -> Callable[[], Any]:
    # Without years no items are twins, of which implicit knows nothing.
    train = replace(train, years=np.full(train.n_items, np.nan))
    recsys.threads.n_cores = lambda: threads  # in a process of its own
    return lambda: recsys.top_k(factors, k=K, exclude=train)


def theirs(threads: int, factors: Factors, train: recsys.Dataset) -> Callable[[], Any]:
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors.item_vectors.shape[1], num_threads=threads)
    model.user_factors, model.item_factors = factors.user_vectors, factors.item_vectors
    rated, users = sparse.csr_matrix(train.matrix), np.arange(train.n_users)
    return lambda: model.recommend(users, rated, N=K, filter_already_liked_items=True)


def _prepare(method: Callable[..., Any], *arguments: Any) -> None:
    global _lists_of_all
    _lists_of_all = method(*arguments)


def _lists() -> Any:
    return _lists_of_all()


def _seconds() -> tuple[float, float]:
    start = time.perf_counter(), time.process_time()
    _lists_of_all()
    return time.perf_counter() - start[0], time.process_time() - start[1]


def compare_with_implicit(name: str, factors: Factors, train: recsys.Dataset, repeat: int) -> None:
    """Print two rows of the second table, and their ratio."""
    variants = [(method, threads) for method in (ours, theirs) for threads in (1, 2)]
    lists = {(method, threads): Lists(method, threads, factors, train) for method, threads in variants}
    for _ in range(repeat):
        for process in lists.values():
            process.repeat()
    print(f"\n{name}: {train.n_users} users, {train.n_items} items, {train.n_ratings} ratings, "
          f"{factors.item_vectors.shape[1]} numbers a vector; seconds, shortest of {repeat}")
    shortest, cpu = {}, {}
    for label, method in (("recsys.top_k", ours), ("implicit's recommend", theirs)):
        (single, single_cpu), (double, double_cpu) = (lists[method, threads].shortest() for threads in (1, 2))
        shortest[method], cpu[method] = min(single, double), single_cpu
        print(f"{label:22} one thread {single:.4f} (cpu {single_cpu:.4f}), two {double:.4f} (cpu {double_cpu:.4f})")
    print(
        f"implicit / ours: {shortest[theirs] / shortest[ours]:.2f}, each with the better number of threads; "
        f"cpu with one thread {cpu[theirs] / cpu[ours]:.2f}"
    )
    print(agreement(lists[ours, 1], lists[theirs, 1], factors))
    for process in lists.values():
        process.pool.shutdown()


def agreement(first: Lists, second: Lists, factors: Factors) -> str:
    """Check that both have the same items wherever scores differ by more than rounding."""
    differ = first.items != second.items
    users, _ = np.nonzero(differ)
    first_scores, second_scores = (
        np.einsum("nd,nd->n", factors.user_vectors[users].astype(float), factors.item_vectors[items[differ]])
        for items in (first.items, second.items)
    )
    scale = np.abs(first.scores).max()
    close = partial(np.allclose, rtol=0, atol=1e-5 * scale)
    if not (close(first_scores, second_scores) and close(first.scores, second.scores)):
        raise AssertionError("the lists differ by more than rounding")
    return f"the lists are equal, except {differ.sum()} of {differ.size} positions where scores differ by rounding"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--splits", default="ua,ub,temporal", help="may be empty, for the second table alone")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--repeat", type=int, default=10, help="calls of each in the second table; 0 leaves it out")
    arguments = parser.parse_args()
    peers = list(filter(None, arguments.peers.split(",")))
    if unknown := set(peers) - set(PEERS):
        parser.error(f"--peers has {', '.join(sorted(unknown))}; expected some of {', '.join(PEERS)}")
    for split in filter(None, arguments.splits.split(",")):
        if split == "temporal" or (arguments.data / f"{split}.base").is_file():
            quality(arguments.data, split, arguments.seeds, peers)
        else:
            print(f"\n{split} skipped: no {split}.base in {arguments.data}")
    if (reason := skip_reason(["implicit"])) is not None:
        print(f"\nlists of all users skipped: {reason}")
    elif arguments.repeat:
        compare_with_implicit("MovieLens", *trained_factors(arguments.data), arguments.repeat)
        for size in LARGE:
            compare_with_implicit("random", *random_factors(**size), arguments.repeat)


if __name__ == "__main__":
    main()
