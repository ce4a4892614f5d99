"""Our models beside the public libraries Cornac and implicit: how good their lists are, and how soon they are made.

    python -m pip install -e ".[bench]"
    python tests/benchmarks/peers.py --data FOLDER [--seeds 3] [--splits ua,ub,temporal] [--peers bpr,bivae,implicit]

FOLDER is MovieLens 100K. First table: both models, our baselines and the peers on the data set's own splits, where
FOLDER has them, and on each user's newest 20 %, judged by ``recsys.evaluate``. Settings are chosen, for seed 0, by
``recsys.baselines.tuning.choose``, on validation data cut from the training part as the test part was cut from
all; the grids of the peers stand below. Then each is trained without the choice: peers once, with seed 0, ours with
seeds 0, 1, ..., and the row is the mean. "seconds" are those of one training, "cpu" those of all cores together,
which depend less on what else is at work; with OPENBLAS_NUM_THREADS=1 and OMP_NUM_THREADS=1 nobody waits by spinning.
Our models choose their epochs themselves, and that is in their time; in Cornac's is what it takes to hand it the
ratings, a tuple each.

Second table: the ten best films of all users by ``recsys.top_k`` and by implicit's ``recommend``, from the same
matrices: those of base on MovieLens, and bigger ones at random. Each has processes of its own, with one thread and
with two (of BLAS for ours, of its own for implicit, as each is meant to be used), that take turns; the quickest call
of each counts, and the least "cpu". What is not installed is skipped.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import recsys
from recsys.baselines.simple import rated_or_not
from recsys.baselines.tuning import Chosen, Recipe, choose, recipes, validation
from recsys.evaluation.ranking import Scorer
from tests.benchmarks.recipe import hide_ten, only

HOLDOUT = 0.2
K = 10
BIGGER = {"n_users": 20_000, "n_items": 10_000, "n_ratings": 2_000_000, "dim": 64}


@dataclass(frozen=True, eq=False)
class Factors:
    """Scores are dot products."""

    user_vectors: np.ndarray
    item_vectors: np.ndarray

    def scores(self, users: np.ndarray | None = None) -> np.ndarray:
        return (self.user_vectors if users is None else self.user_vectors[users]) @ self.item_vectors.T


def implicit_als(train: recsys.Dataset, factors: int, l2: float, alpha: float, epochs: int, seed: int) -> Factors:
    """With one BLAS thread for each of its own, as its authors advise."""
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits  # comes with implicit

    model = AlternatingLeastSquares(factors, regularization=l2, alpha=alpha, iterations=epochs, random_state=seed)
    with threadpool_limits(1, "blas"):
        model.fit(sparse.csr_matrix(rated_or_not(train)), show_progress=False)
    return Factors(model.user_factors, model.item_factors)


class Cornac:
    """A fitted model of Cornac, which numbers users and items in its own way."""

    def __init__(self, model: Any, train: recsys.Dataset) -> None:
        from cornac.data import Dataset

        pairs = zip(train.user.tolist(), train.item.tolist(), strict=True)
        self.model, self.shape = model, (train.n_users, train.n_items)
        self.known = Dataset.from_uir([(user, item, 1.0) for user, item in pairs], seed=0)
        model.fit(self.known)

    @cached_property
    def table(self) -> np.ndarray:
        table = np.full(self.shape, -1e6, np.float32)  # an item nobody rated in training is last
        items = np.array(list(self.known.iid_map))
        for user, index in self.known.uid_map.items():
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
PEERS = {
    "bpr": (
        ("cornac",),
        Recipe(
            cornac_bpr,
            [{"k": 200, "learning_rate": rate, "l2": l2} for rate in (0.01, 0.03) for l2 in (0.001, 0.01)],
            draft={"epochs": 200, "seed": 0},
            final={"epochs": 200, "seed": 0},
        ),
    ),
    "bivae": (
        ("cornac", "torch"),
        Recipe(
            cornac_bivae,
            [{"k": k, "hidden": 2 * k, "epochs": epochs} for k in (50, 100) for epochs in (200, 500)],
            draft={"batch_size": 1024, "seed": 0},
            final={"batch_size": 1024, "seed": 0},
        ),
    ),
    "implicit": (
        ("implicit",),
        Recipe(
            implicit_als,
            [
                {"factors": factors, "l2": l2, "alpha": alpha}
                for factors, l2, alpha in IMPLICIT_GRID
            ],
            draft={"epochs": 15, "seed": 0},
            final={"epochs": 15, "seed": 0},
        ),
    ),
}
"""What each needs installed, and how it comes about."""


def absent(packages: Iterable[str]) -> str | None:
    """Why a peer is left out; None where it can be had."""
    try:
        for package in packages:
            import_module(package)
    except ImportError as problem:
        return str(problem)
    return None


def cuts(folder: Path, name: str) -> tuple[recsys.Split, recsys.Split]:
    """The split of that name, and its training part cut in two the same way."""
    whole = recsys.load_dataset(folder)
    if name == "temporal":
        parts = recsys.split(whole, HOLDOUT)
        return parts, validation(parts.train, HOLDOUT, np.random.default_rng([0, 1]))
    parts = recsys.Split(only(whole, folder / f"{name}.base"), only(whole, folder / f"{name}.test"), "random")
    return parts, hide_ten(parts.train, 1)


def measure(name: str, make: Callable[[int], Scorer], seeds: Sequence[int], parts: recsys.Split, said: str) -> None:
    """One row: means over the seeds."""
    found = []
    for seed in seeds:
        start = time.perf_counter(), time.process_time()
        model = make(seed)
        seconds = time.perf_counter() - start[0], time.process_time() - start[1]
        report = recsys.evaluate(model, parts.train, parts.test, K)
        found.append((report.mean["ndcg"], report.mean["recall"], *seconds))
    ndcg, recall, seconds, cpu = np.mean(found, axis=0)
    print(f"{name:12}{ndcg:9.4f}{recall:11.4f}{seconds:9.2f}{cpu:9.2f}{len(seeds):7}   {said}", flush=True)


def quality(folder: Path, split: str, n_seeds: int, peers: Iterable[str]) -> None:
    """The first table, for one split."""
    parts, tried_on = cuts(folder, split)
    print(f"\n{split}: {parts.train.n_ratings} ratings to train on, {parts.test.n_ratings} hidden")
    print(f"{'':12}  nDCG@10  recall@10  seconds      cpu  seeds   settings")
    recsys.fit(parts.train, "deep", recsys.TrainConfig(epochs=1))  # or the first row would pay for what is made once
    for model in ("base", "deep"):
        fit = partial(fitted, parts.train, model)
        measure(model, fit, range(n_seeds), parts, "the defaults")
    for name, recipe in recipes(0).items():
        chosen = choose(recipe, tried_on)
        seeds = range(n_seeds if "seed" in chosen.settings else 1)
        measure(name, partial(remade, recipe, parts.train, chosen), seeds, parts, chosen.in_words())
    for name in peers:
        packages, recipe = PEERS[name]
        if (problem := absent(packages)) is None:
            chosen = choose(recipe, tried_on)
            measure(name, partial(remade, recipe, parts.train, chosen), [0], parts, chosen.in_words())
        else:
            print(f"{name:12} skipped: {problem}")


def fitted(train: recsys.Dataset, model: str, seed: int) -> Scorer:
    return recsys.fit(train, model, recsys.TrainConfig(seed=seed))


def remade(recipe: Recipe, train: recsys.Dataset, chosen: Chosen, seed: int) -> Scorer:
    """With the settings that were chosen, and another seed where one is among them."""
    return recipe.make(train, **{**chosen.settings, **({"seed": seed} if "seed" in chosen.settings else {})})


def trained(folder: Path) -> tuple[Factors, recsys.Dataset]:
    """Base on all but the newest ratings, the bias as one more number of each vector."""
    train = recsys.split(recsys.load_dataset(folder), HOLDOUT).train
    fitted = recsys.fit(train, "base", recsys.TrainConfig(seed=0))
    users = np.column_stack([fitted.user_vectors, np.ones(train.n_users, np.float32)])
    return Factors(users, np.column_stack([fitted.item_vectors, fitted.item_bias])), train


def random(n_users: int, n_items: int, n_ratings: int, dim: int) -> tuple[Factors, recsys.Dataset]:
    rng = np.random.default_rng(0)
    pairs = rng.choice(n_users * n_items, n_ratings, replace=False)
    train = recsys.Dataset.from_frames(
        pd.DataFrame({"user": pairs // n_items, "item": pairs % n_items, "rating": 1.0}),
        items=pd.DataFrame({"item": range(n_items), "title": "x"}),
        users=pd.DataFrame({"user": range(n_users)}),
    )
    return Factors(*(rng.standard_normal((n, dim), np.float32) for n in (n_users, n_items))), train


class Lists:
    """A process with its own number of threads, which makes everybody's lists when asked."""

    def __init__(self, making: Callable[..., Any], threads: int, factors: Factors, train: recsys.Dataset) -> None:
        spawn = multiprocessing.get_context("spawn")  # with a copy of this process its threads would come along
        self.pool = ProcessPoolExecutor(1, spawn, _prepare, (making, threads, factors, train))
        # Each of implicit's threads calls BLAS: with more than one there they are in each other's way.
        blas = str(threads if making is ours else 1)
        with patch.dict(os.environ, OPENBLAS_NUM_THREADS=blas, MKL_NUM_THREADS=blas):
            self.items, self.scores = self.pool.submit(_lists).result()
        self.calls: list[tuple[float, float]] = []

    def again(self) -> None:
        self.calls.append(self.pool.submit(_seconds).result())

    def least(self) -> tuple[float, float]:
        """Seconds of the quickest call, and the least of all cores together."""
        seconds, cpu = zip(*self.calls, strict=True)
        return min(seconds), min(cpu)


