"""One real user for the front page: what they liked, what a model recommends to them, and what they went on to rate.

The choice follows from the data alone, never from ids or their order, and it is honest: of the users whose first
recommendations can be shown with some that proved right, it takes one with as many hits as users have on average.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from recsys.schema import Recommendation, UserLists
from recsys.site.catalogue import Catalogue
from recsys.site.context import ItemLink, Model, UserLink
from recsys.site.pages.page import SiteData
from recsys.site.pages.ten_best import stars_of
from recsys.site.pages.wanted import is_wanted

_N_SHOWN = 3
_ENOUGH_HITS = 2
"""Hits among the items that are shown; a third would make the example look better than lists are."""
_LIKED_FROM = 4
"""Stars."""


@dataclass(frozen=True)
class ExampleRow:
    """A recommended item, and whether the user went on to rate it."""

    item: ItemLink
    is_hit: bool


@dataclass(frozen=True)
class ExampleUser:
    """What the front page shows of a user."""

    user: UserLink
    model: Model
    liked: tuple[ItemLink, ...]
    """Some of the items that they rated best; at least one."""
    recommended: tuple[ExampleRow, ...]
    """The first of their list; at least one."""
    n_hits: int
    """Hits in the whole list, named or not."""
    n_listed: int
    mean_hits: float | None
    """Over all users with held-out ratings; None where there are none."""


def example_user(data: SiteData) -> ExampleUser | None:
    """The user to show; None where no user can be shown."""
    users, catalogue = data.artefacts.recommendations.users, data.catalogue
    if not catalogue.models or not is_wanted("users", data.artefacts):
        return None
    model = _best_model(data)
    listed = {id_: lists.models.get(model.name, []) for id_, lists in users.items()}
    n_hits = {id_: _count_hits(rows) for id_, rows in listed.items()}
    evaluated = [n_hits[id_] for id_, lists in users.items() if lists.n_hidden]
    mean_hits = sum(evaluated) / len(evaluated) if evaluated else None
    n_train = {item.id: item.n_train for item in data.artefacts.items.items}
    scale = data.artefacts.build.dataset.ratings
    best: tuple[tuple[object, ...], str, _Shown] | None = None
    for id_, lists in users.items():
        loved = [row.item for row in lists.rated if stars_of(row.rating, scale) >= _LIKED_FROM]
        shown = _shown(loved, listed[id_][:_N_SHOWN], n_train, catalogue)
        if shown is None:
            continue
        key = _preference(shown, lists, abs(n_hits[id_] - (mean_hits or 0)), n_train, catalogue)
        if best is None or key < best[0]:
            best = key, id_, shown
    if best is None:
        return None
    _, id_, shown = best
    return ExampleUser(
        user=catalogue.users[id_],
        model=model,
        liked=tuple(catalogue.item(item) for item in shown.liked),
        recommended=tuple(ExampleRow(catalogue.item(item), is_hit) for item, is_hit in shown.recommended),
        n_hits=n_hits[id_],
        n_listed=len(listed[id_]),
        mean_hits=mean_hits,
    )


@dataclass(frozen=True)
class _Shown:
    """Ids of what would be shown of a user."""

    liked: tuple[str, ...]
    recommended: tuple[tuple[str, bool], ...]
    n_reasons: int
    """Liked items behind a recommended one."""


def _best_model(data: SiteData) -> Model:
    """The model of the highest nDCG; of equal ones, or where none was measured, the last."""
    metrics = data.artefacts.metrics.models
    ndcg = {name: row.accuracy["ndcg"].mean for name, row in metrics.items()}
    return max(reversed(data.catalogue.models), key=lambda model: ndcg.get(model.name, 0))


def _count_hits(rows: Iterable[Recommendation]) -> int:
    return sum(row.held_out for row in rows)


def _shown(
    loved: Iterable[str], rows: Sequence[Recommendation], n_train: Mapping[str, int], catalogue: Catalogue
) -> _Shown | None:
    """What could be shown of a user; None where they liked nothing, or an item of the list may not be named.

    Of what they loved, reasons for the recommended items come first, then what is best known.
    """
    named = tuple((row.item, row.held_out) for row in rows if row.item is not None)
    reasons = {item for row in rows for item, _ in row.why}
    titles = {item: catalogue.item(item).title for item in loved}
    liked = sorted(titles, key=lambda item: (item not in reasons, -n_train[item], titles[item]))[:_N_SHOWN]
    if not liked or not named or len(named) < len(rows):
        return None
    return _Shown(tuple(liked), named, sum(item in reasons for item in liked))


def _preference(
    shown: _Shown, lists: UserLists, distance: float, n_train: Mapping[str, int], catalogue: Catalogue
) -> tuple[object, ...]:
    """How good an example a user is: the least is the best.

    There is enough to show, some of it proved right, and the list as a whole has a usual number of hits. Then the
    list follows from what is shown and from this user's taste: the liked items are reasons, popularity would not
    have recommended these, and genres agree. At last items are well known; titles decide between what is equal in all
    of this.

    Args:
        shown: what would be shown.
        lists: of the user.
        distance: between their number of hits and the mean over users.
        n_train: training ratings of each item.
        catalogue: titles and genres.
    """
    recommended = [item for item, _ in shown.recommended]
    both = [*shown.liked, *recommended]
    titles = tuple(catalogue.item(item).title for item in both)
    genres = {item: set(catalogue.genres[item]) for item in both}
    popular = {row.item for row in lists.baselines.get("popularity", ())}
    return (
        -min(len(shown.liked), len(recommended)),
        -min(sum(is_hit for _, is_hit in shown.recommended), _ENOUGH_HITS),
        distance,
        -shown.n_reasons,
        -sum(item not in popular for item in recommended),
        -sum(not genres[liked].isdisjoint(genres[item]) for liked in shown.liked for item in recommended),
        -min(n_train[item] for item in both),
        titles,
    )
