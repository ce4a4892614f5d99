"""The training page: the loss curves of every model, and after which epoch each is served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recsys.schema import EpochRecord, ModelSummary
from recsys.site.charts.training import Choice, loss_chart, ndcg_chart
from recsys.site.context import Chart, Context, Model, PageHead
from recsys.site.pages.page import Page, SiteData


@dataclass(frozen=True)
class Curve:
    """How one model was trained."""

    model: Model
    summary: ModelSummary
    loss: Chart | None
    ndcg: Chart | None
    choice: Choice | None
    """By which the number of epochs was chosen; None where it was not by validation, or is not known."""
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
        choice = choice_of(records)
        curves.append(
            Curve(
                model=model,
                summary=summary,
                loss=loss_chart(model, records, summary.best_epoch, data.strings),
                ndcg=ndcg_chart(model, records, summary.best_epoch, choice, data.strings),
                choice=choice,
                records=records,
                validated=validated,
            )
        )
    return TrainingContext(data.site, page, data.bokeh, tuple(curves))


def choice_of(records: Sequence[EpochRecord]) -> Choice | None:
    """By which the number of epochs was chosen; None without validation, or in an export of an earlier version."""
    measured = [
        (record.epoch, record.validation_ndcg, record.validation_ndcg_error)
        for record in records
        if record.validation_ndcg is not None
    ]
    if not measured:
        return None
    epoch, ndcg, error = max(measured, key=lambda record: record[1])  # the first of equals, as in training
    return None if error is None else Choice(epoch, ndcg, error, low=ndcg - error)


PAGE = Page(
    address="training.html",
    title="training.title",
    nav="training.nav",
    template="training.html",
    context=training_context,
    description="training.description",
)
