"""What the page that compares shows: the leaderboard, the duels, the groups of users. Knows no template.

Where both models agree, and whom the second helps, is in :mod:`recsys.site.pages.overlap`; people who were not in
training are in :mod:`recsys.site.pages.cold_start`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recsys.schema import Artefacts, Comparison, Interval, Metrics, ModelMetrics, TasteGroup, UserGroup
from recsys.site.catalogue import Catalogue, model
from recsys.site.charts.compare import Dot, Series, dots_by_group, leaderboard
from recsys.site.context import Cell, Page, Site
from recsys.site.pages.cold_start import somebody_new
from recsys.site.pages.compare_contexts import (
    BeyondRow,
    CompareContext,
    Duel,
    Grouped,
    GroupHead,
    GroupRow,
    LeaderRow,
)
from recsys.site.pages.overlap import agreeing, helped_rows

ACCURACY = ("ndcg", "recall", "precision", "map", "mrr")
FEW_USERS = 20
"""Below so many users an interval of their mean says little: no model is called better."""


def compare_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue, bokeh: str) -> CompareContext:
    """Every figure of ``metrics.json``, best model first."""
    metrics = artefacts.metrics
    few = metrics.protocol.n_evaluated < FEW_USERS
    models = dict(
        sorted(metrics.models.items(), key=lambda row: -row[1].accuracy["ndcg"].mean)
    )  # equals keep their order
    return CompareContext(
        site=site,
        page=page,
        bokeh=bokeh,
        k=metrics.k,
        protocol=metrics.protocol,
        metrics=ACCURACY,
        rows=tuple(_leader(rank, name, found) for rank, (name, found) in enumerate(models.items(), start=1)),
        chart=leaderboard(
            [Series(model(name), (_dot(found.accuracy["ndcg"]),)) for name, found in models.items()], metrics.k
        ),
        skipped=tuple((model(name), why) for name, why in metrics.skipped.items()),
        compared=model(metrics.comparisons[0].model) if metrics.comparisons else None,
        duels=tuple(_duel(one, few) for one in sorted(metrics.comparisons, key=lambda one: one.difference.mean)),
        few=few,
        new_users=somebody_new(metrics),
        agreement=agreeing(metrics),
        most_helped=helped_rows(metrics.most_helped, catalogue),
        least_helped=helped_rows(metrics.least_helped, catalogue),
        activity=_by_activity(metrics, models),
        taste=_by_taste(metrics, models),
        beyond=tuple(
            BeyondRow(
                model=model(name),
                coverage=one.beyond["coverage"].mean or 0,
                novelty=one.beyond["novelty"].mean or 0,
                diversity=one.beyond["diversity"].mean,
            )
            for name, one in models.items()
        ),
    )


def _leader(rank: int, name: str, found: ModelMetrics) -> LeaderRow:
    return LeaderRow(
        rank=rank,
        model=model(name),
        cells=tuple(_cell(found.accuracy[metric]) for metric in ACCURACY),
        settings=", ".join(f"{setting.replace('_', ' ')} {value:g}" for setting, value in found.settings.items()),
        n_tried=len(found.trials),
    )


def _cell(value: Interval) -> Cell:
    return Cell(value.mean, value.low, value.high)


def _dot(value: Interval) -> Dot:
    return Dot(value.mean, value.low, value.high)


def _duel(one: Comparison, few: bool) -> Duel:
    n = max(1, one.won + one.tied + one.lost)
    won, lost = round(100 * one.won / n, 2), round(100 * one.lost / n, 2)
    return Duel(
        against=model(one.against),
        difference=_cell(one.difference),
        p=one.p,
        won=one.won,
        tied=one.tied,
        lost=one.lost,
        shares=(won, round(100 - won - lost, 2), lost),
        verdict="few" if few else _verdict(one.difference),
    )


def _verdict(difference: Interval) -> str:
    return "ahead" if difference.low > 0 else "behind" if difference.high < 0 else "level"


def _by_activity(metrics: Metrics, models: Mapping[str, ModelMetrics]) -> Grouped | None:
    """Accuracy for users with few, some and many ratings; None where that was not measured."""
    if metrics.groups is None or len(metrics.groups.activity) < 2:
        return None
    groups = metrics.groups.activity
    heads = tuple(GroupHead(one.name, _span(one), one.n_users) for one in groups)
    found = {name: one.by_activity for name, one in models.items() if len(one.by_activity) == len(groups)}
    return Grouped(
        chart=dots_by_group(
            "activity",
            [one.name for one in heads],
            [Series(model(name), tuple(map(_dot, values))) for name, values in found.items()],
            f"nDCG@{metrics.k}",
        ),
        heads=heads,
        rows=tuple(GroupRow(model(name), tuple(map(_cell, values))) for name, values in found.items()),
    )


def _by_taste(metrics: Metrics, models: Mapping[str, ModelMetrics]) -> Grouped | None:
    """How popular what is recommended is, for users of niche, mixed and mainstream taste."""
    if metrics.groups is None or len(metrics.groups.taste) < 2:
        return None
    groups = metrics.groups.taste
    heads = tuple(GroupHead(one.name, _span(one), one.n_users, one.rated_popularity) for one in groups)
    found = {
        name: one.recommended_popularity
        for name, one in models.items()
        if len(one.recommended_popularity) == len(groups)
    }
    return Grouped(
        chart=dots_by_group(
            "taste",
            [one.name for one in heads],
            [Series(model(name), tuple(Dot(value) for value in values)) for name, values in found.items()],
            "mean ratings a film",
            reference=[one.rated_popularity for one in groups],
        ),
        heads=heads,
        rows=tuple(GroupRow(model(name), tuple(map(Cell, values))) for name, values in found.items()),
    )


def _span(group: UserGroup | TasteGroup) -> str:
    """From the least to the greatest: 9–41."""
    ends: Sequence[str] = [f"{value:,.0f}" for value in (group.low, group.high)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)
