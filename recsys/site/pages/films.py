"""What the pages about films show: the index. Knows no template and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from recsys.schema import Artefacts, Item
from recsys.site.catalogue import Catalogue
from recsys.site.context import FilmRow, FilmsContext, Page, Site
from recsys.site.output.limits import MOST_LISTED


def films_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue) -> FilmsContext:
    """The index of films, most rated first: that is where most visitors know one; no more than can be read."""
    items = most_rated_first(artefacts)
    return FilmsContext(site, page, tuple(_film_row(item, catalogue) for item in items[:MOST_LISTED]), len(items))


def most_rated_first(artefacts: Artefacts) -> list[Item]:
    """The films in the order of their index; equals keep that of the catalogue."""
    items = artefacts.items.items
    return [items[row] for row in _by_ratings(items)]


def listed_items(artefacts: Artefacts) -> list[tuple[int, Item]]:
    """The films that the map draws, with their places in the catalogue, in its order: those that the index lists."""
    items = artefacts.items.items
    return [(row, items[row]) for row in sorted(_by_ratings(items)[:MOST_LISTED])]


def _by_ratings(items: Sequence[Item]) -> list[int]:
    return sorted(range(len(items)), key=lambda row: -items[row].n_ratings)


def _film_row(item: Item, catalogue: Catalogue) -> FilmRow:
    return FilmRow(
        film=catalogue.film(item.id),
        genres=", ".join(item.genres),
        n_ratings=item.n_ratings,
        mean_rating=item.mean_rating,
    )
