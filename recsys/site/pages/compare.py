"""The page that compares models and baselines: the leaderboard, pairwise comparisons, groups of users.

How much two models agree, and which users gain with the second, is in :mod:`recsys.site.pages.overlap`; users
who were not in training are in :mod:`recsys.site.pages.cold_start`, less popular lists in
:mod:`recsys.site.pages.discovery`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recsys.schema import Comparison, ModelMetrics, Protocol
from recsys.site.catalogue import Catalogue
from recsys.site.charts.compare import Series, leaderboard
from recsys.site.context import Chart, Context, Model, PageHead
from recsys.site.language.strings import Strings
from recsys.site.pages.cold_start import ColdStartView, cold_start_view
from recsys.site.pages.discovery import DiscoveryView, discovery_view
from recsys.site.pages.grouped import Grouped, by_activity, by_taste
from recsys.site.pages.overlap import HelpedUsers, OverlapView, helped_users, overlap_view
from recsys.site.pages.page import Page, SiteData
from recsys.site.shown_lists import discovery_of

MIN_USERS = 20
"""Below so many users an interval of their mean says little: no model is called better."""


@dataclass(frozen=True)
class LeaderboardRow:
    """One model or baseline."""

    model: Model
    metrics: ModelMetrics
    settings: str


@dataclass(frozen=True)
class PairwiseComparison:
    """One model against another, user by user."""

    against: Model
    comparison: Comparison
    shares: tuple[float, float, float]
    """Per cent of users won, tied and lost; they add up to 100."""
    verdict: str
    """``ahead``, ``behind`` or ``level``: where the interval lies; ``few``: users too few to tell."""


@dataclass(frozen=True)
class CompareContext(Context):
    """``compare.html``; without rows nothing was measured."""

    bokeh: str
    k: int
    protocol: Protocol
    accuracy: dict[str, str]
    """Labels of the metrics of single lists, by name."""
    beyond: dict[str, str]
    """Labels of the metrics of all lists together, by name."""
    rows: tuple[LeaderboardRow, ...]
    chart: Chart | None
    skipped: tuple[tuple[Model, str], ...]
    compared: Model | None
    """The model of the pairwise comparisons; None without any."""
    comparisons: tuple[PairwiseComparison, ...]
    few: bool
    """Too few users were evaluated to call one model better than another."""
    new_users: ColdStartView | None
    """None where that was not measured."""
    new_users_in_time: ColdStartView | None
    """The same where they give what they rated first; None also without times."""
    agreement: OverlapView | None
    """None unless there are two models."""
    helped: HelpedUsers | None
    activity: Grouped | None
    taste: Grouped | None
    discovery: DiscoveryView | None
    """None where that was not measured."""
    is_discovered: bool
    """Whether the lists on other pages are not the models' own."""


def compare_context(data: SiteData, page: PageHead) -> CompareContext:
    """Every figure of ``metrics.json``, best model first; equals keep their order."""
    metrics, catalogue = data.artefacts.metrics, data.catalogue
    protocol = metrics.protocol
    few = protocol.n_evaluated < MIN_USERS
    models = dict(sorted(metrics.models.items(), key=lambda row: -row[1].accuracy["ndcg"].mean))
    comparisons = sorted(metrics.comparisons, key=lambda comparison: comparison.difference.mean)
    return CompareContext(
        site=data.site,
        page=page,
        bokeh=data.bokeh,
        k=metrics.k,
        protocol=protocol,
        accuracy=_labels(protocol, (row.accuracy for row in models.values()), data.strings),
        beyond=_labels(protocol, (row.beyond for row in models.values()), data.strings),
        rows=tuple(
            LeaderboardRow(
                catalogue.model(name),
                row,
                settings=_settings(row, data.strings),
            )
            for name, row in models.items()
        ),
        chart=leaderboard(
            [Series(catalogue.model(name), (row.accuracy["ndcg"],)) for name, row in models.items()], metrics.k
        ),
        skipped=tuple((catalogue.model(name), reason) for name, reason in metrics.skipped.items()),
        compared=catalogue.model(metrics.comparisons[0].model) if metrics.comparisons else None,
        comparisons=tuple(_pairwise(comparison, few, catalogue) for comparison in comparisons),
        few=few,
        new_users=cold_start_view(metrics.new_users, "new_users", metrics.k, catalogue, data.strings),
        new_users_in_time=cold_start_view(
            metrics.new_users_in_time, "new_users_in_time", metrics.k, catalogue, data.strings
        ),
        agreement=overlap_view(metrics, catalogue, data.strings),
        helped=helped_users(metrics, catalogue),
        activity=by_activity(metrics, models, catalogue, data.strings),
        taste=by_taste(metrics, models, catalogue, data.strings),
        discovery=discovery_view(metrics, catalogue, data.strings),
        is_discovered=discovery_of(data.artefacts) > 0,
    )


def _labels(protocol: Protocol, rows: Iterable[Mapping[str, object]], strings: Strings) -> dict[str, str]:
    """The metrics that any row has, in the order of the protocol."""
    names = {name for row in rows for name in row}
    return {name: strings.exported(label) for name, label in protocol.labels.items() if name in names}


def _settings(row: ModelMetrics, strings: Strings) -> str:
    """What a model was trained with: l2 300, neighbours 30."""
    settings = ((strings.exported(name.replace("_", " ")), f"{value:g}") for name, value in row.settings.items())
    return ", ".join(f"{name} {strings.number(value)}" for name, value in settings)


def _pairwise(comparison: Comparison, few: bool, catalogue: Catalogue) -> PairwiseComparison:
    n = max(1, comparison.won + comparison.tied + comparison.lost)
    won, lost = round(100 * comparison.won / n, 2), round(100 * comparison.lost / n, 2)
    low, high = comparison.difference.low, comparison.difference.high
    verdict = "few" if few else "ahead" if low > 0 else "behind" if high < 0 else "level"
    return PairwiseComparison(
        against=catalogue.model(comparison.against),
        comparison=comparison,
        shares=(won, round(100 - won - lost, 2), lost),
        verdict=verdict,
    )


PAGE = Page(
    address="compare.html",
    title="compare.title",
    nav="compare.nav",
    template="compare.html",
    context=compare_context,
    description="compare.description",
)
