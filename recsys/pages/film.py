"""What a film's own page shows. Knows no template and writes nothing."""

from __future__ import annotations

from recsys.artefacts import Item
from recsys.pages.catalogue import Catalogue
from recsys.pages.contexts import FilmContext, Page, Site


def film_context(site: Site, item: Item, catalogue: Catalogue) -> FilmContext:
    """One film's page."""
    film = catalogue.film(item.id)
    page = Page(film.href, film.title, f"{film.title} in {site.dataset}.", "films.html", "../")
    return FilmContext(site, page, film, tuple(item.genres), item.n_ratings, item.mean_rating)
