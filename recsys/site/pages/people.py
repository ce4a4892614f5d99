"""What the pages about users show. Knows no template and writes nothing."""

from __future__ import annotations

from recsys.schema import Artefacts, Recommendation, UserLists
from recsys.site.catalogue import Catalogue, model, models_of
from recsys.site.context import Film, Page, Site, User
from recsys.site.pages.people_contexts import (
    BaselineHits,
    RatedRow,
    Reason,
    RecommendedList,
    RecommendedRow,
    UserContext,
    UserRow,
    UsersContext,
)
from recsys.site.pages.profile import genre_rows, hidden_rows, rank_spans


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
    found = lists.models
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
    recommendations = artefacts.recommendations
    lists = recommendations.users[user.id]
    found = lists.models
    named = [{row.item for row in rows if row.item is not None} for rows in found.values()]
    shared = set.intersection(*named) if len(named) > 1 else set()
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
        n_withheld=_withheld(lists),
        max_named=recommendations.max_named,
        genres=(genres := genre_rows(recommendations, lists, catalogue.genres)),
        genre_scale=max((share or 0 for row in genres for share in (row.rated, *row.recommended)), default=0) or 1,
        spans=rank_spans(recommendations.rank_ends),
        hidden=hidden_rows(recommendations, lists),
        baselines=_baseline_hits(lists),
        previous=previous,
        next=next_,
    )


def _user_page(user: User, lists: UserLists, site: Site) -> Page:
    return Page(
        address=user.href,
        title=f"User {user.id}",
        description=f"Films recommended to user {user.id} of {site.dataset} "
        f"from {lists.n_train:,} ratings, by each model.",
        section="users.html",
        root="../",
    )


def _recommended(name: str, rows: list[Recommendation], shared: set[str], catalogue: Catalogue) -> RecommendedList:
    return RecommendedList(
        model=model(name),
        rows=tuple(
            RecommendedRow(
                rank=rank,
                film=_named(row.item, catalogue),
                score=row.score,
                held_out=row.held_out,
                shared=row.item in shared,
                reasons=tuple(Reason(catalogue.film(item), strength) for item, strength in row.why),
                n_withheld=row.why_withheld,
            )
            for rank, row in enumerate(rows, start=1)
        ),
        hits=sum(row.held_out for row in rows),
    )


def _baseline_hits(lists: UserLists) -> tuple[BaselineHits, ...]:
    if not lists.n_hidden:
        return ()
    return tuple(
        BaselineHits(model(name), sum(row.held_out for row in rows)) for name, rows in lists.baselines.items()
    )


def _named(id_: str | None, catalogue: Catalogue) -> Film | None:
    return None if id_ is None else catalogue.film(id_)


def _withheld(lists: UserLists) -> int:
    """Places of a user's lists, and reasons, of which the film is not named."""
    rows = [row for found in lists.models.values() for row in found]
    return sum((row.item is None) + row.why_withheld for row in rows)
