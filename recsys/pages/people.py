"""What the pages about users show. Knows no template and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from recsys.artefacts import Artefacts, BaselineRecommendation, Recommendation, UserLists
from recsys.pages.catalogue import Catalogue, model, models_of
from recsys.pages.contexts import (
    Page,
    RatedRow,
    RecommendedList,
    RecommendedRow,
    Site,
    User,
    UserContext,
    UserRow,
    UsersContext,
)


def users_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue) -> UsersContext:
    """The index of users, in the order of the export."""
    found = artefacts.recommendations
    models = models_of(artefacts)
    rows = tuple(
        _user_row(catalogue.users[id_], lists, tuple(each.name for each in models), catalogue)
        for id_, lists in found.users.items()
    )
    return UsersContext(site, page, models, rows, found.k, bool(artefacts.metrics.models))


def _user_row(user: User, lists: UserLists, models: tuple[str, ...], catalogue: Catalogue) -> UserRow:
    found = lists.lists()
    return UserRow(
        user=user,
        n_train=lists.n_train,
        n_hidden=lists.n_hidden,
        hits=tuple(sum(row.held_out for row in found.get(name, [])) for name in models),
        favourite=catalogue.film(lists.rated[0].item) if lists.rated else None,
    )


def user_context(
    site: Site, artefacts: Artefacts, catalogue: Catalogue, user: User, previous: User | None, next_: User | None
) -> UserContext:
    """One user's page, between its neighbours in the order of the export."""
    lists = artefacts.recommendations.users[user.id]
    found = lists.lists()
    named = [{row.item for row in rows if row.item is not None} for rows in found.values()]
    shared = set.intersection(*named) if len(named) > 1 else set()
    everything: list[Sequence[Recommendation | BaselineRecommendation]] = [*found.values(), *lists.baselines.values()]
    return UserContext(
        site=site,
        page=_user_page(user, lists, site),
        user=user,
        n_train=lists.n_train,
        n_hidden=lists.n_hidden,
        rated=tuple(
            RatedRow(rank, catalogue.film(row.item), row.rating) for rank, row in enumerate(lists.rated, start=1)
        ),
        lists=tuple(_recommended(name, rows, shared, catalogue) for name, rows in found.items()),
        baselines=tuple(_recommended(name, rows, set(), catalogue) for name, rows in lists.baselines.items()),
        n_withheld=sum(row.item is None for rows in everything for row in rows),
        most_named=artefacts.recommendations.most_named,
        previous=previous,
        next=next_,
    )


def _user_page(user: User, lists: UserLists, site: Site) -> Page:
    return Page(
        address=user.href,
        title=f"User {user.id}",
        description=f"Films recommended to user {user.id} of {site.dataset}, "
        f"from {lists.n_train:,} ratings, by each model.",
        section="users.html",
        root="../",
    )


def _recommended(
    name: str,
    rows: Sequence[Recommendation | BaselineRecommendation],
    shared: set[str],
    catalogue: Catalogue,
) -> RecommendedList:
    return RecommendedList(
        model=model(name),
        rows=tuple(
            RecommendedRow(
                rank=rank,
                film=None if row.item is None else catalogue.film(row.item),
                score=row.score if isinstance(row, Recommendation) else None,
                held_out=row.held_out,
                shared=row.item in shared,
            )
            for rank, row in enumerate(rows, start=1)
        ),
        hits=sum(row.held_out for row in rows),
    )
