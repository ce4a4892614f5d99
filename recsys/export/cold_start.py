"""From the measurement on new users to ``metrics.json``, with all one needs to repeat it.

Knows what was measured, nothing of how a model learns; nothing of pages.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys import schema as out
from recsys.config import BuildConfig
from recsys.evaluation.cold_start import DRAWS, L2, SHARE, NewUsersReport

_DECIMALS = 6

PROTOCOL = (
    "Generators: numpy.random.default_rng([{seed}, 2]).spawn({draws}), one a draw. In each, {share:.0%} of the users "
    "with two ratings or more (rounded, one at least) are new: choice without replacement of their indices, "
    "ascending. Each new user's films are put in order by random(), one number a rating in the order of the source, "
    "the same for every column; the first are given, the rest is hidden, half being rounded down. Who would have "
    "nothing hidden is left out of that column. Everything is learned from all ratings of all other users: deep with "
    "the settings of the build, its seed plus the number of the draw. deep sees the ratings that new users give, "
    "deep_liked, ease and popularity the films alone; nobody sees when, or who they are. EASE's l2 is that of "
    "{grid} with the highest nDCG on validation, column by column: the same generator draws {share:.0%} of those "
    "other users as new in the same way, EASE learns from the rest. Lists: the whole catalogue without what is "
    "given, k = {k}, ties to the lower index; all hidden films are relevant. A value is the mean over a draw's new "
    "users"
)


def new_users_told(report: NewUsersReport | None, config: BuildConfig) -> out.NewUsers | None:
    """``new_users`` of ``metrics.json``; None where it was not measured."""
    if report is None:
        return None
    return out.NewUsers(
        protocol=PROTOCOL.format(
            seed=config.train.seed,
            draws=DRAWS,
            share=SHARE,
            grid=", ".join(f"{l2:g}" for l2 in sorted(L2)),
            k=config.top_k,
        ),
        share=SHARE,
        draws=DRAWS,
        given=list(report.given),
        n_users=list(report.n_users),
        models={name: _told(values) for name, values in report.ndcg.items()},
        ease_l2=[] if report.ease_l2 is None else report.ease_l2.tolist(),
        skipped=dict(report.skipped),
    )


def in_words(report: NewUsersReport, k: int) -> list[str]:
    """For the terminal: the mean over the draws of each model, by how much is given."""
    return [f"nDCG@{k} with {', '.join(report.given)} given"] + [
        " ".join([model, *(f"{value:.4f}" for value in values.mean(1))]) for model, values in report.ndcg.items()
    ]


def _told(values: NDArray[np.float64]) -> Any:
    return np.round(values, _DECIMALS).tolist()
