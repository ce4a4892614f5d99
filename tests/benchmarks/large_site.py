"""What rendering costs as a site grows: seconds, files, MB and memory, and whether it stays linear.

    python tests/benchmarks/large_site.py [USERSxFILMS ...] [--keep FOLDER]

For each size an export is made of random lists (10 films a user and model, reasons and four baselines as they really
are), then rendered by ``python build.py --render-only`` in a process of its own. Without sizes: five that end in that
of the largest log to serve, 138,493 users and 26,744 films. The slope is that of log seconds over the log of users
and films together, whose pages or parts of shards are what is made, between two neighbouring sizes; 1 is linear.
Memory is that of all processes together.
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
    write_artefacts,
)
from tests.benchmarks.processes import run
from tests.site.tiny import MODELS, tiny

SIZES = ("1000x2000", "4000x4000", "10000x8000", "40000x15000", "138493x26744")
GENRES = [f"Genre {n}" for n in range(18)]
BASELINES = ("popularity", "item_knn", "ease", "als")
DIM = 64


def lists(rng: random.Random, ids: list[str]) -> UserLists:
    """One user's record, as full as a real one."""
    named = rng.sample(ids, 60)
    rated = named[:10]

    def recommended(start: int, n_why: int) -> list[Recommendation]:
        return [
            Recommendation(
                film,
                round(rng.gauss(3, 1), 4),
                rng.random() < 0.1,
                [(rng.choice(rated), round(rng.random() / 3, 4)) for _ in range(n_why)],
            )
            for film in named[start : start + 10]
        ]

    return UserLists(
        n_train=rng.randrange(16, 900),
        n_hidden=rng.randrange(4, 200),
        rated=[RatedItem(film, rng.randrange(7, 11) / 2) for film in rated],
        base=recommended(10, 2),
        deep=recommended(15, 3),
        baselines={
            name: [BaselineRecommendation(film, rng.random() < 0.1) for film in rng.sample(named, 10)]
            for name in BASELINES
        },
        hidden_ranks={
            name: HiddenRanks([rng.randrange(9) for _ in range(4)], float(rng.randrange(2000))) for name in MODELS
        },
        genres=[round(rng.random() / 2, 2) for _ in GENRES],
    )


def artefacts(n_users: int, n_films: int) -> Artefacts:
    """A whole export; each of 5,000 different users comes up more than once where there are more."""
    rng = random.Random(0)
    ids = [str(n + 1) for n in range(n_films)]
    popular = ids[: max(60, n_films // 3)]
    kinds = [lists(rng, popular) for _ in range(min(n_users, 5_000))]

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
            year=1920 + place % 100,
            genres=rng.sample(GENRES, 2),
            n_ratings=50_000 // (place + 1),
            n_train=40_000 // (place + 1),
            mean_rating=3.5,
            similar={name: similar() for name in MODELS},
            histogram=[rng.randrange(5_000) for _ in range(10)],
        )
        for place, id_ in enumerate(ids)
    ]
    frame = base64.b64encode(bytes(4 * min(n_films, 3000))).decode()
    replay = Replay(epochs=list(range(12)), low=(-1, -1), high=(1, 1), frames=[frame] * 12)
    full = tiny()
    config = {**full.build.config, "top_k": 10}
    users = {str(n + 1): kinds[n % len(kinds)] for n in range(n_users)}
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


def measure(n_users: int, n_films: int, out: Path) -> tuple[int, float]:
    """One size: prints its row, and gives users and films together, and seconds."""
    found = artefacts(n_users, n_films)
    write_artefacts(found, out / "data")
    write_tables(found, out / "data")
    del found
    seconds, peak, lines = run([sys.executable, "build.py", "--render-only", "--out", str(out.resolve())])
    said = next(line.strip() for line in lines if "will have" in line)
    sizes = {path: path.stat().st_size for path in out.rglob("*") if path.is_file()}
    made = sum(path.suffix == ".html" or path.parent.name == "data-users" for path in sizes)
    data = sum(size for path, size in sizes.items() if path.parent.name == "data")
    print(
        f"{n_users:8,} users {n_films:7,} films: {made:7,} pages and shards, {len(sizes):7,} files, "
        f"{sum(sizes.values()) / 1e6:7.1f} MB ({data / 1e6:.1f} of data), {seconds:7.1f} s, "
        f"{made / seconds:6.0f} a second, peak {peak / 2**20:6.0f} MiB; told before: {said}",
        flush=True,
    )
    return n_users + n_films, seconds


def main() -> None:
    """Measure all sizes and the slopes between them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", default=SIZES, metavar="USERSxFILMS")
    parser.add_argument("--keep", type=Path, help="a folder for the sites, to look at")
    arguments = parser.parse_args()
    rows = []
    for size in arguments.sizes:
        n_users, n_films = map(int, size.split("x"))
        folder = Path(tempfile.mkdtemp()) if arguments.keep is None else arguments.keep / size
        try:
            rows.append(measure(n_users, n_films, folder / "site"))
        finally:
            if arguments.keep is None:
                shutil.rmtree(folder)
    for (pages, seconds), (more, longer) in pairwise(rows):
        slope = math.log(longer / seconds) / math.log(more / pages)
        print(f"from {pages:,} to {more:,} users and films: slope {slope:.2f}")


if __name__ == "__main__":
    main()
