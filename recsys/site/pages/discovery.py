"""What re-ranking by score less popularity costs and brings: nDCG against novelty and coverage."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.schema import DiscoveryPoint, Metrics
from recsys.site.catalogue import Catalogue
from recsys.site.charts.compare import Tradeoff, tradeoff_chart
from recsys.site.context import Chart, Model
from recsys.site.language.strings import Strings


@dataclass(frozen=True)
class DiscoveryCurve:
    """One model's lists at every measured value of ``discovery``, ascending."""

    model: Model
    points: tuple[DiscoveryPoint, ...]


@dataclass(frozen=True)
class DiscoveryView:
    """The curves of all models, as charts and as numbers."""

    n_users: int
    candidates: int
    curves: tuple[DiscoveryCurve, ...]
    novelty: Chart | None
    coverage: Chart | None


def discovery_view(metrics: Metrics, catalogue: Catalogue, strings: Strings) -> DiscoveryView | None:
    """Every figure of ``discovery``; None where nothing was measured."""
    measured = metrics.discovery
    if measured is None or not any(measured.models.values()):
        return None
    curves = tuple(
        DiscoveryCurve(catalogue.model(name), tuple(points)) for name, points in measured.models.items() if points
    )
    ndcg = strings.text("compare.discovery_ndcg", k=metrics.k)

    def against(gain: str, label: str) -> Chart | None:
        tradeoffs = [
            Tradeoff(
                curve.model,
                amounts=tuple(point.discovery for point in curve.points),
                gains=tuple(getattr(point, gain) for point in curve.points),
                ndcg=tuple(point.ndcg for point in curve.points),
            )
            for curve in curves
        ]
        return tradeoff_chart(f"discovery_{gain}", gain, tradeoffs, label, ndcg, strings)

    return DiscoveryView(
        n_users=measured.n_users,
        candidates=measured.candidates,
        curves=curves,
        novelty=against("novelty", strings.text("compare.axis_novelty")),
        coverage=against("coverage", strings.text("compare.axis_coverage")),
    )