def ours(threads: int, factors: Factors, train: recsys.Dataset) -> Callable[[], Any]:
    return lambda: recsys.top_k(factors, k=K, exclude=train)


def theirs(threads: int, factors: Factors, train: recsys.Dataset) -> Callable[[], Any]:
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors.item_vectors.shape[1], num_threads=threads)
    model.user_factors, model.item_factors = factors.user_vectors, factors.item_vectors
    rated, users = sparse.csr_matrix(train.matrix), np.arange(train.n_users)
    return lambda: model.recommend(users, rated, N=K, filter_already_liked_items=True)


def _prepare(making: Callable[..., Any], *given: Any) -> None:
    global _lists_of_all
    _lists_of_all = making(*given)


def _lists() -> Any:
    return _lists_of_all()


def _seconds() -> tuple[float, float]:
    start = time.perf_counter(), time.process_time()
    _lists_of_all()
    return time.perf_counter() - start[0], time.process_time() - start[1]


def beside_implicit(name: str, factors: Factors, train: recsys.Dataset, repeat: int) -> None:
    """Two rows of the second table, and their ratio."""
    kinds = [(making, threads) for making in (ours, theirs) for threads in (1, 2)]
    made = {(making, threads): Lists(making, threads, factors, train) for making, threads in kinds}
    for _ in range(repeat):
        for each in made.values():
            each.again()
    print(f"\n{name}: {train.n_users} users, {train.n_items} items, {train.n_ratings} ratings, "
          f"{factors.item_vectors.shape[1]} numbers a vector; seconds, least of {repeat}")
    quickest, cpu = {}, {}
    for label, making in (("recsys.top_k", ours), ("implicit's recommend", theirs)):
        one, two = (made[making, threads].least() for threads in (1, 2))
        quickest[making], cpu[making] = min(one[0], two[0]), one[1]
        print(f"{label:22} one thread {one[0]:.4f} (cpu {one[1]:.4f}), two {two[0]:.4f} (cpu {two[1]:.4f})")
    print(
        f"implicit / ours: {quickest[theirs] / quickest[ours]:.2f}, each with the better number of threads; "
        f"cpu with one thread {cpu[theirs] / cpu[ours]:.2f}"
    )
    print(agreement(made[ours, 1], made[theirs, 1], factors))
    for each in made.values():
        each.pool.shutdown()


def agreement(one: Lists, other: Lists, factors: Factors) -> str:
    """That both have the same items, where scores differ by more than rounding."""
    differ = one.items != other.items
    users, _ = np.nonzero(differ)
    mine, your = (
        np.einsum("nd,nd->n", factors.user_vectors[users].astype(float), factors.item_vectors[items[differ]])
        for items in (one.items, other.items)
    )
    scale = np.abs(one.scores).max()
    if not (np.allclose(mine, your, 0, 1e-5 * scale) and np.allclose(one.scores, other.scores, 0, 1e-5 * scale)):
        raise AssertionError("the lists differ by more than rounding")
    return f"the lists are the same, but for {differ.sum()} of {differ.size} places where scores differ by rounding"


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
    if (problem := absent(["implicit"])) is not None:
        print(f"\nlists of all users skipped: {problem}")
    elif arguments.repeat:
        beside_implicit("MovieLens", *trained(arguments.data), arguments.repeat)
        beside_implicit("random", *random(**BIGGER), arguments.repeat)


if __name__ == "__main__":
    main()
