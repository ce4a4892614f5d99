"""``metrics.json``: every row of the leaderboard, groups of users, comparisons and the protocol."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec.structs import replace

from recsys import schema
from recsys.baselines import tuning
from recsys.baselines.tuning import Tuned
from recsys.data.dataset import Dataset
from recsys.data.split import Split
from recsys.evaluation import bootstrap, candidates, overlap, relevance, reranking, significance, user_groups
from recsys.evaluation.metrics import METRICS
from recsys.evaluation.report import Report
from recsys.evaluation.user_groups import Third
from recsys.export.results import Results

SPLIT_RULES = {
    "temporal": "per user, sorted by timestamp, equal timestamps in an order drawn from the seed: the first "
    "max(1, floor(n (1 - holdout))) ratings are for training, the rest is held out",
    "random": "there are no timestamps, or all of a user's are equal: per user, in an order drawn from the seed, the "
    "first max(1, floor(n (1 - holdout))) ratings are for training, the rest is held out",
    "none": "nothing is held out: all ratings are for training, and nothing is measured",
}


def build_metrics(results: Results, hyperparameters: Mapping[str, Mapping[str, int | float]]) -> schema.Metrics:
    """``metrics.json``; without rows where nothing is held out to measure by.

    Args:
        results: what the build computed.
        hyperparameters: what each model was trained with, by its name.
    """
    reports, train = results.evaluation.reports, results.split.train
    names = list(results.models)
    pair = (names[0], names[-1]) if len(names) > 1 else None
    without_reports = schema.Metrics(
        protocol=_protocol(results),
        k=results.config.top_k,
        models={},
        agreement=_agreement(pair, results),
        new_users=results.new_users,
        new_users_in_time=results.new_users_in_time,
    )
    if not reports:
        return without_reports
    users = next(iter(reports.values())).users
    rated = user_groups.rated_popularity(train, users)
    activity = user_groups.thirds(train.user_counts[users], user_groups.ACTIVITY)
    taste = user_groups.thirds(rated, user_groups.TASTE)
    ndcg = {name: report.per_user["ndcg"] for name, report in reports.items()}
    by_activity = user_groups.intervals_by_group(ndcg, activity)
    tuned = {name: Tuned(values) for name, values in hyperparameters.items()} | results.evaluation.tuned
    return replace(
        without_reports,
        models={
            name: _row(report, train, by_activity[name], taste, tuned.get(name, Tuned({})))
            for name, report in reports.items()
        },
        groups=schema.Groups(
            activity=[group for group, _ in activity],
            taste=[
                schema.TasteGroup(group.name, group.low, group.high, group.n_users, float(rated[members].mean()))
                for group, members in taste
            ],
        ),
        comparisons=significance.compare(names[-1], ndcg),
        skipped=results.evaluation.skipped,
        most_helped=_largest_differences(pair, reports, train, 1),
        least_helped=_largest_differences(pair, reports, train, -1),
        discovery=results.evaluation.discovery,
    )


def _row(
    report: Report,
    train: Dataset,
    by_activity: list[schema.Interval],
    taste: tuple[Third, ...],
    tuned: Tuned,
) -> schema.ModelMetrics:
    popularity = user_groups.recommended_popularity(train, report.items)
    return schema.ModelMetrics(
        accuracy=report.accuracy,
        beyond=report.beyond,
        by_activity=by_activity,
        recommended_popularity=[float(popularity[members].mean()) for _, members in taste],
        settings=dict(tuned.hyperparameters),
        trials=list(tuned.trials),
    )


def _agreement(pair: tuple[str, str] | None, results: Results) -> schema.Agreement | None:
    """How far the lists of the first and the last model agree; None without two models."""
    if pair is None:
        return None
    twins = results.dataset.twins
    first, last = (twins.first_of(results.lists[name].items) for name in pair)
    return overlap.agreement(pair, first, last)


def _largest_differences(
    pair: tuple[str, str] | None, reports: dict[str, Report], train: Dataset, sign: int
) -> list[schema.UserDifference]:
    """The users who gain most by the last model over the first (sign 1), or lose most (-1); ties by index."""
    if pair is None:
        return []
    user_ids = [str(id_) for id_ in train.user_ids[reports[pair[0]].users].tolist()]
    return significance.largest_differences({name: reports[name].per_user["ndcg"] for name in pair}, user_ids, sign)


def _protocol(results: Results) -> schema.Protocol:
    parts: Split = results.split
    n_evaluated = 0 if results.relevant is None else int(np.count_nonzero(results.relevant.user_counts))
    holdout, relevant_from = results.config.holdout, results.config.relevant_from
    return schema.Protocol(
        split=parts.kind,
        holdout=holdout,
        split_rule=SPLIT_RULES[parts.kind],
        seed=None if parts.kind == "none" else results.config.train.seed,
        n_cut_in_ties=parts.n_cut_in_ties,
        n_evaluated=n_evaluated,
        n_not_evaluated=parts.train.n_users - n_evaluated,
        relevant=relevance.protocol(relevant_from, results.dataset.twins, results.dataset.rating_scale.kind),
        relevant_from=relevant_from,
        not_measured=relevance.skip_reason(parts, holdout, relevant_from),
        candidates=candidates.protocol(results.dataset.twins),
        ties="lower index first, in the order of items.json",
        metrics={
            **{name: metric.formula for name, metric in METRICS.items()},
            **user_groups.FORMULAS,
            **significance.FORMULAS,
            **overlap.FORMULAS,
            **reranking.FORMULAS,
        },
        labels={name: metric.label for name, metric in METRICS.items()},
        bootstrap=schema.Bootstrap(
            resamples=bootstrap.RESAMPLES,
            seed=bootstrap.SEED,
            confidence=bootstrap.CONFIDENCE,
            method="percentiles (linear interpolation) of the means of resamples of the n evaluated users, in the "
            "order of recommendations.json, drawn with replacement: one generator numpy.random.default_rng(seed) "
            "gives each resample in turn by integers(n, size=n), the same for all metrics",
        ),
        baselines=tuning.PROTOCOL,
    )
