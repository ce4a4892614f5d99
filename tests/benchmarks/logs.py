"""Synthetic logs of any size in MovieLens' file format, with the moments of MovieLens 20M and tastes to learn.

    python tests/benchmarks/logs.py FOLDER --ratings 20000000 [--users 138493 --items 26744] [--seed 0]
    python tests/benchmarks/moments.py FOLDER

A user picks items without repetition, with probability proportional to popularity times exp(taste), among those that
exist by then; the rating of an item follows the taste. Ratings per user and item, the shares of the ratings, the
years, the growth of the catalogue and the bursts that users rate in are those of MovieLens 20M, as the second command
shows. 20 million ratings take two minutes.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

N_USERS, N_ITEMS, N_RATINGS = 138_493, 26_744, 20_000_000
"""The size of MovieLens 20M."""
MIN_RATINGS = 20
"""Ratings of a user at least."""
SPREAD, TEMPER = 1.58, -0.1
"""A user's further ratings are log-normal, tempered: exp(SPREAD z + TEMPER z^2) times their median, z normal."""
TASTES, STRENGTH = 16, 2.0
"""Latent dimensions that users and items share, and their weight against popularity."""
POPULARITY = (
    (1, 67_310), (10, 50_000), (50, 33_000), (200, 19_000), (460, 10_500), (1_000, 5_200), (2_000, 2_200),
    (3_159, 1_000), (5_000, 400), (8_546, 100), (10_524, 50), (13_372, 18), (15_451, 10), (18_500, 4), (22_772, 1),
    (26_744, 1),
)  # fmt: skip
"""Ratings of an item by its rank, between these in a straight line of logarithms: mean, median, deviation, most and
Gini index are those of MovieLens 20M."""
MAX_SHARE = 0.49
"""Of all users, those who rated the most popular item, at most."""
AT_START, LATEST_POPULAR, LATEST = 0.3, 0.55, 0.97
"""Share of the items that exist from the start; and when, as a share of the years, the most and the least popular of
the others exist at the latest."""
FROM, UNTIL = 789_652_004, 1_427_784_002
"""1995-01-09 and 2015-03-31, in seconds."""
SHARES = {0.5: 1.2, 1.0: 3.4, 1.5: 1.4, 2.0: 7.15, 2.5: 4.42, 3.0: 21.4, 3.5: 11.0, 4.0: 27.8, 4.5: 7.67, 5.0: 14.5}
"""Per cent of the ratings."""
SECONDS_PER_RATING, ONE_VISIT, IN_FIRST, PAUSE = 25.0, 0.58, 0.6, 20 * 86_400.0
"""In a burst: median of a user; users with a single burst; of the others, the share of their ratings in the first,
and the median of the seconds between two."""
GENRES = ("Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Horror", "Musical", "Western")
_BLOCK = 8_000_000
"""Users times items that are computed at once."""
_RANKS, _BIRTHS, _LENGTHS, _TASTES, _ROUNDS = 120, 8, 40, 15, 60
"""How finely weights are computed, and how often they are corrected."""


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


@dataclass(frozen=True)
class Catalogue:
    """Items; all arrays are (n_items,) but the tastes, which are (TASTES, n_items), of length 1.

    Attributes:
        births: when each begins to exist, in seconds.
        weights: how likely each is to be picked by a user without a taste.
        tastes: latent.
        qualities: how much better or worse than their taste says users rate it.
    """

    births: NDArray[np.int64]
    weights: NDArray[np.float32]
    tastes: NDArray[np.float32]
    qualities: NDArray[np.float32]

    @classmethod
    def draw(cls, size: Size, rng: np.random.Generator) -> "Catalogue":
        """Items in random order."""
        rank = np.arange(size.n_items) / size.n_items
        latest = LATEST_POPULAR + (LATEST - LATEST_POPULAR) * rank
        births = np.maximum(0, (rng.random(size.n_items) - AT_START) / (1 - AT_START)) * latest
        order = rng.permutation(size.n_items)
        tastes = rng.standard_normal((TASTES, size.n_items), np.float32)
        return cls(
            (FROM + births * (UNTIL - FROM)).astype(np.int64)[order],
            _weights(rank, births, size).astype(np.float32)[order],
            tastes / np.linalg.norm(tastes, axis=0),
            0.35 * rng.standard_normal(size.n_items, np.float32),
        )


