"""A page for each item: its ratings, its place on the map, similar items, and the users it is recommended to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from math import ceil
from urllib.parse import quote

from recsys.schema import Item, RatingBin
from recsys.site.catalogue import Catalogue, is_titled_by_number
from recsys.site.context import Context, ItemLink, Model, PageHead, UserLink
from recsys.site.images.square import square_around
from recsys.site.language.strings import Strings
from recsys.site.output.jinja import plain
from recsys.site.output.parallel import Job, page_job
from recsys.site.outside import OutsideLink, checked_patterns, outside_links
from recsys.site.pages.audience import Audience, audiences
from recsys.site.pages.items import listed_items, shrunk_mean
from recsys.site.pages.page import PageFamily, SiteData
from recsys.site.pages.wanted import is_wanted

PicturePosition = tuple[int, int]
"""In per cent from the left and from the top of a picture."""

_NOT_ENCODED = "!*'()"  # what encodeURIComponent leaves as it is, besides what quote does


@dataclass(frozen=True)
class HistogramBar:
    """How often the item got a rating, and that as a percentage of the most frequent."""

    rating: str
    count: int
    width: int


@dataclass(frozen=True)
class Spot:
    """Where the item lies in the picture of a model's map, in per cent from the left and from the top."""

    model: Model
    left: int
    top: int


@dataclass(frozen=True)
class ItemTwin:
    """Another item of the same title and year, which its id tells from this one."""

    id: str
    link: ItemLink
    n_ratings: int


@dataclass(frozen=True)
class SimilarItemLink:
    """A similar item."""

    item: ItemLink
    similarity: float


@dataclass(frozen=True)
class SimilarItems:
    """The items most similar to this one in a model, the most similar first."""

    model: Model
    items: tuple[SimilarItemLink, ...]


@dataclass(frozen=True)
class UsersAtRank:
    """The users in whose lists the item has the same rank."""

    rank: int
    users: tuple[UserLink, ...]


@dataclass(frozen=True)
class AudienceView:
    """The users a model recommends the item to; ``ranks`` names the best of the users that ``audience`` counts."""

    model: Model
    audience: Audience
    ranks: tuple[UsersAtRank, ...]


@dataclass(frozen=True)
class ItemContext(Context):
    """``items/{slug}.html``."""

    item: Item
    shrunk_mean: float | None
    """The mean by which items are ranked; None where there is none."""
    mean_shrinkage: int
    """Average ratings in it."""
    twins: tuple[ItemTwin, ...]
    """Other items of the same title and year."""
    histogram: tuple[HistogramBar, ...]
    spots: tuple[Spot, ...]
    heading: str
    """The title, in full where it is not too long to read."""
    outside: tuple[OutsideLink, ...]
    map_hash: str
    """The fragment with which the map opens on this item; empty where the item is not on the map."""
    similar: tuple[SimilarItems, ...]
    audiences: tuple[AudienceView, ...]
    """One for each model, or none where no model recommends the item to anybody."""
    k: int
    n_users: int
    withheld: bool
    """Whether some list of the site has a hit that is not named."""


@dataclass(frozen=True)
class ItemPageData:
    """What the pages of all items use, computed once."""

    site: SiteData
    bins: Sequence[str]
    audiences: Mapping[str, Mapping[str, Audience]]
    spots: Mapping[str, Mapping[str, PicturePosition]]
    withheld: bool
    on_map: frozenset[str]
    patterns: Mapping[str, str]
    """Of addresses on other sites, by the label of the link; see :mod:`recsys.site.outside`."""
    twins: Mapping[str, tuple[ItemTwin, ...]]
    """The other items of the same title and year, by the id of an item that has some."""


def item_page_data(data: SiteData) -> ItemPageData:
    """Go through all lists and positions once for all items."""
    recommendations = data.artefacts.recommendations
    models = data.catalogue.models if is_wanted("map", data.artefacts) else ()
    lists = (rows for user in recommendations.users.values() for rows in user.models.values())
    return ItemPageData(
        site=data,
        bins=[_bin_label(rating_bin) for rating_bin in data.artefacts.items.bins],
        audiences=audiences(recommendations) if is_wanted("users", data.artefacts) else {},
        spots={model.name: _spots(data.catalogue, model) for model in models},
        withheld=any(row.item is None for rows in lists for row in rows),
        on_map=frozenset(item.id for _, item in listed_items(data.artefacts)),
        patterns=checked_patterns(data.artefacts.build.presentation.links),
        twins=_twins(data),
    )


