"""A page for each user: what they rated, and what each model recommends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from recsys.schema import Recommendation, UserLists
from recsys.site.catalogue import Catalogue, has_user_pages
from recsys.site.context import Context, ItemLink, Model, PageHead, UserLink
from recsys.site.language.strings import Strings
from recsys.site.output.parallel import Job, page_job
from recsys.site.pages.page import PageFamily, SiteData
from recsys.site.pages.profile import GenreRow, HiddenRow, genre_rows, hidden_rows, rank_spans

_MIN_BAR = 4
"""Per cent."""


@dataclass(frozen=True)
class RatedRow:
    """One of a user's best-rated items."""

    item: ItemLink
    rating: float


@dataclass(frozen=True)
class Reason:
    """A rated item behind a recommended one, and how strongly."""

    item: ItemLink
    strength: float


@dataclass(frozen=True)
class RecommendedRow:
    """One place of a list; a hit that may not be named has neither item nor score nor reasons."""

    item: ItemLink | None
    recommendation: Recommendation
    match: int | None
    """The length of the score's bar, in per cent of the longest; None where the score is not known."""
    in_all_lists: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Hits:
    """The items of a list that the user rated in the held-out part, themselves or under the id of a twin."""

    n: int
    n_liked: int
    """Those the user liked, among those that are named."""
    n_withheld: int
    n_relevant: int
    """Those that count in the metrics."""


@dataclass(frozen=True)
class RecommendedList:
    """What one model recommends to a user."""

    model: Model
    rows: tuple[RecommendedRow, ...]
    hits: Hits


@dataclass(frozen=True)
class BaselineHits:
    """How many of the items that a baseline recommends are hits; the items themselves are in the exported data."""

    model: Model
    hits: int


@dataclass(frozen=True)
class UserContext(Context):
    """``users/{slug}.html``."""

    user: UserLink
    n_train: int
    n_hidden: int
    rated: tuple[RatedRow, ...]
    lists: tuple[RecommendedList, ...]
    n_withheld: int
    """Places of these lists, and reasons, whose item is not named."""
    says_liking: bool
    """Whether the hits of these lists say if the user liked them."""
    n_irrelevant: int
    """Hits of these lists that do not count in the metrics."""
    max_named: int
    """Rated items of one user that the site names at most."""
    genres: tuple[GenreRow, ...]
    """The user's most common first; empty where genres are not known."""
    genre_scale: int
    """Per cent at which a bar is full: the largest of them."""
    spans: tuple[str, ...]
    """Spans of ranks, which the counts of ``hidden`` follow."""
    hidden: tuple[HiddenRow, ...]
    baselines: tuple[BaselineHits, ...]
    """Empty where nothing is held out."""
    previous: UserLink | None
    next: UserLink | None


def user_context(
    data: SiteData, user: UserLink, previous: UserLink | None = None, next_: UserLink | None = None
) -> UserContext:
    """One user's page, with links to the users before and after in the order of the export."""
    recommendations, catalogue = data.artefacts.recommendations, data.catalogue
    lists = recommendations.users[user.id]
    in_all_lists = items_in_all_lists(lists, catalogue)
    recommended = tuple(
        RecommendedList(
            model=catalogue.model(name),
            rows=tuple(
                _recommended_row(row, match, in_all_lists, catalogue)
                for row, match in zip(rows, bar_lengths([row.score for row in rows]), strict=True)
            ),
            hits=count_hits(rows),
        )
        for name, rows in lists.models.items()
    )
    rows_of_models = [row for rows in lists.models.values() for row in rows]
    genres = genre_rows(recommendations, lists, catalogue.genres)
    return UserContext(
        site=data.site,
        page=_page_head(user, data.strings),
        user=user,
        n_train=lists.n_train,
        n_hidden=lists.n_hidden,
        rated=tuple(RatedRow(catalogue.item(row.item), row.rating) for row in lists.rated),
        lists=recommended,
        n_withheld=sum((row.item is None) + row.why_withheld for row in rows_of_models),
        says_liking=any(row.liked is not None for row in rows_of_models),
        n_irrelevant=sum(row.held_out and not row.relevant for row in rows_of_models),
        max_named=recommendations.max_named,
        genres=genres,
        genre_scale=max((share or 0 for row in genres for share in (row.rated, *row.recommended)), default=0) or 1,
        spans=rank_spans(recommendations.rank_ends, len(catalogue.items)),
        hidden=hidden_rows(recommendations, lists, catalogue),
        baselines=tuple(BaselineHits(catalogue.model(name), hits) for name, hits in baseline_hits(lists).items()),
        previous=previous,
        next=next_,
    )


def items_in_all_lists(lists: UserLists, catalogue: Catalogue) -> Collection[str]:
    """The items that are in the lists of all models, themselves or a twin of theirs; none of a single list."""
    if len(lists.models) < 2:
        return ()
    first = catalogue.first_twins
    of_models = [[row.item for row in rows if row.item is not None] for rows in lists.models.values()]
    shared = set.intersection(*({first.get(item, item) for item in items} for items in of_models))
    return {item for items in of_models for item in items if first.get(item, item) in shared}


def count_hits(rows: Iterable[Recommendation]) -> Hits:
    """The hits of one list."""
    hits = [row for row in rows if row.held_out]
    return Hits(
        n=len(hits),
        n_liked=sum(row.liked is True for row in hits),
        n_withheld=sum(row.item is None for row in hits),
        n_relevant=sum(row.relevant for row in hits),
    )


def bar_lengths(scores: Sequence[float | None]) -> list[int | None]:
    """Scores as lengths of bars, in per cent of the best; ``any_user/view.js`` computes the same.

    Bars begin at 0, or at the lowest score where that is negative. All have a visible length.
    """
    known = [score for score in scores if score is not None]
    start, best = min([0.0, *known]), max(known, default=0.0)
    scale = 100 / (best - start) if best > start else 0.0
    return [None if score is None else max(_MIN_BAR, round(scale * (score - start))) for score in scores]


def _page_head(user: UserLink, strings: Strings) -> PageHead:
    return PageHead(
        address=user.href,
        title=strings.text("user.name", id=user.id or strings("site.no_id")),
        description=strings.text("user.description", id=user.id or strings("site.no_id")),
        section="users.html",
        root="../",
    )


def _recommended_row(
    row: Recommendation, match: int | None, in_all_lists: Collection[str], catalogue: Catalogue
) -> RecommendedRow:
    return RecommendedRow(
        match=match,
        item=None if row.item is None else catalogue.item(row.item),
        recommendation=row,
        in_all_lists=row.item in in_all_lists,
        reasons=tuple(Reason(catalogue.item(item), strength) for item, strength in row.why),
    )


def baseline_hits(lists: UserLists) -> dict[str, int]:
    """How many hits each baseline's list has; none where nothing is held out."""
    if not lists.n_hidden:
        return {}
    return {name: sum(row.held_out for row in rows) for name, rows in lists.baselines.items()}


def user_jobs(data: SiteData) -> Iterator[Job]:
    """A page for each user, in the order of the export."""
    users = list(data.catalogue.users.values())
    for user, previous, next_ in zip(users, [None, *users][:-1], [*users, None][1:], strict=True):
        yield page_job(user.href, "user.html", partial(user_context, data, user, previous, next_))


FAMILY = PageFamily(jobs=user_jobs, applies=has_user_pages)