@dataclass(frozen=True)
class Visits:
    """The bursts in which some users rate.

    Attributes:
        n: (u,), bursts of each user.
        starts: (bursts,), in seconds, of one user after the other, ascending.
        pace: (u,), seconds from one rating to the next in a burst.
    """

    n: NDArray[np.int64]
    starts: NDArray[np.float64]
    pace: NDArray[np.float64]

    @classmethod
    def draw(cls, n_users: int, rng: np.random.Generator) -> "Visits":
        """Users come at any time between the first year and the last."""
        n = 1 + (rng.random(n_users) > ONE_VISIT) * rng.geometric(0.25, n_users)
        pauses = PAUSE * rng.lognormal(0, 2, n.sum())
        first = np.cumsum(n) - n
        # The first burst of a user begins at any time, all others a pause after the one before.
        pauses[first] = FROM + rng.random(n_users) * 0.998 * (UNTIL - FROM)
        total = np.cumsum(pauses)
        starts = total - np.repeat(total[first] - pauses[first], n)
        return cls(n, np.minimum(starts, UNTIL), SECONDS_PER_RATING * rng.lognormal(0, 1, n_users))

    @property
    def last(self) -> NDArray[np.float64]:
        """When the last burst of each user begins, (u,)."""
        return self.starts[np.cumsum(self.n) - 1]

    def times(self, user: NDArray[np.intp], births: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """When ratings are given, (r,): in the first burst or in any other, if the item exists by then."""
        place = (rng.random(len(user)) > IN_FIRST) * (rng.random(len(user)) * self.n[user]).astype(int)
        start = self.starts[(np.cumsum(self.n) - self.n)[user] + place]
        start = np.where(start < births, self.last[user], start)
        lengths = (np.bincount(user, minlength=len(self.n)) * self.pace)[user]
        return np.minimum(start + rng.random(len(user)) * lengths, UNTIL).astype(np.int64)


def blocks(size: Size, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Columns userId, movieId, rating and timestamp, a block of users at a time; ids ascend from 1."""
    catalogue = Catalogue.draw(size, rng)
    counts = _user_counts(rng.standard_normal(size.n_users), size)
    per_block = max(1, _BLOCK // size.n_items)
    limits = None
    for start in range(0, size.n_users, per_block):
        lengths = counts[start : start + per_block]
        visits = Visits.draw(len(lengths), rng)
        taste = rng.standard_normal((len(lengths), TASTES), np.float32) @ catalogue.tastes
        # The n largest values of log(uniform) / weight are a weighted draw without replacement (Efraimidis & Spirakis
        # 2006).
        keys = np.log(rng.random(taste.shape, np.float32) + np.float32(1e-12))
        keys /= catalogue.weights * np.exp(np.float32(STRENGTH) * taste)
        exists = catalogue.births <= visits.last[:, None]
        keys[~exists] = -np.inf
        lengths = np.minimum(lengths, exists.sum(axis=1) // 2)
        items = np.concatenate(
            [np.sort(np.argpartition(row, -n)[-n:]) for row, n in zip(keys, lengths.tolist(), strict=True)]
        )
        user = np.repeat(np.arange(len(lengths)), lengths)
        liking = 0.6 * taste[user, items] + catalogue.qualities[items]
        liking += 0.4 * rng.standard_normal(len(lengths), np.float32)[user]  # some users give more than others
        liking += 0.7 * rng.standard_normal(len(items), np.float32)
        if limits is None:
            limits = np.quantile(liking, np.cumsum(list(SHARES.values()))[:-1] / sum(SHARES.values()))
        yield pd.DataFrame(
            {
                "userId": start + 1 + user,
                "movieId": 1 + items,
                "rating": np.array(list(SHARES))[np.searchsorted(limits, liking)],
                "timestamp": visits.times(user, catalogue.births[items], rng),
            }
        )


def _user_counts(normal: NDArray[np.float64], size: Size) -> NDArray[np.int64]:
    """Ratings of users from numbers of the normal distribution (n,)."""
    further = np.exp(SPREAD * normal + TEMPER * normal**2)
    mean = max(0.0, size.n_ratings / size.n_users - MIN_RATINGS)
    evenly = np.array([NormalDist().inv_cdf((place + 0.5) / 2000) for place in range(2000)])
    expected = np.exp(SPREAD * evenly + TEMPER * evenly**2).mean()
    counts = MIN_RATINGS + np.floor(further * mean / expected + 0.5)
    return np.clip(counts, 1, size.n_items // 2).astype(np.int64)


def _weights(rank: NDArray[np.float64], births: NDArray[np.float64], size: Size) -> NDArray[np.float64]:
    """Weights (n_items,) with which the items are rated as often as :data:`POPULARITY` says.

    A user of n ratings picks an item of weight w and taste t with probability 1 - exp(-w exp(STRENGTH t) x), about,
    with x such that these add up to n over the items that exist. Both are solved for in turn, on a grid of ranks,
    births, lengths of histories and tastes.

    Args:
        rank: (n_items,), ascending from 0 to 1.
        births: (n_items,), as a share of the years.
        size: of the log.
    """
    ranks, ratings = np.array(POPULARITY, float).T
    n_ranks = np.geomspace(1, size.n_items, _RANKS)  # of the grid
    expected = np.exp(np.interp(np.log(n_ranks * N_ITEMS / size.n_items), np.log(ranks), np.log(ratings)))
    per_rank = np.gradient(n_ranks)  # items that a place of the grid stands for
    per_rank *= size.n_items / per_rank.sum()
    lengths = _user_counts(np.array([NormalDist().inv_cdf((i + 0.5) / _LENGTHS) for i in range(_LENGTHS)]), size)
    shares = expected / N_USERS
    for _ in range(_ROUNDS):  # the same shape for a catalogue of another size, no share above the largest
        shares = np.minimum(MAX_SHARE, shares * lengths.mean() / (per_rank @ shares))
    nodes, mass = np.polynomial.hermite_e.hermegauss(_TASTES)
    pull, mass = np.exp(STRENGTH * nodes), mass / mass.sum()  # (t,)
    born = np.linspace(0, LATEST, _BIRTHS)  # of the grid
    at_birth = np.bincount(np.round(births / LATEST * (_BIRTHS - 1)).astype(int), minlength=_BIRTHS) / len(births)
    weights, scale = np.outer(shares, np.ones(_BIRTHS)), np.ones((_LENGTHS, _BIRTHS))
    # Users come at any time; those who come between two births of the grid can pick what was born before.
    coming = np.diff(np.r_[born, 1.0])  # (b,), the share of the users between one birth and the next
    for _ in range(_ROUNDS):
        picked = np.zeros((_RANKS, _BIRTHS))
        for period in range(_BIRTHS):
            rates = weights[None, :, : period + 1, None] * pull
            chance = (1 - np.exp(-rates * scale[:, period, None, None, None])) @ mass  # (l, r, births so far)
            total = np.einsum("lrb,r,b->l", chance, per_rank, at_birth[: period + 1])
            scale[:, period] *= np.minimum(lengths, 0.5 * per_rank.sum() * at_birth[: period + 1].sum()) / total
            picked[:, : period + 1] += coming[period] * chance.mean(axis=0)
        weights *= np.clip(shares[:, None] / picked, 0.2, 5)
    place = np.log(1 + rank * size.n_items)
    by_birth = [np.interp(place, np.log(n_ranks), np.log(column)) for column in weights.T]
    low = np.minimum(births / LATEST * (_BIRTHS - 1), _BIRTHS - 1)
    below, above = np.floor(low).astype(int), np.ceil(low).astype(int)
    item, table = np.arange(size.n_items), np.array(by_birth)
    result: NDArray[np.float64] = np.exp(
        table[below, item] * (1 - (low - below)) + table[above, item] * (low - below)
    )
    return result / result.max()


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
