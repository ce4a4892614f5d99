"""How good the lists are for people who were not in training, by how many films they give. Knows no template."""

from __future__ import annotations

from collections.abc import Sequence

from recsys.schema import Metrics, NewUsers
from recsys.site.catalogue import model
from recsys.site.charts.compare import Dot, Series, curves
from recsys.site.context import Cell
from recsys.site.pages.compare_contexts import Grouped, GroupHead, GroupRow, SomebodyNew

ASIDE = "deep_liked"
"""The row that is another one, given less to see."""


def somebody_new(metrics: Metrics) -> SomebodyNew | None:
    """Every figure of ``new_users``; None where that was not measured."""
    found = metrics.new_users
    if found is None or not found.given:
        return None
    cells = {name: tuple(_cell(values) for values in rows) for name, rows in found.models.items()}
    series = [
        Series(model(name), tuple(Dot(one.mean, one.low, one.high) for one in row), aside=name == ASIDE)
        for name, row in cells.items()
    ]
    return SomebodyNew(
        draws=found.draws,
        share=found.share,
        measured=Grouped(
            chart=curves("new_users", found.given, series, f"nDCG@{metrics.k}", "films given"),
            heads=tuple(_head(*one) for one in zip(found.given, found.n_users, strict=True)),
            rows=tuple(GroupRow(model(name), row) for name, row in cells.items()),
        ),
        shares=_shares(found.given, cells.get("deep", ()), cells.get("ease", ())),
        l2=_l2(found),
        skipped=tuple((model(name), why) for name, why in found.skipped.items()),
        protocol=found.protocol,
    )


def _cell(values: Sequence[float]) -> Cell:
    """The mean over draws, and how far they lie apart."""
    return Cell(sum(values) / len(values), min(values), max(values))


def _head(given: str, n_users: int) -> GroupHead:
    return GroupHead(given, "films" if given.isdecimal() else "of their films", n_users)


def _shares(given: Sequence[str], deep: Sequence[Cell], ease: Sequence[Cell]) -> tuple[tuple[str, float], ...]:
    """Deep's means over EASE's; of no row where one is absent, of no column where EASE hits nothing."""
    return tuple(
        (name, one.mean / other.mean) for name, one, other in zip(given, deep, ease, strict=False) if other.mean
    )


def _l2(found: NewUsers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (given, ", ".join(f"{l2:,.15g}" for l2 in row))
        for given, row in zip(found.given, found.chosen.get("ease", []), strict=False)
    )
