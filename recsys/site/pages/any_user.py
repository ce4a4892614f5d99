"""All users on one page, on a site that has too many for a page each.

The page loads users in shards of :data:`USERS_PER_SHARD`: scripts, because a page opened from disk may not fetch. A
shard says of its users what their own pages would say, as lists of numbers; :func:`shard` documents the layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from recsys.schema import Artefacts, Protocol, Recommendation, UserLists
from recsys.site.catalogue import Catalogue, has_user_pages
from recsys.site.charts.bokeh_json import script_json
from recsys.site.context import Context, Model, PageHead, UserLink
from recsys.site.output.parallel import Job
from recsys.site.output.script_data import script_data
from recsys.site.pages.page import Page, PageFamily, SiteData
from recsys.site.pages.profile import genre_rows, hidden_rows, rank_spans
from recsys.site.pages.user import baseline_hits, items_in_all_lists

USERS_PER_SHARD = 256
"""Some 250 kB, a second on a slow line."""
_N_FIRST_USERS = 12
_CACHE_SIZE = 1 << 16  # many numbers of so few digits are equal
_EXACT_INTEGER = re.compile(r"0|[1-9][0-9]{0,14}")  # what a JavaScript number holds without rounding


@dataclass(frozen=True)
class AnyUserContext(Context):
    """``users.html`` of a site with too many users for a page each: shows the user in its address."""

    n_users: int
    measured: bool
    protocol: Protocol
    models: tuple[Model, ...]
    max_named: int
    spans: tuple[str, ...]
    first_users: tuple[UserLink, ...]
    facts: Markup
    """JSON: the names of genres, models and baselines, in the order of their numbers in shards."""


def any_user_context(data: SiteData, page: PageHead) -> AnyUserContext:
    """The page that shows any user."""
    recommendations, catalogue = data.artefacts.recommendations, data.catalogue
    baselines = [catalogue.model(name).label for name in baseline_names(data.artefacts)]
    models = [model.label for model in catalogue.models]
    return AnyUserContext(
        site=data.site,
        page=page,
        n_users=len(recommendations.users),
        measured=bool(data.artefacts.metrics.models),
        protocol=data.artefacts.metrics.protocol,
        models=catalogue.models,
        max_named=recommendations.max_named,
        spans=rank_spans(recommendations.rank_ends, len(catalogue.items)),
        first_users=tuple(catalogue.users[id_] for id_ in sort_ids(recommendations.users).ids[:_N_FIRST_USERS]),
        facts=script_json({"genres": recommendations.genres, "models": models, "baselines": baselines}),
    )


def baseline_names(artefacts: Artefacts) -> tuple[str, ...]:
    """The baselines that any user has a list of, in the order of their first list."""
    return tuple(dict.fromkeys(name for user in artefacts.recommendations.users.values() for name in user.baselines))


@dataclass(frozen=True)
class SortedIds:
    """All user ids in the order of the shards.

    Attributes:
        ids: sorted by number if all of them are whole numbers, else by UTF-16 units, as JavaScript compares strings.
        by_number: which of the two.
    """

    ids: Sequence[str]
    by_number: bool

    def shards(self) -> list[Sequence[str]]:
        """The ids of each shard."""
        return [self.ids[start : start + USERS_PER_SHARD] for start in range(0, len(self.ids), USERS_PER_SHARD)]


def sort_ids(ids: Iterable[str]) -> SortedIds:
    """Sort user ids so that a script can find the shard of an id."""
    unsorted = list(ids)
    by_number = all(map(_EXACT_INTEGER.fullmatch, unsorted))
    key = int if by_number else lambda id_: id_.encode("utf-16-be", "surrogatepass")
    return SortedIds(sorted(unsorted, key=key), by_number)


def shard_index(data: SiteData) -> dict[str, Any]:
    """What leads a script from an id to its shard: the first id of each, and how ids are compared."""
    users = sort_ids(data.catalogue.users)
    firsts = [ids[0] for ids in users.shards()]
    return {"n": len(users.ids), "size": USERS_PER_SHARD, "byNumber": users.by_number, "firsts": firsts}


@dataclass(frozen=True)
class Numbering:
    """The numbers that replace names in a shard: positions in lists that the page has already."""

    catalogue: Catalogue
    items: Mapping[str, int]
    """By id, in ``data-items.js``."""
    models: Mapping[str, int]
    genres: Mapping[str, int]
    baselines: Mapping[str, int]

    def item(self, id_: str) -> int:
        """The number of an item.

        Raises:
            OutputError: there is none of this id.
        """
        try:
            return self.items[id_]
        except KeyError:
            self.catalogue.item(id_)  # says what is wrong
            raise


def number_names(data: SiteData) -> Numbering:
    """Number the names once for all shards."""

    def positions(names: Iterable[str]) -> dict[str, int]:
        return {name: position for position, name in enumerate(names)}

    return Numbering(
        catalogue=data.catalogue,
        items=positions(data.catalogue.items),
        models=positions(model.name for model in data.catalogue.models),
        genres=positions(data.artefacts.recommendations.genres),
        baselines=positions(baseline_names(data.artefacts)),
    )


def shard(data: SiteData, numbering: Numbering, ids: Sequence[str]) -> dict[str, Any]:
    """The records of some users.

    ``users`` has, for each of ``ids``, a list of seven: number of training ratings and of held-out ones; the rated
    items, each followed by its rating; the lists of the models; the genres, each as a list of its number, the per
    cent rated and those in each list (null: none); the held-out items by model, each as a list of its number, the
    median rank and the counts; the baselines, each followed by its hits.

    A row of a model's list is the item (-1: withheld), the score in hundredths (null: withheld), the bits of
    :func:`_mark_bits`, the number of reasons withheld, then each reason's item and its strength in hundredths.
    """
    users = data.artefacts.recommendations.users
    return {"ids": list(ids), "users": [_record(data, numbering, users[id_]) for id_ in ids]}


def _record(data: SiteData, numbering: Numbering, lists: UserLists) -> list[Any]:
    recommendations, catalogue = data.artefacts.recommendations, data.catalogue
    in_all_lists = items_in_all_lists(lists, catalogue)
    return [
        lists.n_train,
        lists.n_hidden,
        [value for row in lists.rated for value in (numbering.item(row.item), _rounded(row.rating))],
        [[_recommended(row, numbering, row.item in in_all_lists) for row in rows] for rows in lists.models.values()],
        [
            [numbering.genres[row.name], row.rated, *row.recommended]
            for row in genre_rows(recommendations, lists, catalogue.genres)
        ],
        [
            [numbering.models[row.model.name], _rounded(row.median), *row.counts]
            for row in hidden_rows(recommendations, lists, catalogue)
        ],
        [value for name, hits in baseline_hits(lists).items() for value in (numbering.baselines[name], hits)],
    ]


def _recommended(row: Recommendation, numbering: Numbering, in_all_lists: bool) -> list[int | None]:
    item = -1 if row.item is None else numbering.item(row.item)
    score = None if row.score is None else _hundredths(row.score)
    reasons = [value for id_, strength in row.why for value in (numbering.item(id_), _hundredths(strength))]
    return [item, score, _mark_bits(row, in_all_lists), row.why_withheld, *reasons]


def _mark_bits(row: Recommendation, in_all_lists: bool) -> int:
    """A sum: 1 hit, 2 known whether it was liked, 4 liked, 8 not counted in the metrics, 16 in both lists."""
    is_known, is_liked = row.liked is not None, row.liked is True
    return row.held_out + 2 * is_known + 4 * is_liked + 8 * (not row.relevant) + 16 * in_all_lists


@lru_cache(_CACHE_SIZE)
def _hundredths(value: float) -> int:
    """Rounded by formatting, because the page of a user formats: ``round`` may differ in the last digit."""
    return round(100 * float(f"{value:.2f}"))


@lru_cache(_CACHE_SIZE)
def _rounded(value: float) -> float | int:
    """To nine digits, as a page would format it; a whole number without its ``.0``."""
    short = float(f"{value:.9g}")
    return int(short) if short.is_integer() else short


def shard_jobs(data: SiteData) -> Iterator[Job]:
    """One script for each shard."""
    numbering = number_names(data)
    for number, ids in enumerate(sort_ids(data.catalogue.users).shards()):
        yield Job(f"assets/data-users/{number}.js", partial(_shard_script, number, data, numbering, ids))


def _shard_script(number: int, data: SiteData, numbering: Numbering, ids: Sequence[str], _: Environment) -> str:
    return script_data(f"users/{number}", shard(data, numbering, ids), data.site.stamp)


def lacks_user_pages(artefacts: Artefacts) -> bool:
    """Whether one page shows all users."""
    return not has_user_pages(artefacts)


PAGE = Page(
    address="users.html",
    title="users.title",
    nav="users.nav",
    template="any_user.html",
    context=any_user_context,
    description="any_user.description",
    applies=lacks_user_pages,
    scripts={"users": shard_index},
)
SHARDS = PageFamily(jobs=shard_jobs, applies=lacks_user_pages)