def _twins(data: SiteData) -> dict[str, tuple[ItemTwin, ...]]:
    """The other items of each group of twins, by the id of each of them."""
    items = data.artefacts.items
    n_ratings = {item.id: item.n_ratings for item in items.items}
    twins = {id_: ItemTwin(id_, data.catalogue.item(id_), n_ratings[id_]) for group in items.twins for id_ in group}
    return {id_: tuple(twins[other] for other in group if other != id_) for group in items.twins for id_ in group}


def item_context(data: ItemPageData, item: Item) -> ItemContext:
    """One item's page."""
    catalogue, recommendations = data.site.catalogue, data.site.artefacts.recommendations
    link = catalogue.item(item.id)
    bars = list(zip(data.bins, item.histogram, strict=True)) if item.histogram else []
    largest = max((n for _, n in bars), default=0) or 1
    return ItemContext(
        site=data.site.site,
        page=_page_head(item, link, data.site.strings),
        item=item,
        shrunk_mean=shrunk_mean(item, data.site.artefacts.items),
        mean_shrinkage=data.site.artefacts.items.mean_shrinkage,
        twins=data.twins.get(item.id, ()),
        # The best rating on top; rounded up, so that a bar that is not zero has a visible width.
        histogram=tuple(HistogramBar(name, n, ceil(100 * n / largest)) for name, n in reversed(bars)),
        spots=tuple(
            Spot(model, *data.spots[model.name][item.id])
            for model in catalogue.models
            if item.id in data.spots.get(model.name, {})
        ),
        heading=catalogue.heading(item),
        outside=outside_links(data.patterns, item),
        map_hash=f"item={quote(item.id, safe=_NOT_ENCODED)}" if item.id in data.on_map else "",
        similar=tuple(
            SimilarItems(model, tuple(SimilarItemLink(catalogue.item(row.item), row.similarity) for row in rows))
            for model in catalogue.models
            if (rows := item.similar.get(model.name))
        ),
        audiences=_audience_views(item, data),
        k=recommendations.k,
        n_users=len(recommendations.users),
        withheld=data.withheld,
    )


def _page_head(item: Item, link: ItemLink, strings: Strings) -> PageHead:
    name = strings.text("site.untitled", id=item.id) if is_titled_by_number(item) else link.title
    title = name if link.year is None else f"{name} ({link.year})"
    return PageHead(
        address=link.href,
        title=title,
        description=strings.text("item.description", title=title),
        section="items.html",
        root="../",
    )


def _bin_label(rating_bin: RatingBin) -> str:
    low, high = plain(rating_bin.low), plain(rating_bin.high)
    return low if rating_bin.low == rating_bin.high else f"{low}–{high}"


def _audience_views(item: Item, data: ItemPageData) -> tuple[AudienceView, ...]:
    """One for each model; none at all where no model recommends the item to anybody."""
    models, users = data.site.catalogue.models, data.site.catalogue.users
    nobody = Audience(0, 0, None, ())
    by_model = [data.audiences.get(model.name, {}).get(item.id, nobody) for model in models]
    if not any(audience.n_users for audience in by_model):
        return ()
    return tuple(
        AudienceView(
            model,
            audience,
            tuple(
                UsersAtRank(rank, tuple(users[member.user] for member in members))
                for rank, members in groupby(audience.best, key=lambda member: member.rank)
            ),
        )
        for model, audience in zip(models, by_model, strict=True)
    )


def _spots(catalogue: Catalogue, model: Model) -> dict[str, PicturePosition]:
    """Where each item lies in the picture of a model's map, to the nearest per cent: it is not 200 pixels wide."""
    positions = dict(zip(catalogue.items, catalogue.positions(model), strict=False))  # without vectors none
    points = {id_: point for id_, point in positions.items() if point is not None}
    square = square_around(list(points.values()))
    percents = {id_: square.to_percent(point) for id_, point in points.items()}
    return {id_: (round(left), round(top)) for id_, (left, top) in percents.items()}


def item_jobs(data: SiteData) -> Iterator[Job]:
    """A page for each item, in the order of the catalogue."""
    page_data = item_page_data(data)
    for item in data.artefacts.items.items:
        yield page_job(data.catalogue.item(item.id).href, "item.html", partial(item_context, page_data, item))


FAMILY = PageFamily(jobs=item_jobs)
