"""The front page: the data set in numbers, and how good each model is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recsys.schema import DatasetSummary, Interval, Protocol
from recsys.site.context import Context, Model, PageHead, UserLink
from recsys.site.pages.page import Page, SiteData
from recsys.site.pages.wanted import is_wanted

_N_FIRST_USERS = 12


@dataclass(frozen=True)
class Bar:
    """nDCG of one model; ``width``, ``left`` and ``span`` are percentages of the widest bar."""

    model: Model
    ndcg: Interval
    width: float
    left: float
    """Where the interval begins."""
    span: float
    """How wide the interval is."""
    lift: float | None
    """Share by which the mean lies above popularity's; None for a baseline, or without popularity."""


@dataclass(frozen=True)
class HomeContext(Context):
    """``index.html``."""

    dataset: DatasetSummary
    k: int
    protocol: Protocol
    bars: tuple[Bar, ...]
    gains: bool
    """Whether any bar has a lift."""
    models: tuple[Model, ...]
    first_users: tuple[UserLink, ...]
    answers: bool
    """Whether a visitor can rate items and get recommendations."""


def home_context(data: SiteData, page: PageHead) -> HomeContext:
    """The front page."""
    metrics = data.artefacts.metrics
    bars = _bars(data)
    users = tuple(data.catalogue.users.values()) if is_wanted("users", data.artefacts) else ()
    return HomeContext(
        site=data.site,
        page=replace(page, description=data.site.description or page.description),
        dataset=data.artefacts.build.dataset,
        k=metrics.k,
        protocol=metrics.protocol,
        bars=bars,
        gains=any(bar.lift is not None for bar in bars),
        models=data.catalogue.models,
        first_users=users[:_N_FIRST_USERS],
        answers=data.artefacts.deep_tower is not None and is_wanted("rate", data.artefacts),
    )


def _bars(data: SiteData) -> tuple[Bar, ...]:
    """The nDCG of every model and baseline, best first; equals keep their order."""
    ndcg = {name: metrics.accuracy["ndcg"] for name, metrics in data.artefacts.metrics.models.items()}
    largest = max((interval.high for interval in ndcg.values()), default=0) or 1
    popularity = ndcg["popularity"].mean if "popularity" in ndcg else None

    def percent(value: float) -> float:
        return round(100 * max(value, 0) / largest, 2)

    return tuple(
        Bar(
            model=data.catalogue.model(name),
            ndcg=interval,
            width=percent(interval.mean),
            left=percent(interval.low),
            span=percent(interval.high - interval.low),
            lift=interval.mean / popularity - 1 if popularity and name in data.artefacts.build.models else None,
        )
        for name, interval in sorted(ndcg.items(), key=lambda row: -row[1].mean)
    )


PAGE = Page(
    address="index.html",
    title="{dataset}",
    nav=None,
    template="index.html",
    context=home_context,
    description="Films recommended from {dataset} by two small neural networks, and how well.",
)
