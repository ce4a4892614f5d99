"""What a user's page adds to their lists: genres rated against genres recommended, and where the hidden films rank.

Knows no template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recsys.schema import Recommendation, Recommendations, UserLists
from recsys.site.catalogue import model
from recsys.site.pages.people_contexts import GenreRow, HiddenRow

N_GENRES = 6


def genre_rows(found: Recommendations, lists: UserLists, genres: Mapping[str, Sequence[str]]) -> tuple[GenreRow, ...]:
    """The genres that are most common among what a user rated or in any list, with how common they are in each.

    Args:
        found: of which ``lists`` are one user's.
        lists: the user's.
        genres: of every film, by its id.
    """
    rows = [
        GenreRow(name, round(100 * share), tuple(_share(name, listed, genres) for listed in lists.models.values()))
        for name, share in zip(found.genres, lists.genres, strict=False)
    ]
    return tuple(sorted(filter(_largest, rows), key=_largest, reverse=True)[:N_GENRES])  # equals keep their order


def _largest(row: GenreRow) -> int:
    return max(row.rated, *(share or 0 for share in row.recommended), 0)


def _share(name: str, rows: Sequence[Recommendation], genres: Mapping[str, Sequence[str]]) -> int | None:
    named = [row.item for row in rows if row.item is not None]
    return round(100 * sum(name in genres[item] for item in named) / len(named)) if named else None


def rank_spans(ends: Sequence[int]) -> tuple[str, ...]:
    """The ranks up to each end, and those beyond: 1–10, 11–50, 51+."""
    starts = [1, *(end + 1 for end in ends)]
    spans = [str(end) if start == end else f"{start}–{end}" for start, end in zip(starts, ends, strict=False)]
    return (*spans, f"{starts[-1]}+")


def hidden_rows(found: Recommendations, lists: UserLists) -> tuple[HiddenRow, ...]:
    """Where each model ranks what is hidden of a user; none where nothing is, or where it was not measured."""
    return tuple(
        HiddenRow(model(name), tuple(ranks.counts), ranks.median)
        for name, ranks in lists.hidden_ranks.items()
        if len(ranks.counts) == len(found.rank_ends) + 1
    )
