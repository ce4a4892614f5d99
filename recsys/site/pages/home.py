"""The front page: an example, a few items to rate with the answer of the deep tower, and how good each model is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from recsys.schema import DatasetSummary, DeepTower, Interval, Protocol
from recsys.site.context import Context, Model, PageHead
from recsys.site.output.script_data import exported_stamp
from recsys.site.pages.example_user import ExampleUser, example_user
from recsys.site.pages.page import Page, SiteData
from recsys.site.pages.starters import Starter, starters_of
from recsys.site.shown_lists import discovery_of

_N_STARTERS = 6


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
    """Share by which the mean lies above popularity's; None for popularity itself, or without it."""


@dataclass(frozen=True)
class HomeContext(Context):
    """``index.html``."""

    dataset: DatasetSummary
    k: int
    protocol: Protocol
    bars: tuple[Bar, ...]
    gains: bool
    """Whether any bar has a lift."""
    example: ExampleUser | None
    starters: tuple[Starter, ...]
    """Items to rate on the page; none where visitors get no answer."""
    discovery: float
    """How much popularity counts against an item in the answer, unless the visitor has chosen it."""
    tower_stamp: str
    """The stamp of the exported tower; the page refuses a file with another."""
    lead: Markup
    """What the site is, in a sentence."""


def home_context(data: SiteData, page: PageHead) -> HomeContext:
    """The front page.

    Raises:
        OutputError: the tower names a starter that it does not have.
    """
    artefacts, metrics = data.artefacts, data.artefacts.metrics
    bars = _bars(data)
    starters = starters_of(artefacts.deep_tower, data.catalogue)[:_N_STARTERS] if data.site.rates else ()
    return HomeContext(
        site=data.site,
        page=replace(page, description=data.site.description or page.description),
        dataset=artefacts.build.dataset,
        k=metrics.k,
        protocol=metrics.protocol,
        bars=bars,
        gains=any(bar.lift is not None for bar in bars),
        example=example_user(data),
        starters=starters,
        discovery=discovery_of(artefacts),
        tower_stamp=exported_stamp(data.data_folder / DeepTower.FILE),
        lead=_lead(data, answers=bool(starters)),
    )


def _lead(data: SiteData, *, answers: bool) -> Markup:
    t, dataset, n_models = data.strings, data.artefacts.build.dataset, len(data.catalogue.models)
    people = t("home.people", n=dataset.n_users)
    if not n_models:
        return t("home.lead_none", n=dataset.n_ratings, people=people)
    n_train = sum(item.n_train for item in data.artefacts.items.items)  # without what was held out
    sizes = {"n_ratings": t("site.ratings", n=n_train), "people": people}
    if answers:
        return t("home.lead_answers", **sizes)
    match n_models:
        case 1:
            return t("home.lead_one", **sizes)
        case 2:
            return t("home.lead_two", **sizes)
        case _:
            return t("home.lead_more", **sizes, n_models=n_models)


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
            lift=interval.mean / popularity - 1 if popularity and name != "popularity" else None,
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
