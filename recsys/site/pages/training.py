"""The training page: the loss curves of every model."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.schema import EpochRecord, ModelSummary
from recsys.site.charts.training import training_chart
from recsys.site.context import Chart, Context, Model, PageHead
from recsys.site.pages.page import Page, SiteData


@dataclass(frozen=True)
class Curve:
    """How one model was trained."""

    model: Model
    summary: ModelSummary
    chart: Chart | None
    records: list[EpochRecord]
    validated: bool
    """Whether there were enough users to validate on."""


@dataclass(frozen=True)
class TrainingContext(Context):
    """``training.html``."""

    bokeh: str
    curves: tuple[Curve, ...]


def training_context(data: SiteData, page: PageHead) -> TrainingContext:
    """The loss curves of every model that was built."""
    curves = []
    for model in data.catalogue.models:
        summary = data.artefacts.build.models[model.name]
        records = data.artefacts.loss_history.models.get(model.name, [])
        validated = any(record.validation_ndcg is not None for record in records)
        chart = training_chart(model, records, summary.best_epoch, data.strings)
        curves.append(Curve(model, summary, chart, records, validated))
    return TrainingContext(data.site, page, data.bokeh, tuple(curves))


PAGE = Page(
    address="training.html",
    title="training.title",
    nav="training.nav",
    template="training.html",
    context=training_context,
    description="training.description",
)
