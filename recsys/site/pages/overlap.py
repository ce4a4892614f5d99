"""Where the lists of two models agree, and which users the second helps most and least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recsys.errors import OutputError
from recsys.schema import Agreement, Metrics, UserDifference
from recsys.site.catalogue import Catalogue
from recsys.site.charts.compare import overlap_chart
from recsys.site.context import Chart, Model, UserLink
from recsys.site.language.strings import Strings


@dataclass(frozen=True)
class OverlapView:
    """How far the lists of two models are the same."""

    models: tuple[Model, ...]
    agreement: Agreement
    chart: Chart | None


@dataclass(frozen=True)
class HelpedRow:
    """A user with the nDCG of both models."""

    user: UserLink
    first: float
    second: float


@dataclass(frozen=True)
class HelpedUsers:
    """The users who gain most and lose most with the second model."""

    models: tuple[Model, ...]
    most: tuple[HelpedRow, ...]
    least: tuple[HelpedRow, ...]


def overlap_view(metrics: Metrics, catalogue: Catalogue, strings: Strings) -> OverlapView | None:
    """How far the lists of two models are the same; None unless there are two."""
    agreement = metrics.agreement
    if agreement is None or not agreement.n_users:
        return None
    models = tuple(map(catalogue.model, agreement.models))
    return OverlapView(models, agreement, overlap_chart(agreement.overlap, strings))


def helped_users(metrics: Metrics, catalogue: Catalogue) -> HelpedUsers | None:
    """Users by what the second model gains for them, in the order of the export; None where there are none.

    Raises:
        OutputError: a user is not known, so the exported files do not belong together.
    """
    differences = [*metrics.most_helped, *metrics.least_helped]
    if not differences:
        return None
    return HelpedUsers(
        models=tuple(map(catalogue.model, differences[0].ndcg)),
        most=_helped_rows(metrics.most_helped, catalogue),
        least=_helped_rows(metrics.least_helped, catalogue),
    )


def _helped_rows(differences: Sequence[UserDifference], catalogue: Catalogue) -> tuple[HelpedRow, ...]:
    for difference in differences:
        if difference.user not in catalogue.users:
            raise OutputError(
                f"user {difference.user!r} is mentioned in metrics.json but not in recommendations.json; "
                "build the site again without --render-only"
            )
    return tuple(HelpedRow(catalogue.users[difference.user], *difference.ndcg.values()) for difference in differences)
