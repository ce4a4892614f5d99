"""The MovieLens sets as published, told by their size: name, licence and what to cite.

Must not know where the data was read from.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from recsys.data.dataset import Source

LICENCE = (
    "GroupLens Research, University of Minnesota: for research; cite the paper; no redistribution of the ratings and "
    "no commercial use without permission."
)
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on "
    "Interactive Intelligent Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"
)


@dataclass(frozen=True)
class Edition:
    """One published set."""

    name: str
    page: str
    n_ratings: int
    n_users: int
    n_items: int
    """Films in its table, rated or not."""

    @property
    def source(self) -> Source:
        """Licence, citation and page."""
        return Source(
            licence=LICENCE, citation=CITATION, url=f"https://grouplens.org/datasets/movielens/{self.page}/"
        )


_EDITIONS = (
    Edition("MovieLens 100K", "100k", 100_000, 943, 1_682),
    Edition("MovieLens 1M", "1m", 1_000_209, 6_040, 3_883),
    Edition("MovieLens 10M", "10m", 10_000_054, 69_878, 10_681),
    Edition("MovieLens 20M", "20m", 20_000_263, 138_493, 27_278),
    Edition("MovieLens 25M", "25m", 25_000_095, 162_541, 62_423),
    Edition("MovieLens 32M", "32m", 32_000_204, 200_948, 87_585),
    Edition("MovieLens Latest Small", "latest", 100_836, 610, 9_742),
)


def edition(ratings: pd.DataFrame, items: pd.DataFrame) -> Edition | None:
    """The published set of as many ratings, rating users and films; None if there is none."""
    size = (len(ratings), len(items))
    alike = [one for one in _EDITIONS if (one.n_ratings, one.n_items) == size]
    return next((one for one in alike if one.n_users == ratings["user"].nunique()), None)
