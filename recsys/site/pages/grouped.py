"""A figure by groups of users, as chart and as table: nDCG by activity, popularity bias by taste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recsys.schema import Metrics, ModelMetrics, TasteGroup, UserGroup
from recsys.site.catalogue import Catalogue
from recsys.site.charts.compare import Series, dots_by_group
from recsys.site.context import Chart
from recsys.site.language.strings import Strings
from recsys.site.output.jinja import capital


@dataclass(frozen=True)
class GroupHead:
    """The head of a column: a group of users."""

    name: str
    span: str
    """The lowest and the highest value, in the group, of what users were sorted by."""
    n_users: int
    rated: float | None = None
    """How popular what they rated is; only where they were sorted by that."""


@dataclass(frozen=True)
class Grouped:
    """A figure by groups of users, as chart and table; the values of a row follow the heads."""

    chart: Chart | None
    heads: tuple[GroupHead, ...]
    rows: tuple[Series, ...]


def by_activity(
    metrics: Metrics, models: Mapping[str, ModelMetrics], catalogue: Catalogue, strings: Strings
) -> Grouped | None:
    """Accuracy for users with few, some and many ratings; None where that was not measured."""
    if metrics.groups is None or len(metrics.groups.activity) < 2:
        return None
    groups = metrics.groups.activity
    names = _names(groups, strings)
    rows = tuple(
        Series(catalogue.model(name), tuple(row.by_activity))
        for name, row in models.items()
        if len(row.by_activity) == len(groups)
    )
    return Grouped(
        chart=dots_by_group("activity", names, rows, f"nDCG@{metrics.k}", "ndcg"),
        heads=tuple(
            GroupHead(name, strings.number(_span(group)), group.n_users)
            for name, group in zip(names, groups, strict=True)
        ),
        rows=rows,
    )


def by_taste(
    metrics: Metrics, models: Mapping[str, ModelMetrics], catalogue: Catalogue, strings: Strings
) -> Grouped | None:
    """How popular what is recommended is, for users of niche, mixed and mainstream taste."""
    if metrics.groups is None or len(metrics.groups.taste) < 2:
        return None
    groups = metrics.groups.taste
    names = _names(groups, strings)
    rows = tuple(
        Series(catalogue.model(name), tuple(row.recommended_popularity))
        for name, row in models.items()
        if len(row.recommended_popularity) == len(groups)
    )
    return Grouped(
        chart=dots_by_group(
            "taste",
            names,
            rows,
            strings.text("compare.taste_axis"),
            "mean_ratings",
            reference=(strings.text("compare.theirs"), [group.rated_popularity for group in groups]),
        ),
        heads=tuple(
            GroupHead(name, strings.number(_span(group)), group.n_users, group.rated_popularity)
            for name, group in zip(names, groups, strict=True)
        ),
        rows=rows,
    )


def _names(groups: Sequence[UserGroup | TasteGroup], strings: Strings) -> list[str]:
    """What the groups are called, as chart and table have it."""
    return [capital(strings.exported(group.name)) for group in groups]


def _span(group: UserGroup | TasteGroup) -> str:
    """From the lowest to the highest value: 9–41."""
    low, high = f"{group.low:,.0f}", f"{group.high:,.0f}"
    return low if low == high else f"{low}–{high}"
