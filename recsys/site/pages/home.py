"""The front page: the data set in numbers, and how good each model is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

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
    first_users: tuple[UserLink, ...]
    answers: bool
    """Whether a visitor can rate items and get recommendations."""
    lead: Markup
    """What the models learned from, and what they give."""


def home_context(data: SiteData, page: PageHead) -> HomeContext:
    """The front page."""
    metrics = data.artefacts.metrics
    bars = _bars(data)
    users = tuple(data.catalogue.users.values()) if is_wanted("users", data.artefacts) else ()
    answers = data.artefacts.deep_tower is not None and is_wanted("rate", data.artefacts)
    return HomeContext(
        site=data.site,
        page=replace(page, description=data.site.description or page.description),
        dataset=data.artefacts.build.dataset,
        k=metrics.k,
        protocol=metrics.protocol,
        bars=bars,
        gains=any(bar.lift is not None for bar in bars),
        first_users=users[:_N_FIRST_USERS],
        answers=answers,
        lead=_lead(data, answers),
    )


def _lead(data: SiteData, answers: bool) -> Markup:
    t, dataset, n_models = data.strings, data.artefacts.build.dataset, len(data.catalogue.models)
    sizes = {"n_ratings": dataset.n_ratings, "n_users": dataset.n_users}
    end = t("home.lead_end_answers") if answers else t("home.lead_end")
    match n_models:
        case 0:
            return t("home.lead_none", **sizes)
        case 1:
            return t("home.lead_one", **sizes, end=end)
        case 2:
            return t("home.lead_two", **sizes, end=end)
        case _:
            return t("home.lead_more", **sizes, end=end, n_models=n_models)


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
    title="home.title",
    nav=None,
    template="index.html",
    context=home_context,
    description="home.description",
)
