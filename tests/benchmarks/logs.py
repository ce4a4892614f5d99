"""Invented ratings logs of any size, as the files that MovieLens has: long tails, and tastes that a model can learn.

    python tests/benchmarks/logs.py FOLDER --ratings 20000000 [--users 138493 --films 26744] [--seed 0]

Nothing in them was rated by anybody. A user picks films without repetition, with probability proportional to
popularity times exp(taste); a film's rating follows the taste. 20 million ratings take two minutes.
"""

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

N_USERS, N_FILMS, N_RATINGS = 138_493, 26_744, 20_000_000
"""What MovieLens 20M has."""
FEWEST = 5
"""Ratings of a user."""
TASTES, STRENGTH = 16, 2.0
"""Latent dimensions that users and films share, and how much they count against popularity."""
PLATEAU, STEEPNESS = 0.01, 2.3
"""Popularity by rank: a Zipf law whose first hundredth is nearly level, so that no film is seen by everybody. Of the
ratings 1,000 of 27,000 films have two thirds then, and 5,000 more than nine tenths."""
GENRES = ("Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Horror", "Musical", "Western")
_BLOCK = 8_000_000
"""Users times films that are worked on at once."""


@dataclass(frozen=True)
class Size:
    """How large a log is."""

    n_users: int
    n_films: int
    n_ratings: int

    @classmethod
    def of(cls, n_ratings: int) -> "Size":
        """So many ratings at the density of MovieLens 20M: as if of some of its users, all its films."""
        return cls(round(N_USERS * n_ratings / N_RATINGS), N_FILMS, n_ratings)


def blocks(size: Size, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Columns userId, movieId, rating and timestamp, all of some users at a time; ids count from 1, and ascend."""
    popularity = ((np.arange(size.n_films) + PLATEAU * size.n_films) ** -STEEPNESS).astype(np.float32)
    popularity /= popularity.max()
    rng.shuffle(popularity)
    film_tastes = rng.standard_normal((TASTES, size.n_films), np.float32) / np.float32(math.sqrt(TASTES))
    spread = rng.lognormal(0, 1.1, size.n_users)
    counts = FEWEST + spread / spread.mean() * max(0, size.n_ratings / size.n_users - FEWEST)
    counts = np.clip(np.round(counts), 1, size.n_films // 2).astype(int)
    per_block = max(1, _BLOCK // size.n_films)
    for start in range(0, size.n_users, per_block):
        lengths = counts[start : start + per_block]
        taste = rng.standard_normal((len(lengths), TASTES), np.float32) @ film_tastes
        # The largest of log(uniform) / weight are a draw without repetition (Efraimidis & Spirakis 2006).
        keys = np.log(rng.random(taste.shape, np.float32) + np.float32(1e-12))
        keys /= popularity * np.exp(np.float32(STRENGTH) * taste)
        films = np.concatenate(
            [np.sort(np.argpartition(row, -n)[-n:]) for row, n in zip(keys, lengths.tolist(), strict=True)]
        )
        user = np.repeat(np.arange(len(lengths)), lengths)
        stars = 2.5 + 0.6 * taste[user, films] + 0.6 * rng.standard_normal(len(films), np.float32)
        yield pd.DataFrame(
            {
                "userId": start + 1 + user,
                "movieId": 1 + films,
                "rating": np.clip(np.round(2 * stars) / 2, 0.5, 5),
                "timestamp": rng.integers(800_000_000, 1_500_000_000, len(films)),
            }
        )


def write(folder: Path, size: Size, seed: int = 0) -> None:
    """``ratings.csv`` and ``movies.csv`` into a folder that is there."""
    rng = np.random.default_rng(seed)
    with (folder / "ratings.csv").open("w") as file:
        file.write("userId,movieId,rating,timestamp\n")
        for block in blocks(size, rng):
            block.to_csv(file, header=False, index=False)
    number = np.arange(1, size.n_films + 1)
    genre = rng.integers(len(GENRES), size=(size.n_films, 2))
    films = pd.DataFrame(
        {
            "movieId": number,
            "title": [f"Film {one} ({1930 + one % 90})" for one in number],
            "genres": ["|".join(sorted({GENRES[first], GENRES[second]})) for first, second in genre],
        }
    )
    films.to_csv(folder / "movies.csv", index=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ratings", type=int, default=N_RATINGS)
    parser.add_argument("--users", type=int, help="default: so many that the density is that of MovieLens 20M")
    parser.add_argument("--films", type=int, help="default: as MovieLens 20M has")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    ruled = Size.of(given.ratings)
    given.folder.mkdir(parents=True, exist_ok=True)
    write(given.folder, Size(given.users or ruled.n_users, given.films or ruled.n_films, given.ratings), given.seed)


if __name__ == "__main__":
    main()
