"""What the template of the Rate page is given. Must not know where the values come from."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.site.context import Context, Film


@dataclass(frozen=True)
class Starter:
    """A film to begin with; ``id`` is the one that visitors' ratings are kept under."""

    id: str
    film: Film
    genres: tuple[str, ...]


@dataclass(frozen=True)
class RateContext(Context):
    """``rate.html``."""

    starters: tuple[Starter, ...]
    """Best to begin with first; none where the deep model was not built."""
    n_first: int
    """So many of them are shown at first."""
    n_films: int
    """Films that can be rated and recommended here."""
    n_items: int
    """Films in the whole catalogue."""
