"""The index of items, and which of them a page can list or draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recsys.schema import Artefacts, Item, Items
from recsys.site.context import Context, ItemLink, PageHead
from recsys.site.output.limits import MAX_LISTED
from recsys.site.pages.page import Page, SiteData


@dataclass(frozen=True)
class ItemRow:
    """One item in the index."""

    link: ItemLink
    item: Item
    mean: float | None
    """The shrunk mean of its ratings."""
    id: str
    """The id, where other items have the same title and year; else empty."""


@dataclass(frozen=True)
class ItemsContext(Context):
    """``items.html``."""

    rows: tuple[ItemRow, ...]
    """The most rated."""
    n_items: int
    """All that are known by a title, listed or not."""
    overall_mean: float | None
    """The mean of all ratings, which those of items are shrunk towards; None where it is not known."""
    mean_shrinkage: int


def items_context(data: SiteData, page: PageHead) -> ItemsContext:
    """The index of items, most rated first: that is where most visitors know one; no more than can be read."""
    catalogue, exported = data.catalogue, data.artefacts.items
    items = [item for item in most_rated_first(data.artefacts) if not _is_placeholder(item)]
    rows = tuple(
        ItemRow(
            catalogue.item(item.id),
            item,
            shrunk_mean(item, exported),
            item.id if item.id in catalogue.first_twins else "",
        )
        for item in items[:MAX_LISTED]
    )
    return ItemsContext(data.site, page, rows, len(items), exported.overall_mean, exported.mean_shrinkage)


def shrunk_mean(item: Item, items: Items) -> float | None:
    """The mean rating of an item as if it had some more ratings, each the mean of all; None below 3 ratings.

    A mean of few ratings is mostly chance: without this the best items of a catalogue are those that three users
    rated highest. An export of an earlier version has no mean of all ratings: then it is the plain mean.
    """
    if item.mean_rating is None or items.overall_mean is None:
        return item.mean_rating
    total = item.n_ratings * item.mean_rating + items.mean_shrinkage * items.overall_mean
    return total / (item.n_ratings + items.mean_shrinkage)


def _is_placeholder(item: Item) -> bool:
    """Whether a catalogue has an item for what it does not know, such as ``unknown`` in MovieLens 100K."""
    return item.title.lower() == "unknown" and item.year is None and not item.genres


def most_rated_first(artefacts: Artefacts) -> list[Item]:
    """The items in the order of their index; equals keep the order of the catalogue."""
    items = artefacts.items.items
    return [items[row] for row in _by_ratings(items)]


def listed_items(artefacts: Artefacts) -> list[tuple[int, Item]]:
    """The items that the index lists and the map draws, each with its row in the catalogue, in catalogue order."""
    items = artefacts.items.items
    return [(row, items[row]) for row in sorted(_by_ratings(items)[:MAX_LISTED])]


def _by_ratings(items: Sequence[Item]) -> list[int]:
    return sorted(range(len(items)), key=lambda row: -items[row].n_ratings)


def item_addresses(data: SiteData) -> list[list[Any]]:
    """Each item's title, year and slug, for the search."""
    catalogue = data.catalogue
    return [
        [item.title, item.year, slug]
        for item, slug in zip(catalogue.items.values(), catalogue.item_slugs.values(), strict=True)
    ]


PAGE = Page(
    address="items.html",
    title="items.title",
    nav="items.nav",
    template="items.html",
    context=items_context,
    description="items.description",
    scripts={"items": item_addresses},
)
