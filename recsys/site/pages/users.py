"""The index of users, on a site where each has a page."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.schema import Protocol, UserLists
from recsys.site.catalogue import has_user_pages
from recsys.site.context import Context, ItemLink, Model, PageHead, UserLink
from recsys.site.pages.page import Page, SiteData
from recsys.site.pages.user import count_hits


@dataclass(frozen=True)
class UserRow:
    """One user in the index; ``hits``, those that count in the metrics, follow the models."""

    user: UserLink
    lists: UserLists
    hits: tuple[int, ...]
    favourite: ItemLink | None


@dataclass(frozen=True)
class UsersContext(Context):
    """``users.html``."""

    models: tuple[Model, ...]
    rows: tuple[UserRow, ...]
    k: int
    measured: bool
    protocol: Protocol


def users_context(data: SiteData, page: PageHead) -> UsersContext:
    """The index of users, in the order of the export."""
    recommendations, models = data.artefacts.recommendations, data.catalogue.models
    rows = tuple(_user_row(id_, lists, models, data) for id_, lists in recommendations.users.items())
    metrics = data.artefacts.metrics
    return UsersContext(data.site, page, models, rows, metrics.k, bool(metrics.models), metrics.protocol)


def _user_row(id_: str, lists: UserLists, models: tuple[Model, ...], data: SiteData) -> UserRow:
    return UserRow(
        user=data.catalogue.users[id_],
        lists=lists,
        hits=tuple(count_hits(lists.models.get(model.name, [])).n_relevant for model in models),
        favourite=data.catalogue.item(lists.rated[0].item) if lists.rated else None,
    )


def user_addresses(data: SiteData) -> list[list[str]]:
    """Each user's id and slug, for the search and the random-user button."""
    return [[id_, slug] for id_, slug in data.catalogue.user_slugs.items()]


def no_users(data: SiteData) -> list[list[str]]:
    """The same for a site without pages of users."""
    return []


PAGE = Page(
    address="users.html",
    title="users.title",
    nav="users.nav",
    template="users.html",
    context=users_context,
    description="users.description",
    applies=has_user_pages,
    scripts={"users": user_addresses},
)
