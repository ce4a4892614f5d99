"""From judged lists to ``metrics.json``: every row, the groups of users, the comparisons and the protocol.

Knows reports and ratings; nothing of pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recsys import schema as out
from recsys.baselines import tuning as selection
from recsys.baselines.tuning import Chosen
from recsys.config import BuildConfig
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation import metrics
from recsys.evaluation import overlap as agreement
from recsys.evaluation import significance as comparison
from recsys.evaluation import user_groups as groups
from recsys.evaluation.cold_start import NewUsersReport
from recsys.export.cold_start import new_users_told
from recsys.recommend.lists import Lists

COMPARED = "deep"
"""The row that all others are compared with."""
FIRST = "base"
"""The row whose lists are held against its, user by user."""
MOST_USERS = 10
"""Users named for whom one of these two is ahead."""

SPLIT_RULES = {
    "temporal": "per user, sorted by (timestamp, item id): the first max(1, floor(n (1 - holdout))) ratings train, "
    "the rest is hidden",
    "random": "there are no timestamps: per user, in random order, the first max(1, floor(n (1 - holdout))) ratings "
    "train, the rest is hidden",
    "none": "nothing is hidden: all ratings train, nothing is measured",
}


@dataclass(frozen=True, eq=False)
class Judged:
    """How good the lists are.

    Attributes:
        reports: by name of model or baseline; empty where nothing is hidden.
        chosen: the settings of every baseline that was computed.
        skipped: why a baseline was not computed, by its name.
    """

    reports: dict[str, metrics.Report] = field(default_factory=dict)
    chosen: dict[str, Chosen] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def measured(
    judged: Judged,
    lists: dict[str, Lists],
    split: Split,
    config: BuildConfig,
    settings: dict[str, dict[str, float]],
    new_users: NewUsersReport | None = None,
) -> out.Metrics:
    """``metrics.json``.

    Args:
        judged: the reports.
        lists: what they are of, by the same names; there where nothing was judged too.
        split: what was trained on and what was hidden.
        config: the settings of the build.
        settings: what was chosen for each model, by its name.
        new_users: how good lists are for people who were not in training; None where that was not measured.
    """
    reports, newcomers = judged.reports, new_users_told(new_users, config)
    if not reports:
        return out.Metrics(
            protocol=_protocol(split, config),
            k=config.top_k,
            models={},
            agreement=_agreement(lists),
            new_users=newcomers,
        )
    users = next(iter(reports.values())).users
    rated = groups.rated_popularity(split.train, users)
    activity = groups.thirds(split.train.user_counts[users], groups.ACTIVITY)
    taste = groups.thirds(rated, groups.TASTE)
    chosen = {name: Chosen(found) for name, found in settings.items()} | judged.chosen
    return out.Metrics(
        protocol=_protocol(split, config),
        k=config.top_k,
        models={
            name: _row(report, split.train, activity, taste, chosen.get(name, Chosen({})))
            for name, report in reports.items()
        },
        groups=out.Groups(
            activity=[out.UserGroup(one.name, one.low, one.high, int(one.members.sum())) for one in activity],
            taste=[
                out.TasteGroup(one.name, one.low, one.high, int(one.members.sum()), float(rated[one.members].mean()))
                for one in taste
            ],
        ),
        comparisons=_comparisons(reports),
        skipped=judged.skipped,
        agreement=_agreement(lists),
        most_helped=_furthest(reports, split.train, 1),
        least_helped=_furthest(reports, split.train, -1),
        new_users=newcomers,
    )


def _row(
    report: metrics.Report,
    train: Dataset,
    activity: tuple[groups.Group, ...],
    taste: tuple[groups.Group, ...],
    chosen: Chosen,
) -> out.ModelMetrics:
    intervals = {
        name: out.Interval(report.mean[name], report.low[name], report.high[name]) for name in metrics.ACCURACY
    }
    popularity = groups.listed_popularity(train, report.items)
    return out.ModelMetrics(
        **intervals,
        coverage=out.Mean(report.coverage),
        novelty=out.Mean(report.novelty),
        diversity=None if report.diversity is None else out.Mean(report.diversity),
        by_activity=[_ndcg_of(report, one) for one in activity],
        recommended_popularity=[float(popularity[one.members].mean()) for one in taste],
        settings=dict(chosen.settings),
        trials=[out.Trial(dict(trial.settings), trial.ndcg) for trial in chosen.trials],
    )


def _ndcg_of(report: metrics.Report, group: groups.Group) -> out.Interval:
    values = report.per_user["ndcg"][group.members]
    low, high = metrics.bootstrap_intervals({"ndcg": values})
    return out.Interval(float(values.mean()), low["ndcg"], high["ndcg"])


def _comparisons(reports: dict[str, metrics.Report]) -> list[out.Comparison]:
    """The compared model against each other row; none without it."""
    if COMPARED not in reports:
        return []
    found = []
    for name, report in reports.items():
        if name != COMPARED:
            one = comparison.compare(reports[COMPARED].per_user["ndcg"], report.per_user["ndcg"])
            difference = out.Interval(one.mean, one.low, one.high)
            found.append(out.Comparison(COMPARED, name, difference, one.p, one.won, one.tied, one.lost))
    return found


def _agreement(lists: dict[str, Lists]) -> out.Agreement | None:
    """Of the compared model and the one it is compared with first; None without both."""
    if COMPARED not in lists or FIRST not in lists:
        return None
    found = agreement.agree(lists[FIRST].items, lists[COMPARED].items)
    if not len(found.overlap):
        return None
    values = {"jaccard": found.jaccard, "rbo": found.rbo}
    low, high = metrics.bootstrap_intervals(values)
    jaccard, rbo = (out.Interval(float(values[name].mean()), low[name], high[name]) for name in values)
    return out.Agreement(
        n_users=len(found.overlap),
        overlap=np.bincount(found.overlap, minlength=lists[FIRST].items.shape[1] + 1).tolist(),
        jaccard=jaccard,
        rbo=rbo,
        rbo_p=agreement.PERSISTENCE,
    )


def _furthest(reports: dict[str, metrics.Report], train: Dataset, sign: int) -> list[out.UserDifference]:
    """The users for whom the compared model is ahead by most (sign 1) or behind by most (-1), equals by catalogue."""
    if COMPARED not in reports or FIRST not in reports:
        return []
    first, second = (reports[name].per_user["ndcg"] for name in (FIRST, COMPARED))
    ahead = sign * comparison.differences(second, first)
    order = np.argsort(-ahead, kind="stable")[:MOST_USERS]
    users = reports[FIRST].users
    return [
        out.UserDifference(str(train.user_ids[users[place]]), float(first[place]), float(second[place]))
        for place in order[ahead[order] > 0]
    ]


def _protocol(split: Split, config: BuildConfig) -> out.Protocol:
    n_evaluated = 0 if split.test is None else int(np.count_nonzero(split.test.user_counts))
    return out.Protocol(
        split=split.kind,
        holdout=config.holdout,
        split_rule=SPLIT_RULES[split.kind],
        seed=config.train.seed if split.kind == "random" else None,
        n_evaluated=n_evaluated,
        n_not_evaluated=split.train.n_users - n_evaluated,
        relevant="all items the user rated in the hidden part, whatever the rating",
        candidates="the whole catalogue without the user's training items",
        ties="lower index first, in the order of items.json",
        metrics={**metrics.FORMULAS, **groups.FORMULAS, **comparison.FORMULAS, **agreement.FORMULAS},
        bootstrap=out.Bootstrap(
            resamples=metrics.RESAMPLES,
            seed=metrics.BOOTSTRAP_SEED,
            confidence=metrics.CONFIDENCE,
            method="percentiles (linear interpolation) of the means of resamples of the n evaluated users, in the "
            "order of recommendations.json, drawn with replacement: one generator numpy.random.default_rng(seed) "
            "gives each resample in turn by integers(n, size=n), the same for all metrics",
        ),
        baselines=selection.RULE,
    )
