"""What the pages about films show: the index. Knows no template and writes nothing."""

from __future__ import annotations

from recsys.artefacts import Artefacts, Item
from recsys.pages.catalogue import Catalogue
from recsys.pages.contexts import FilmRow, FilmsContext, Page, Site


def films_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue) -> FilmsContext:
    """The index of films, most rated first: that is where most visitors know one."""
    return FilmsContext(site, page, tuple(_film_row(item, catalogue) for item in most_rated_first(artefacts)))


def most_rated_first(artefacts: Artefacts) -> list[Item]:
    """The films in the order of their index; equals keep that of the catalogue."""
    return sorted(artefacts.items.items, key=lambda item: -item.n_ratings)


def _film_row(item: Item, catalogue: Catalogue) -> FilmRow:
    return FilmRow(
        film=catalogue.film(item.id),
        genres=", ".join(item.genres),
        n_ratings=item.n_ratings,
        mean_rating=item.mean_rating,
    )
