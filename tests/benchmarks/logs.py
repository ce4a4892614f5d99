"""Synthetic logs of any size in MovieLens' file format, with long tails and tastes that a model can learn.

    python tests/benchmarks/logs.py FOLDER --ratings 20000000 [--users 138493 --items 26744] [--seed 0]

A user picks items without repetition, with probability proportional to popularity times exp(taste); the rating of an
item follows the taste. 20 million ratings take two minutes.
"""

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

N_USERS, N_ITEMS, N_RATINGS = 138_493, 26_744, 20_000_000
"""The size of MovieLens 20M."""
MIN_RATINGS = 5
"""Ratings of a user at least."""
TASTES, STRENGTH = 16, 2.0
"""Latent dimensions that users and items share, and their weight against popularity."""
PLATEAU, STEEPNESS = 0.01, 2.3
"""Popularity by rank: a Zipf law whose first hundredth is nearly level, so that no item is rated by all users. Then
1,000 of 27,000 items have two thirds of the ratings, and 5,000 more than nine tenths."""
GENRES = ("Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Horror", "Musical", "Western")
_BLOCK = 8_000_000
"""Users times items that are computed at once."""


@dataclass(frozen=True)
class Size:
    """The size of a log."""

    n_users: int
    n_items: int
    n_ratings: int

    @classmethod
    def of(cls, n_ratings: int) -> "Size":
        """The size of a log with so many ratings, all items of MovieLens 20M and its ratings per user."""
        return cls(round(N_USERS * n_ratings / N_RATINGS), N_ITEMS, n_ratings)


def blocks(size: Size, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Columns userId, movieId, rating and timestamp, a block of users at a time; ids ascend from 1."""
    popularity = ((np.arange(size.n_items) + PLATEAU * size.n_items) ** -STEEPNESS).astype(np.float32)
    popularity /= popularity.max()
    rng.shuffle(popularity)
    item_tastes = rng.standard_normal((TASTES, size.n_items), np.float32) / np.float32(math.sqrt(TASTES))
    spread = rng.lognormal(0, 1.1, size.n_users)
    counts = MIN_RATINGS + spread / spread.mean() * max(0, size.n_ratings / size.n_users - MIN_RATINGS)
    counts = np.clip(np.round(counts), 1, size.n_items // 2).astype(int)
    per_block = max(1, _BLOCK // size.n_items)
    for start in range(0, size.n_users, per_block):
        lengths = counts[start : start + per_block]
        taste = rng.standard_normal((len(lengths), TASTES), np.float32) @ item_tastes
        # The n largest values of log(uniform) / weight are a weighted draw without replacement (Efraimidis & Spirakis
        # 2006).
        keys = np.log(rng.random(taste.shape, np.float32) + np.float32(1e-12))
        keys /= popularity * np.exp(np.float32(STRENGTH) * taste)
        items = np.concatenate(
            [np.sort(np.argpartition(row, -n)[-n:]) for row, n in zip(keys, lengths.tolist(), strict=True)]
        )
        user = np.repeat(np.arange(len(lengths)), lengths)
        stars = 2.5 + 0.6 * taste[user, items] + 0.6 * rng.standard_normal(len(items), np.float32)
        yield pd.DataFrame(
            {
                "userId": start + 1 + user,
                "movieId": 1 + items,
                "rating": np.clip(np.round(2 * stars) / 2, 0.5, 5),
                "timestamp": rng.integers(800_000_000, 1_500_000_000, len(items)),
            }
        )


def write(folder: Path, size: Size, seed: int = 0) -> None:
    """Write ``ratings.csv`` and ``movies.csv`` into an existing folder."""
    rng = np.random.default_rng(seed)
    with (folder / "ratings.csv").open("w") as file:
        file.write("userId,movieId,rating,timestamp\n")
        for block in blocks(size, rng):
            block.to_csv(file, header=False, index=False)
    number = np.arange(1, size.n_items + 1)
    genre = rng.integers(len(GENRES), size=(size.n_items, 2))
    movies = pd.DataFrame(
        {
            "movieId": number,
            "title": [f"Film {n} ({1930 + n % 90})" for n in number],
            "genres": ["|".join(sorted({GENRES[first], GENRES[second]})) for first, second in genre],
        }
    )
    movies.to_csv(folder / "movies.csv", index=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ratings", type=int, default=N_RATINGS)
    parser.add_argument("--users", type=int, help="default: as many as keep the ratings per user of MovieLens 20M")
    parser.add_argument("--items", type=int, help="default: as many as MovieLens 20M has")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    default = Size.of(arguments.ratings)
    size = Size(arguments.users or default.n_users, arguments.items or default.n_items, arguments.ratings)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    write(arguments.folder, size, arguments.seed)


if __name__ == "__main__":
    main()
