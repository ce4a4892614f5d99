"""What the pages about the models show: the numbers at home, the training curves, the method. Knows no template."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from recsys.schema import Artefacts, Interval, ModelMetrics
from recsys.site.catalogue import Catalogue, model, models_of
from recsys.site.charts.training import training_chart
from recsys.site.context import (
    AboutContext,
    Bar,
    Curve,
    HomeContext,
    Page,
    Site,
    TrainingContext,
)

_FIRST_USERS = 12
# Settings that the command takes as options of the same name.
_OPTIONS = ("data", "dim", "epochs", "seed", "holdout", "top_k", "models", "evaluate_new_users")


def home_context(site: Site, page: Page, artefacts: Artefacts, catalogue: Catalogue) -> HomeContext:
    """The front page."""
    metrics = artefacts.metrics
    return HomeContext(
        site=site,
        page=page,
        dataset=artefacts.build.dataset,
        k=metrics.k,
        n_evaluated=metrics.protocol.n_evaluated,
        bars=(bars := _bars(metrics.models)),
        gains=any(bar.lift is not None for bar in bars),
        models=models_of(artefacts),
        first_users=tuple(catalogue.users.values())[:_FIRST_USERS],
        answers=artefacts.deep_tower is not None,
    )


def _bars(models: Mapping[str, ModelMetrics]) -> tuple[Bar, ...]:
    """The nDCG of every model, best first, as wide as its share of the largest upper end."""
    largest = max((found.accuracy["ndcg"].high for found in models.values()), default=0) or 1
    base = models["popularity"].accuracy["ndcg"].mean if "popularity" in models else None
    ranked = sorted(models.items(), key=lambda row: -row[1].accuracy["ndcg"].mean)  # equals keep their order
    return tuple(_bar(name, found.accuracy["ndcg"], largest, base) for name, found in ranked)


def _bar(name: str, ndcg: Interval, largest: float, popularity: float | None) -> Bar:
    def share(value: float) -> float:
        return round(100 * max(value, 0) / largest, 2)

    return Bar(
        model=model(name),
        mean=ndcg.mean,
        low=ndcg.low,
        high=ndcg.high,
        width=share(ndcg.mean),
        left=share(ndcg.low),
        span=share(ndcg.high - ndcg.low),
        lift=ndcg.mean / popularity - 1 if popularity and name in ("base", "deep") else None,
    )


def training_context(site: Site, page: Page, artefacts: Artefacts, bokeh: str) -> TrainingContext:
    """The loss curves of every model that was built."""
    return TrainingContext(site, page, bokeh, tuple(_curves(artefacts)))


def _curves(artefacts: Artefacts) -> Iterator[Curve]:
    for found in models_of(artefacts):
        summary = artefacts.build.models[found.name]
        records = artefacts.loss_history.models.get(found.name, [])
        yield Curve(
            model=found,
            best_epoch=summary.best_epoch,
            dim=summary.dim,
            n_parameters=summary.n_parameters,
            chart=training_chart(found, records, summary.best_epoch),
            records=tuple(records),
        )


def about_context(site: Site, page: Page, artefacts: Artefacts) -> AboutContext:
    """Method, settings, licence and how to build it again."""
    settings = dict(_flat(artefacts.build.config))
    trained = {name: summary.settings for name, summary in artefacts.build.models.items()}
    return AboutContext(
        site=site,
        page=page,
        dataset=artefacts.build.dataset,
        models=models_of(artefacts),
        protocol=artefacts.metrics.protocol,
        measured=bool(artefacts.metrics.models),
        k=artefacts.metrics.k,
        max_named=artefacts.recommendations.max_named,
        answers=artefacts.deep_tower is not None,
        settings=tuple((name, _plain(value)) for name, value in (*settings.items(), *_flat(trained))),
        command=_command(settings),
    )


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _plain(value: Any) -> str:
    """A setting as a person reads it, and as the command would take it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ",".join(map(_plain, value))
    return str(value)


def _command(settings: Mapping[str, Any]) -> str:
    """A command that builds with the same settings, where they are known and have an option."""
    words = ["python", "build.py"]
    for option in _OPTIONS:
        value = settings.get(option, settings.get(f"train.{option}"))
        if value is not None and value is not False:
            words += [f"--{option.replace('_', '-')}", *([] if value is True else [_plain(value)])]
    return shlex.join(words)
