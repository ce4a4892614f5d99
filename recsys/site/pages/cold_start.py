"""How good the lists are for users who were not in training, by how many items they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recsys.schema import Interval, NewUsers
from recsys.site.catalogue import Catalogue
from recsys.site.charts.compare import Series, curves
from recsys.site.context import Model
from recsys.site.language.strings import Strings
from recsys.site.pages.grouped import Grouped, GroupHead

_VARIANT = "deep_liked"
"""The row that is the model deep, given less to see."""

_UNITS = {True: "new_users.given", False: "new_users.given_half"}
"""What the number of items that are given counts, by whether it is a number."""


@dataclass(frozen=True)
class ColdStartView:
    """How good the lists are for users who were not in training."""

    new_users: NewUsers
    measured: Grouped
    """By how many items are given; each value is the mean of the draws, the lowest and the highest."""
    shares: tuple[tuple[str, float], ...]
    """Deep's nDCG as a share of EASE's, by how many items are given; empty without EASE."""
    ease_l2: tuple[tuple[str, str], ...]
    """What was chosen for EASE in each draw, likewise."""
    skipped: tuple[tuple[Model, str], ...]


def cold_start_view(
    new_users: NewUsers | None, name: str, k: int, catalogue: Catalogue, strings: Strings
) -> ColdStartView | None:
    """Every figure of new users; None where they were not measured.

    Args:
        new_users: the figures.
        name: of the chart.
        k: length of the lists.
        catalogue: has the labels of models.
        strings: the words of pages.
    """
    if new_users is None or not new_users.given:
        return None
    values = {  # the mean over draws, and the smallest and the largest
        name: tuple(Interval(sum(draws) / len(draws), min(draws), max(draws)) for draws in rows)
        for name, rows in new_users.models.items()
    }
    rows = tuple(Series(catalogue.model(name), row, hollow=name == _VARIANT) for name, row in values.items())
    return ColdStartView(
        new_users=new_users,
        measured=Grouped(
            chart=curves(
                name,
                [strings.exported(given) for given in new_users.given],
                rows,
                f"nDCG@{k}",
                strings.text("new_users.axis"),
            ),
            heads=tuple(
                GroupHead(given, strings.text(_UNITS[given.isdecimal()]), n_users)
                for given, n_users in zip(new_users.given, new_users.n_users, strict=True)
            ),
            rows=rows,
        ),
        shares=_shares(new_users.given, values.get("deep", ()), values.get("ease", ())),
        ease_l2=tuple(
            (given, ", ".join(strings.number(f"{l2:,.15g}") for l2 in row))
            for given, row in zip(new_users.given, new_users.chosen.get("ease", []), strict=False)
        ),
        skipped=tuple((catalogue.model(name), reason) for name, reason in new_users.skipped.items()),
    )


def _shares(
    given: Sequence[str], deep: Sequence[Interval], ease: Sequence[Interval]
) -> tuple[tuple[str, float], ...]:
    """Deep's means over EASE's; nothing where one is absent, no column where EASE hits nothing."""
    return tuple(
        (name, of_deep.mean / of_ease.mean)
        for name, of_deep, of_ease in zip(given, deep, ease, strict=False)
        if of_ease.mean
    )
