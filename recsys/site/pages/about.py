"""The page about the site: method, settings, licence and the command that builds it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recsys.schema import DatasetSummary, Protocol
from recsys.site.context import Context, Model, PageHead
from recsys.site.control import can_rate
from recsys.site.language.strings import Strings
from recsys.site.pages.page import Page, SiteData
from recsys.site.pages.towers import Shapes, WorkedExample, tower_shapes, worked_example

_OPTIONS = (
    "data", "dim", "epochs", "seed", "holdout", "relevant_from", "top_k", "discovery", "models", "evaluate_new_users",
)  # fmt: skip
"""Settings that the command takes as options of the same name."""
_EASE_HEAD = 3000
"""Items with the most ratings for which EASE is computed, see ``recsys.models.linear``."""


@dataclass(frozen=True)
class AboutContext(Context):
    """``about.html``."""

    dataset: DatasetSummary
    models: tuple[Model, ...]
    descriptions: dict[str, str]
    """One sentence on each model, by its name."""
    protocol: Protocol
    measured: bool
    k: int
    max_named: int
    """Rated items of one user that the site names at most."""
    is_factorised: bool
    """Whether deep starts from a factorised matrix; else from EASE."""
    n_rated: int
    """Items with training ratings."""
    n_head: int
    """The largest number of them for which EASE is computed."""
    shrinkage: int
    """Ratings with which the cosine of similar items counts half."""
    answers: bool
    """Whether a visitor can rate items and get recommendations."""
    shapes: tuple[Shapes, ...]
    """Those of the towers of each model; empty where they were not exported."""
    worked: WorkedExample | None
    settings: tuple[tuple[str, str], ...]
    command: str


def about_context(data: SiteData, page: PageHead) -> AboutContext:
    """Method, settings, licence and how to build the site again."""
    artefacts = data.artefacts
    settings = dict(_flatten(artefacts.build.config))
    trained_with = {name: summary.settings for name, summary in artefacts.build.models.items()}
    return AboutContext(
        site=data.site,
        page=page,
        dataset=artefacts.build.dataset,
        models=data.catalogue.models,
        descriptions={name: summary.description for name, summary in artefacts.build.models.items()},
        protocol=artefacts.metrics.protocol,
        measured=bool(artefacts.metrics.models),
        k=artefacts.metrics.k,
        max_named=artefacts.recommendations.max_named,
        is_factorised=trained_with.get("deep", {}).get("unobserved", 0) > 0,
        n_rated=sum(item.n_train > 0 for item in artefacts.items.items),
        n_head=_EASE_HEAD,
        shrinkage=artefacts.items.shrinkage,
        answers=can_rate(artefacts),
        shapes=tower_shapes(data),
        worked=worked_example(data),
        settings=tuple(
            (name, _shown(value, data.strings)) for name, value in (*settings.items(), *_flatten(trained_with))
        ),
        command=_command(settings),
    )


def _flatten(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested settings as ``("train.dim", 32)``."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _shown(value: Any, strings: Strings) -> str:
    """A setting as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return strings.text("about.yes" if value else "about.no")
    if isinstance(value, int):
        return strings.number(f"{value:,}")
    if isinstance(value, float):
        return strings.number(f"{value:,g}")  # a computed rate may be 0.00022000000000000003
    if isinstance(value, list | tuple):
        return ", ".join(_shown(part, strings) for part in value)
    return str(value)


def _argument(value: Any) -> str:
    """A setting as the command would take it."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _command(settings: Mapping[str, Any]) -> str:
    """The command that builds with the same settings, as far as they are known and have an option."""
    words = ["marquee"]
    for option in _OPTIONS:
        value = settings.get(option, settings.get(f"train.{option}"))
        if value is not None and value is not False:
            words += [f"--{option.replace('_', '-')}", *([] if value is True else [_argument(value)])]
    return shlex.join(words)


PAGE = Page(
    address="about.html",
    title="about.title",
    nav="about.nav",
    template="about.html",
    context=about_context,
    description="about.description",
)
