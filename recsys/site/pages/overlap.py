"""Where both models agree, and which users the second helps most and least. Knows no template."""

from __future__ import annotations

from collections.abc import Sequence

from recsys.errors import OutputError
from recsys.schema import Metrics, UserDifference
from recsys.site.catalogue import Catalogue
from recsys.site.charts.compare import overlap_chart
from recsys.site.context import Cell
from recsys.site.pages.compare_contexts import Agreeing, HelpedRow, OverlapRow


def agreeing(metrics: Metrics) -> Agreeing | None:
    """How far the lists of both models are the same; None unless there are two."""
    found = metrics.agreement
    if found is None or not found.n_users:
        return None
    return Agreeing(
        n_users=found.n_users,
        chart=overlap_chart(found.overlap),
        overlap=tuple(
            OverlapRow(n_shared, n_users, n_users / found.n_users) for n_shared, n_users in enumerate(found.overlap)
        ),
        jaccard=Cell(found.jaccard.mean, found.jaccard.low, found.jaccard.high),
        rbo=Cell(found.rbo.mean, found.rbo.low, found.rbo.high),
        rbo_p=found.rbo_p,
    )


def helped_rows(users: Sequence[UserDifference], catalogue: Catalogue) -> tuple[HelpedRow, ...]:
    """Users by what the second model gains for them, in the order of the export.

    Raises:
        OutputError: a user is not known, so the exported files do not belong together.
    """
    return tuple(_helped_row(one, catalogue) for one in users)


def _helped_row(one: UserDifference, catalogue: Catalogue) -> HelpedRow:
    if one.user not in catalogue.users:
        raise OutputError(
            f"user {one.user!r} is mentioned in metrics.json but not in recommendations.json; "
            "build the site again without --render-only"
        )
    first, last = one.ndcg.values()
    return HelpedRow(catalogue.users[one.user], first, last, last - first)
