"""What a film's own page shows. Knows no template and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from urllib.parse import quote

from recsys.schema import Artefacts, Embedding, Item, RatingBin
from recsys.site.catalogue import Catalogue, models_of
from recsys.site.context import Film, Model, Page, Site
from recsys.site.output.jinja import plain
from recsys.site.pages.audience import Readers, audiences
from recsys.site.pages.film_contexts import (
    Audience,
    FilmContext,
    HistogramBar,
    Neighbour,
    Neighbours,
    SharedRank,
    Spot,
)
from recsys.site.pages.films import listed_items
from recsys.site.pages.square import square_around

Place = tuple[int, int]
_UNQUOTED = "!*'()"  # what encodeURIComponent leaves as it is, besides what quote does


@dataclass(frozen=True)
class Shared:
    """What the pages of all films draw on, worked out once."""

    site: Site
    catalogue: Catalogue
    models: tuple[Model, ...]
    bins: Sequence[str]
    audiences: Mapping[str, Mapping[str, Readers]]
    spots: Mapping[str, Mapping[str, Place]]
    k: int
    n_users: int
    withheld: bool
    on_map: frozenset[str]


def shared(site: Site, artefacts: Artefacts, catalogue: Catalogue) -> Shared:
    """Go through all lists and places once, for all films."""
    found = artefacts.recommendations
    lists = (rows for user in found.users.values() for rows in user.models.values())
    return Shared(
        site=site,
        catalogue=catalogue,
        models=models_of(artefacts),
        bins=[_rating(one) for one in artefacts.items.bins],
        audiences=audiences(found),
        spots={name: _spots(embedding) for name, embedding in artefacts.item_embeddings.models.items()},
        k=found.k,
        n_users=len(found.users),
        withheld=any(row.item is None for rows in lists for row in rows),
        on_map=frozenset(item.id for _, item in listed_items(artefacts)),
    )


def film_context(common: Shared, item: Item) -> FilmContext:
    """One film's page."""
    catalogue = common.catalogue
    film = catalogue.film(item.id)
    return FilmContext(
        site=common.site,
        page=_page(film, item, common.site),
        film=film,
        genres=tuple(item.genres),
        n_ratings=item.n_ratings,
        n_train=item.n_train,
        mean_rating=item.mean_rating,
        histogram=_histogram(item.histogram or [], common.bins),
        spots=tuple(
            Spot(model, *common.spots[model.name][item.id])
            for model in common.models
            if item.id in common.spots.get(model.name, {})
        ),
        map_hash=f"film={quote(item.id, safe=_UNQUOTED)}" if item.id in common.on_map else "",
        similar=tuple(
            Neighbours(model, tuple(Neighbour(catalogue.film(one.item), one.similarity) for one in found))
            for model in common.models
            if (found := item.similar.get(model.name))
        ),
        audiences=_audiences(item, common),
        k=common.k,
        n_users=common.n_users,
        withheld=common.withheld,
    )


def _page(film: Film, item: Item, site: Site) -> Page:
    year = "" if film.year is None else f" ({film.year})"
    return Page(
        address=film.href,
        title=f"{film.title}{year}",
        description=f"{film.title}{year}: ratings, similar films, who gets it.",
        section="films.html",
        root="../",
    )


def _rating(one: RatingBin) -> str:
    return plain(one.low) if one.low == one.high else f"{plain(one.low)}–{plain(one.high)}"


def _histogram(counts: Sequence[int], bins: Sequence[str]) -> tuple[HistogramBar, ...]:
    """The best rating on top; what is not nothing can be seen."""
    largest = max(counts, default=0) or 1
    pairs = zip(bins, counts, strict=True) if counts else ()
    return tuple(HistogramBar(name, n, ceil(100 * n / largest)) for name, n in pairs)[::-1]


def _audiences(item: Item, common: Shared) -> tuple[Audience, ...]:
    """One a model; none at all where nobody gets the film from any."""
    nobody = Readers(0, 0, ())
    found = [common.audiences.get(model.name, {}).get(item.id, nobody) for model in common.models]
    if not any(readers.n for readers in found):
        return ()
    return tuple(
        _audience(model, readers, common.catalogue) for model, readers in zip(common.models, found, strict=True)
    )


def _audience(model: Model, readers: Readers, catalogue: Catalogue) -> Audience:
    return Audience(
        model=model,
        n_users=readers.n,
        n_hits=readers.n_hits,
        n_shown=len(readers.best),
        ranks=tuple(
            SharedRank(rank, tuple(catalogue.users[one.user] for one in same))
            for rank, same in groupby(readers.best, key=lambda one: one.rank)
        ),
    )


def _spots(embedding: Embedding) -> dict[str, Place]:
    """Where each film lies in the picture of a model's map, to the nearest per cent: it is not 200 pixels wide."""
    square = square_around(embedding.projection)
    # The page with the map makes sure that there are as many places as films, and says so where there are not.
    places = zip(embedding.item_ids, map(square.place, embedding.projection), strict=False)
    return {id_: (round(left), round(top)) for id_, (left, top) in places}
