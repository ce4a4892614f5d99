"""What it costs to render a site as it grows: seconds, files, MB and memory, and whether the growth is linear.

    python tests/benchmarks/large_site.py [USERSxITEMS ...] [--keep FOLDER]

For each size an export of random lists (10 items a user and model, with reasons, and all baselines) is written, then
rendered by ``python build.py --render-only``. The default sizes end with that of the largest log to serve, 138,493
users and 26,744 items. A slope is that of log seconds over the log of the number of users and items, each of which is
a page or a part of a shard, between two neighbouring sizes; 1 is linear. Memory is that of all processes together.
"""

from __future__ import annotations

import argparse
import base64
import math
import random
import shutil
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from recsys.baselines.registry import BASELINES
from recsys.export.files import write_artefacts
from recsys.export.tables import write_tables
from recsys.schema import (
    Artefacts,
    BaselineRecommendation,
    Embedding,
    HiddenRanks,
    Item,
    ItemEmbeddings,
    Items,
    MapReplay,
    RatedItem,
    RatingBin,
    Recommendation,
    Recommendations,
    Replay,
    SimilarItem,
    UserLists,
)
from tests.benchmarks.processes import run
from tests.site.tiny import MODELS, tiny

SIZES = ("1000x2000", "4000x4000", "10000x8000", "40000x15000", "138493x26744")
GENRES = [f"Genre {n}" for n in range(18)]
DIM = 64


def lists(rng: random.Random, ids: list[str]) -> UserLists:
    """One user's record, as large as a real one."""
    items = rng.sample(ids, 60)
    rated = items[:10]

    def recommended(start: int, n_why: int) -> list[Recommendation]:
        return [
            Recommendation(
                item,
                round(rng.gauss(3, 1), 4),
                rng.random() < 0.1,
                [(rng.choice(rated), round(rng.random() / 3, 4)) for _ in range(n_why)],
            )
            for item in items[start : start + 10]
        ]

    return UserLists(
        n_train=rng.randrange(16, 900),
        n_hidden=rng.randrange(4, 200),
        rated=[RatedItem(item, rng.randrange(7, 11) / 2) for item in rated],
        models={name: recommended(10 + 5 * n, 2 + n) for n, name in enumerate(MODELS)},
        baselines={
            name: [BaselineRecommendation(item, rng.random() < 0.1) for item in rng.sample(items, 10)]
            for name in BASELINES
        },
        hidden_ranks={
            name: HiddenRanks([rng.randrange(9) for _ in range(4)], float(rng.randrange(2000))) for name in MODELS
        },
        genres=[round(rng.random() / 2, 2) for _ in GENRES],
    )


def artefacts(n_users: int, n_items: int) -> Artefacts:
    """A whole export. There are at most 5,000 different users, which repeat beyond that."""
    rng = random.Random(0)
    ids = [str(n + 1) for n in range(n_items)]
    popular = ids[: max(60, n_items // 3)]
    templates = [lists(rng, popular) for _ in range(min(n_users, 5_000))]

    def vectors() -> list[list[float]]:
        return [[round(rng.gauss(0, 1), 4) for _ in range(DIM)] for _ in ids]

    def similar() -> list[SimilarItem]:
        return [SimilarItem(rng.choice(ids), round(rng.random(), 4)) for _ in range(10)]

    models = {
        name: Embedding(
            dim=DIM,
            item_ids=ids,
            vectors=vectors(),
            bias=[round(rng.gauss(0, 1), 4) for _ in ids],
            projection=[(round(rng.gauss(0, 1), 4), round(rng.gauss(0, 1), 4)) for _ in ids],
            explained_variance=(0.2, 0.1),
        )
        for name in MODELS
    }
    items = [
        Item(
            id=id_,
            title=f"A film with a title of usual length {id_}",
            year=1920 + position % 100,
            genres=rng.sample(GENRES, 2),
            n_ratings=50_000 // (position + 1),
            n_train=40_000 // (position + 1),
            mean_rating=3.5,
            similar={name: similar() for name in MODELS},
            histogram=[rng.randrange(5_000) for _ in range(10)],
        )
        for position, id_ in enumerate(ids)
    ]
    frame = base64.b64encode(bytes(4 * min(n_items, 3000))).decode()
    replay = Replay(epochs=list(range(12)), low=(-1, -1), high=(1, 1), frames=[frame] * 12)
    full = tiny()
    config = {**full.build.config, "top_k": 10}
    users = {str(n + 1): templates[n % len(templates)] for n in range(n_users)}
    assert full.deep_tower is not None
    return msgspec.structs.replace(
        full,
        build=msgspec.structs.replace(full.build, config=config),
        item_embeddings=ItemEmbeddings(models=models),
        recommendations=Recommendations(k=10, users=users, rank_ends=[10, 50, 200], genres=GENRES),
        metrics=msgspec.structs.replace(full.metrics, most_helped=[], least_helped=[], k=10),
        items=Items(items=items, bins=[RatingBin((n + 1) / 2, (n + 1) / 2) for n in range(10)]),
        map_replay=MapReplay(item_ids=ids[:3000], models=dict.fromkeys(MODELS, replay)),
        deep_tower=msgspec.structs.replace(full.deep_tower, item_ids=ids[:5]),
    )


def measure(n_users: int, n_items: int, out: Path) -> tuple[int, float]:
    """Measure one size and print its row; returns the number of users and items, and the seconds."""
    export = artefacts(n_users, n_items)
    out.mkdir(parents=True, exist_ok=True)
    write_artefacts(export, out / "data")
    write_tables(export, out / "data")
    del export
    seconds, peak, lines = run([sys.executable, "build.py", "--render-only", "--out", str(out.resolve())])
    announced = next(line.strip() for line in lines if "will have" in line)
    sizes = {path: path.stat().st_size for path in out.rglob("*") if path.is_file()}
    n_pages = sum(path.suffix == ".html" or path.parent.name == "data-users" for path in sizes)
    data = sum(size for path, size in sizes.items() if path.parent.name == "data")
    print(
        f"{n_users:8,} users {n_items:7,} items: {n_pages:7,} pages and shards, {len(sizes):7,} files, "
        f"{sum(sizes.values()) / 1e6:7.1f} MB ({data / 1e6:.1f} of data), {seconds:7.1f} s, "
        f"{n_pages / seconds:6.0f} a second, peak {peak / 2**20:6.0f} MiB; announced: {announced}",
        flush=True,
    )
    return n_users + n_items, seconds


def main() -> None:
    """Measure all sizes and the slopes between them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", default=SIZES, metavar="USERSxITEMS")
    parser.add_argument("--keep", type=Path, help="keep the sites in this folder")
    arguments = parser.parse_args()
    rows = []
    for size in arguments.sizes:
        n_users, n_items = map(int, size.split("x"))
        folder = Path(tempfile.mkdtemp()) if arguments.keep is None else arguments.keep / size
        try:
            rows.append(measure(n_users, n_items, folder / "site"))
        finally:
            if arguments.keep is None:
                shutil.rmtree(folder)
    for (small, seconds), (large, longer) in pairwise(rows):
        slope = math.log(longer / seconds) / math.log(large / small)
        print(f"from {small:,} to {large:,} users and items: slope {slope:.2f}")


if __name__ == "__main__":
    main()
