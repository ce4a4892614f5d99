"""What the pages about films show: the index. Knows no template and writes nothing."""

from __future__ import annotations

from recsys.artefacts import Artefacts, Item
from recsys.pages.catalogue import Catalogue
from recsys.pages.contexts import FilmRow, FilmsContext, Page, Site
from recsys.pages.limits import MOST_LISTED


def films_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue) -> FilmsContext:
    """The index of films, most rated first: that is where most visitors know one; no more than can be read."""
    items = most_rated_first(artefacts)
    return FilmsContext(site, page, tuple(_film_row(item, catalogue) for item in items[:MOST_LISTED]), len(items))


def most_rated_first(artefacts: Artefacts) -> list[Item]:
    """The films in the order of their index; equals keep that of the catalogue."""
    return sorted(artefacts.items.items, key=lambda item: -item.n_ratings)


def listed_items(artefacts: Artefacts) -> list[tuple[int, Item]]:
    """The films that the map draws, with their places in the catalogue, in its order: those that the index lists."""
    items = artefacts.items.items
    rows = range(len(items))
    return [(row, items[row]) for row in sorted(sorted(rows, key=lambda row: -items[row].n_ratings)[:MOST_LISTED])]


def _film_row(item: Item, catalogue: Catalogue) -> FilmRow:
    return FilmRow(
        film=catalogue.film(item.id),
        genres=", ".join(item.genres),
        n_ratings=item.n_ratings,
        mean_rating=item.mean_rating,
    )
