"""What a user's page adds to their lists: genres rated against genres recommended, and ranks of held-out items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recsys.schema import Recommendations, UserLists
from recsys.site.catalogue import Catalogue
from recsys.site.context import Model

N_GENRES = 6


@dataclass(frozen=True)
class GenreRow:
    """Per cent of items with a genre: of those the user rated, and of each list, in their order."""

    name: str
    rated: int
    recommended: tuple[int | None, ...]
    """None for a list that names no item."""

    @property
    def largest(self) -> int:
        """The largest of all these percentages."""
        return max(self.rated, *(share or 0 for share in self.recommended), 0)


@dataclass(frozen=True)
class HiddenRow:
    """Where a model ranks what is held out of a user."""

    model: Model
    counts: Sequence[int]
    """How many ranks are in each of :func:`rank_spans`."""
    median: float


def genre_rows(
    recommendations: Recommendations, lists: UserLists, genres: Mapping[str, Sequence[str]]
) -> tuple[GenreRow, ...]:
    """The genres that are most common among what a user rated or in any list, with how common they are in each.

    Args:
        recommendations: of all users.
        lists: the user's.
        genres: of every item, by its id.
    """
    listed = [[row.item for row in rows if row.item is not None] for rows in lists.models.values()]
    counts = [Counter(genre for item in items for genre in genres[item]) for items in listed]
    rows = []
    for name, share in zip(recommendations.genres, lists.genres, strict=False):
        if share or any(name in of_list for of_list in counts):
            recommended = tuple(
                round(100 * of_list[name] / len(items)) if items else None
                for of_list, items in zip(counts, listed, strict=True)
            )
            rows.append(GenreRow(name, round(100 * share), recommended))
    rows = sorted((row for row in rows if row.largest), key=lambda row: -row.largest)  # equals keep their order
    return tuple(rows[:N_GENRES])


def rank_spans(ends: Sequence[int], n_items: int) -> tuple[str, ...]:
    """The ranks up to each end, and those beyond, as far as there are items: 1–10, 11–50, 51+, or 1–10, 11–40."""
    starts = [1, *(end + 1 for end in ends if end < n_items)]
    lasts = [min(end, n_items) for end in ends[: len(starts)]]
    spans = [str(last) if start == last else f"{start}–{last}" for start, last in zip(starts, lasts, strict=False)]
    return tuple(spans) if len(spans) == len(starts) else (*spans, f"{starts[-1]}+")


def hidden_rows(recommendations: Recommendations, lists: UserLists, catalogue: Catalogue) -> tuple[HiddenRow, ...]:
    """Where each model ranks what is held out of a user; empty where nothing is, or where it was not measured."""
    ends = recommendations.rank_ends
    n_spans = len(rank_spans(ends, len(catalogue.items)))
    return tuple(
        HiddenRow(catalogue.model(name), ranks.counts[:n_spans], ranks.median)
        for name, ranks in lists.hidden_ranks.items()
        if len(ranks.counts) == len(ends) + 1
    )
