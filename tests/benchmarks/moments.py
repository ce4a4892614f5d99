"""The moments of a log in MovieLens' file format, next to those of MovieLens 20M.

    python tests/benchmarks/moments.py FOLDER

Published numbers: Harper & Konstan 2015, the data set's README, and the statistics that LensKit's code examples show
(codex.lenskit.org). A log of fewer users has fewer ratings an item, so those are compared as shares of the users.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

N_USERS = 138_493
PUBLISHED: dict[str, float] = {
    "ratings a user: mean": 144.4,
    "median": 68,
    "least": 20,
    "most": 9_254,
    "standard deviation": 230.3,
    "ratings an item, of 100,000 users: mean": 747.8 / N_USERS * 1e5,
    "median ": 18 / N_USERS * 1e5,
    "most ": 67_310 / N_USERS * 1e5,
    "standard deviation ": 3_085 / N_USERS * 1e5,
    "Gini index": 0.903,
    "per cent 0.5": 1.20,
    "1.0": 3.40,
    "1.5": 1.40,
    "2.0": 7.15,
    "2.5": 4.42,
    "3.0": 21.4,
    "3.5": 11.0,
    "4.0": 27.8,
    "4.5": 7.67,
    "5.0": 14.5,
    "mean rating": 3.53,
    "standard deviation of ratings": 1.05,
    "first year": 1995,
    "last year": 2015,
    "hours from a user's first rating to the last: median": np.nan,
    "per cent of items first rated in the first third of the years": np.nan,
    "in the last third": np.nan,
}
"""By what they say; those that nobody has published are not numbers."""


def moments(ratings: pd.DataFrame, n_items: int | None = None) -> dict[str, float]:
    """The same of a log with the columns userId, movieId, rating and timestamp.

    Args:
        ratings: the log.
        n_items: of the catalogue; None for as many as have a rating, as in the published numbers.
    """
    users = ratings.groupby("userId")
    by_user, by_item = users.size().to_numpy(), ratings.groupby("movieId").size().to_numpy()
    if n_items is not None:
        by_item = np.r_[by_item, np.zeros(n_items - len(by_item), int)]
    values = ratings.rating.to_numpy()
    share = np.unique(values, return_counts=True)[1] / len(values)
    years = pd.to_datetime(ratings.timestamp.agg(["min", "max"]), unit="s").dt.year.tolist()
    first_rated = ratings.groupby("movieId").timestamp.min().to_numpy()
    ends = ratings.timestamp.min(), ratings.timestamp.max()
    period = (first_rated - ends[0]) / (ends[1] - ends[0])
    spans = (users.timestamp.max() - users.timestamp.min()).to_numpy() / 3600
    of_100_000 = by_item / len(by_user) * 1e5
    numbers = [
        *(by_user.mean(), np.median(by_user), by_user.min(), by_user.max(), by_user.std()),
        *(of_100_000.mean(), np.median(of_100_000), of_100_000.max(), of_100_000.std(), gini(by_item)),
        *(100 * share),
        *(values.mean(), values.std()),
        *years,
        np.median(spans),
        *(100 * (period < 1 / 3).mean(), 100 * (period >= 2 / 3).mean()),
    ]
    return dict(zip(PUBLISHED, map(float, numbers), strict=True))


def gini(counts: NDArray[np.integer]) -> float:
    """0 where all counts are equal, next to 1 where few have all."""
    n, ascending = len(counts), np.sort(counts)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ascending / (n * ascending.sum()))


def main() -> None:
    ratings = pd.read_csv(Path(sys.argv[1]) / "ratings.csv")
    print(f"| {len(ratings):,} ratings | generated | published |\n|---|---|---|")
    for name, value in moments(ratings).items():
        published = PUBLISHED[name]
        print(f"| {name.strip()} | {value:.5g} | {'' if np.isnan(published) else f'{published:.5g}'} |")


if __name__ == "__main__":
    main()
