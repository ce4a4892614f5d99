"""All users of a large site for the one page that shows any of them, in shards: scripts, which load from disk too.

A shard says of its users what their own pages would say, in lists of numbers without names: :func:`shard` has which.
Knows no template and writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recsys.schema import Artefacts
from recsys.site.catalogue import Catalogue, model, models_of
from recsys.site.charts.bokeh_json import script_json
from recsys.site.context import Page, Site, User
from recsys.site.pages.people import user_context
from recsys.site.pages.people_contexts import AnyUserContext, RecommendedRow, UserContext
from recsys.site.pages.profile import rank_spans

PER_SHARD = 256
"""Users: some 250 kB, a second on a slow line."""
_FIRST_USERS = 12
_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}")  # what JavaScript counts exactly


@dataclass(frozen=True)
class Shelf:
    """All users in the order of the shards.

    Attributes:
        ids: by number where all of them are whole ones, else by UTF-16 units, as JavaScript compares texts.
        by_number: which of the two.
    """

    ids: Sequence[str]
    by_number: bool

    def shards(self) -> list[Sequence[str]]:
        """The ids of each shard."""
        return [self.ids[start : start + PER_SHARD] for start in range(0, len(self.ids), PER_SHARD)]

    def index(self) -> dict[str, Any]:
        """What leads from an id to its shard: the first id of each, and how ids are compared."""
        firsts = [ids[0] for ids in self.shards()]
        return {"n": len(self.ids), "size": PER_SHARD, "byNumber": self.by_number, "firsts": firsts}


def shelf(ids: Iterable[str]) -> Shelf:
    """Put the users in order."""
    found = list(ids)
    by_number = all(map(_WHOLE.fullmatch, found))
    key = int if by_number else lambda id_: id_.encode("utf-16-be", "surrogatepass")
    return Shelf(sorted(found, key=key), by_number)


def any_user_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue) -> AnyUserContext:
    """The page that shows any user."""
    found = artefacts.recommendations
    return AnyUserContext(
        site=site,
        page=page,
        n_users=len(found.users),
        k=found.k,
        measured=bool(artefacts.metrics.models),
        models=models_of(artefacts),
        max_named=found.max_named,
        spans=rank_spans(found.rank_ends),
        first_users=tuple(catalogue.users[id_] for id_ in shelf(found.users).ids[:_FIRST_USERS]),
        facts=script_json(
            {"genres": found.genres, "baselines": [model(name).label for name in baselines(artefacts)]}
        ),
    )


def baselines(artefacts: Artefacts) -> tuple[str, ...]:
    """The baselines that any user has a list of, by name, in the order they come up."""
    return tuple(dict.fromkeys(name for user in artefacts.recommendations.users.values() for name in user.baselines))


@dataclass(frozen=True)
class Numbers:
    """The numbers that stand for names in a shard: places in what the page has already."""

    films: Mapping[str, int]
    """By address, in ``data-films.js``."""
    models: Mapping[str, int]
    genres: Mapping[str, int]
    baselines: Mapping[str, int]


def numbers(artefacts: Artefacts, catalogue: Catalogue) -> Numbers:
    """Work them out, once for all shards."""
    return Numbers(
        films=_places(film.href for film in catalogue.films.values()),
        models=_places(one.name for one in models_of(artefacts)),
        genres=_places(artefacts.recommendations.genres),
        baselines=_places(baselines(artefacts)),
    )


def _places(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def shard(
    site: Site, artefacts: Artefacts, catalogue: Catalogue, known: Numbers, ids: Sequence[str]
) -> dict[str, Any]:
    """Some users, one after the other.

    ``users`` has, for each of ``ids``, a list of seven: ratings to learn from; hidden ones; the rated films, each
    followed by its rating; the lists of the models; the genres, each as a list of its place, the per cent rated and
    those in each list (null: none); the hidden films by model, each as a list of its place, the median rank and the
    counts; the baselines, each followed by its hits.

    A row of a model's list is the film (-1: withheld), the score in hundredths (null: withheld), whether it is a hit
    (1 or 0), the number of reasons withheld, then each reason's film and its strength in hundredths.
    """
    users = [_record(user_context(site, artefacts, catalogue, User(id_, ""), None, None), known) for id_ in ids]
    return {"ids": list(ids), "users": users}


def _record(context: UserContext, known: Numbers) -> list[Any]:
    films = known.films
    return [
        context.n_train,
        context.n_hidden,
        [part for row in context.rated for part in (films[row.film.href], _short(row.rating))],
        [[_row(row, films) for row in found.rows] for found in context.lists],
        [[known.genres[row.name], row.rated, *row.recommended] for row in context.genres],
        [[known.models[row.model.name], _short(row.median), *row.counts] for row in context.hidden],
        [part for one in context.baselines for part in (known.baselines[one.model.name], one.hits)],
    ]


def _row(row: RecommendedRow, films: Mapping[str, int]) -> list[int | None]:
    reasons = [part for one in row.reasons for part in (films[one.film.href], _hundredths(one.strength))]
    film = -1 if row.film is None else films[row.film.href]
    score = None if row.score is None else _hundredths(row.score)
    return [film, score, int(row.held_out), row.n_withheld, *reasons]


def _hundredths(value: float) -> int:
    """As many as a page would write: rounded as text is."""
    return round(100 * float(f"{value:.2f}"))


def _short(value: float) -> float | int:
    """As a page would write it, six digits."""
    short = float(f"{value:g}")
    return int(short) if short.is_integer() else short
