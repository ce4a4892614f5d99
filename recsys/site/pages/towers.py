"""The towers of each model in the shapes of this build, and a score worked through in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.schema import ModelSummary, WorkedScore
from recsys.site.context import ItemLink, Model, UserLink
from recsys.site.pages.page import SiteData
from recsys.site.pages.wanted import is_wanted


@dataclass(frozen=True)
class Shapes:
    """The shapes of the towers of one model. The picture shows the input, the layers and the output.

    Attributes:
        model: whose they are.
        user_table: rows and columns of the vectors that the user tower looks up.
        item_table: likewise, of the item tower.
        user_network: inputs, hidden numbers and outputs of its network; None for a model without one.
        item_network: likewise.
        n_parameters: of the whole model.
        n_others: further pairs of towers whose scores are added.
    """

    model: Model
    user_table: tuple[int, int]
    item_table: tuple[int, int]
    user_network: tuple[int, int, int] | None
    item_network: tuple[int, int, int] | None
    n_parameters: int
    n_others: int


@dataclass(frozen=True)
class WorkedExample:
    """One score, taken apart.

    Attributes:
        model: whose score it is.
        user: who gets the recommendation.
        item: what is recommended.
        score: its parts.
        dim: length of both vectors.
    """

    model: Model
    user: UserLink
    item: ItemLink
    score: WorkedScore
    dim: int


def tower_shapes(data: SiteData) -> tuple[Shapes, ...]:
    """The shapes of every model that were exported, in the order of the models."""
    summaries = data.artefacts.build.models
    shapes = (_shapes(model, summaries[model.name]) for model in data.catalogue.models)
    return tuple(entry for entry in shapes if entry is not None)


def worked_example(data: SiteData) -> WorkedExample | None:
    """The example of the last model that has one; None where none was exported, or users have no pages."""
    artefacts, catalogue = data.artefacts, data.catalogue
    if not is_wanted("users", artefacts):
        return None
    for model in reversed(catalogue.models):
        score = artefacts.recommendations.worked_scores.get(model.name)
        if score is not None and score.user in catalogue.users:
            dim = artefacts.build.models[model.name].dim
            return WorkedExample(model, catalogue.users[score.user], catalogue.item(score.item), score, dim)
    return None


def _shapes(model: Model, summary: ModelSummary) -> Shapes | None:
    arrays = summary.shapes
    users = arrays.get(f"{model.name}.user.table", arrays.get(f"{model.name}.pool.table"))
    items = arrays.get(f"{model.name}.item.table")
    if users is None or items is None:  # a model of another make, or an export of an earlier version
        return None
    return Shapes(
        model=model,
        user_table=(users[0], users[1]),
        item_table=(items[0], items[1]),
        user_network=_network(arrays, f"{model.name}.user_mlp"),
        item_network=_network(arrays, f"{model.name}.item_mlp"),
        n_parameters=summary.n_parameters,
        n_others=summary.n_towers - 1,
    )


def _network(arrays: dict[str, list[int]], name: str) -> tuple[int, int, int] | None:
    inner, outer = arrays.get(f"{name}.inner.weight"), arrays.get(f"{name}.outer.weight")
    return None if inner is None or outer is None else (inner[0], inner[1], outer[1])
