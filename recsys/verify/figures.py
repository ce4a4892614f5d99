"""Compute every figure of ``metrics.json`` that follows from the exported lists again, and compare.

The functions are those of the build; they get the hits and items of the lists instead of the ratings.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from recsys import schema
from recsys.evaluation import overlap, significance, user_groups
from recsys.evaluation.bootstrap import Intervals, bootstrap_intervals
from recsys.evaluation.metrics import list_metrics
from recsys.evaluation.metrics.coverage import coverage
from recsys.evaluation.metrics.novelty import novelty
from recsys.evaluation.report import accuracy_per_user
from recsys.verify.comparison import Comparison
from recsys.verify.lists import NO_ITEM, WITHHELD, Catalogue, Lists, make_catalogue, make_lists

METRICS = f"data/{schema.Metrics.FILE}"
BUILD = f"data/{schema.Build.FILE}"
MAX_RESAMPLES = 100_000
RANGES = ("coverage", "novelty")
"""Metrics of lists whose range is known even if some items are withheld."""

PerUser = dict[str, NDArray[np.float64]]
"""By metric, one value for each evaluated user: (n,)."""


def check_figures(artefacts: schema.Artefacts) -> Comparison:
    """Compare the figures of an export with its lists."""
    comparison = Comparison()
    impossible = _impossible(artefacts)
    if impossible:
        comparison.differences.append(impossible)
        return comparison
    try:
        with np.errstate(all="ignore"):  # impossible numbers in the files give figures that differ, not warnings
            _Figures(artefacts, comparison).check()
    except KeyError as problem:
        comparison.differences.append(f"data: {problem.args[0]!r} is in a list, but not in items.json")
    except (ArithmeticError, ValueError, IndexError) as problem:
        comparison.differences.append(f"data: the files do not go together, so figures cannot be computed: {problem}")
    return comparison


def _impossible(artefacts: schema.Artefacts) -> str | None:
    """Why nothing can be computed, as a sentence; None if it can."""
    k, n_items = artefacts.metrics.k, len(artefacts.items.items)
    if k != artefacts.recommendations.k:
        return f"{METRICS}: k is {k}, and {artefacts.recommendations.k} in recommendations.json"
    if not 0 < k <= max(n_items, 1):
        return f"{METRICS}: k is {k}, and there are {n_items} items"
    stated = artefacts.metrics.protocol.bootstrap
    if not (0 < stated.resamples <= MAX_RESAMPLES and 0 <= stated.seed < 2**64 and 0 < stated.confidence < 1):
        return (
            f"{METRICS}: the bootstrap has {stated.resamples} resamples of seed {stated.seed} and confidence "
            f"{stated.confidence}; expected 1 to {MAX_RESAMPLES}, a seed of 64 bits, and a share"
        )
    return None


def ranges(lists: Lists, catalogue: Catalogue) -> dict[str, tuple[float, float]]:
    """The lowest and highest possible values of :data:`RANGES`, whichever items are withheld."""
    items, withheld = lists.items, lists.items == WITHHELD
    commonest, rarest = (
        np.where(withheld, index, items) for index in (catalogue.item_counts.argmax(), catalogue.item_counts.argmin())
    )
    unlisted = np.setdiff1d(np.arange(catalogue.n_items), items)[: lists.n_withheld]
    all_new = items.copy()
    all_new[withheld] = np.pad(unlisted, (0, lists.n_withheld - len(unlisted)), constant_values=NO_ITEM)
    return {
        "coverage": (coverage(items, catalogue), coverage(all_new, catalogue)),
        "novelty": (novelty(commonest, catalogue), novelty(rarest, catalogue)),
    }


class _Figures:
    """Computes the figures of one export, and compares each with what is stated."""

    def __init__(self, artefacts: schema.Artefacts, comparison: Comparison) -> None:
        self._artefacts, self._comparison = artefacts, comparison
        self._metrics = artefacts.metrics
        self._users = list(artefacts.recommendations.users.values())
        self._evaluated = [user for user in self._users if user.n_relevant > 0]
        self._n_relevant = np.array([user.n_relevant for user in self._evaluated], np.int64)
        self._catalogue: Catalogue = make_catalogue(artefacts.items, len(self._users))
        stated = self._metrics.protocol.bootstrap
        self._intervals: Intervals = partial(
            bootstrap_intervals, resamples=stated.resamples, seed=stated.seed, confidence=stated.confidence
        )

    def check(self) -> None:
        """Compare everything."""
        self._check_counts()
        lists = {
            name: make_lists(name, self._evaluated, self._metrics.k, self._catalogue.index)
            for name in self._metrics.models
        }
        per_user = {name: accuracy_per_user(row.hits, self._n_relevant) for name, row in lists.items()}
        if self._evaluated and lists:
            self._check_accuracy(per_user)
            self._check_activity(per_user)
            self._check_beyond(lists)
            self._check_popularity(lists)
            self._check_pairs(per_user)
            self._check_discovery(lists, per_user)
        self._check_agreement()
        self._name_what_needs_more()

    def _compare(self, label: str, stated: object, computed: object, file: str = METRICS) -> None:
        self._comparison.compare(file, label, stated, computed)

    def _check_counts(self) -> None:
        dataset, items = self._artefacts.build.dataset, self._artefacts.items.items
        n_train = sum(user.n_train for user in self._users)
        n_ratings = n_train + sum(user.n_hidden for user in self._users)
        counts = {"n_users": len(self._users), "n_items": len(items), "n_ratings": n_ratings}
        self._compare("dataset", dataset, counts, BUILD)
        self._compare("sum of n_ratings", sum(item.n_ratings for item in items), n_ratings, "data/items.json")
        self._compare("sum of n_train", sum(item.n_train for item in items), n_train, "data/items.json")
        n_evaluated = len(self._evaluated)
        evaluated = {"n_evaluated": n_evaluated, "n_not_evaluated": len(self._users) - n_evaluated}
        self._compare("protocol", self._metrics.protocol, evaluated)
        listed = {name for user in self._evaluated for name in (*user.models, *user.baselines)}
        self._compare("models", sorted(self._metrics.models), sorted(listed))

    def _check_accuracy(self, per_user: dict[str, PerUser]) -> None:
        for name, values in per_user.items():
            self._compare(name, self._metrics.models[name].accuracy, self._intervals(values))

    def _check_activity(self, per_user: dict[str, PerUser]) -> None:
        """Check nDCG over thirds of the users, by how much they rated."""
        n_train = np.array([user.n_train for user in self._evaluated], np.int64)
        thirds = user_groups.thirds(n_train, user_groups.ACTIVITY)
        groups = self._metrics.groups
        self._compare("groups activity", [] if groups is None else groups.activity, [group for group, _ in thirds])
        ndcg = {name: values["ndcg"] for name, values in per_user.items()}
        for name, computed in user_groups.intervals_by_group(ndcg, thirds, self._intervals).items():
            self._compare(f"{name} by_activity", self._metrics.models[name].by_activity, computed)

    def _check_beyond(self, lists: dict[str, Lists]) -> None:
        for name, row in lists.items():
            stated = self._metrics.models[name].beyond
            if row.n_withheld:
                for metric, (low, high) in ranges(row, self._catalogue).items():
                    value = stated[metric].mean if metric in stated else None
                    self._comparison.compare_range(METRICS, f"{name} {metric} mean", value, low, high)
            else:
                values = {
                    metric: schema.Mean(spec.over_lists(row.items, self._catalogue))
                    for metric, spec in list_metrics().items()
                }
                self._compare(name, stated, values)
        withheld = {name: row.n_withheld for name, row in lists.items() if row.n_withheld}
        if withheld:
            in_range_only = " and ".join(name for name in list_metrics() if name in RANGES)
            others = ", ".join(name for name in list_metrics() if name not in RANGES)
            self._comparison.not_verified.append(
                f"{others} and recommended_popularity of {', '.join(withheld)}, and {in_range_only} beyond their "
                f"range: the names of {', '.join(map(str, withheld.values()))} items in these lists are withheld for "
                "privacy"
            )

    def _check_popularity(self, lists: dict[str, Lists]) -> None:
        """Check the sizes of the thirds by taste, and the mean popularity of lists over all users."""
        groups = self._metrics.groups
        sizes = np.array([] if groups is None else [group.n_users for group in groups.taste], float)
        self._compare("groups taste, users in all", int(sizes.sum()), len(self._evaluated))
        for name, row in lists.items():
            stated = np.array(self._metrics.models[name].recommended_popularity)
            if not row.n_withheld and len(stated) == len(sizes):
                popularity = user_groups.recommended_popularity(self._catalogue, row.items)
                label = f"{name} recommended_popularity, mean over all users,"
                self._compare(label, float(stated @ sizes / sizes.sum()), float(popularity.mean()))

    def _check_pairs(self, per_user: dict[str, PerUser]) -> None:
        """Check the last model against every other row, and the users who gain and lose most with it."""
        names = list(self._artefacts.build.models)
        ndcg = {name: values["ndcg"] for name, values in per_user.items()}
        last = names[-1]
        if last not in ndcg:
            return
        comparisons = significance.compare(last, ndcg, self._intervals)
        self._compare("comparisons", self._metrics.comparisons, comparisons)
        if len(names) > 1 and names[0] in ndcg:
            ids = [id_ for id_, user in self._artefacts.recommendations.users.items() if user.n_relevant > 0]
            pair = {names[0]: ndcg[names[0]], last: ndcg[last]}
            self._compare("most_helped", self._metrics.most_helped, significance.largest_differences(pair, ids, 1))
            self._compare("least_helped", self._metrics.least_helped, significance.largest_differences(pair, ids, -1))

    def _check_discovery(self, lists: dict[str, Lists], per_user: dict[str, PerUser]) -> None:
        """Check discovery at 0, where lists are the models' own; other lists are not exported."""
        curves = self._metrics.discovery
        if curves is None:
            return
        self._comparison.not_verified.append("discovery: lists of other amounts than 0 are not exported")
        if curves.n_users != len(self._evaluated):  # a sample, which is not exported
            return
        for name, points in curves.models.items():
            for point in points:
                if point.discovery == 0 and name in lists:
                    values = {"ndcg": float(per_user[name]["ndcg"].mean())}
                    if not lists[name].n_withheld:
                        values |= {
                            metric: spec.over_lists(lists[name].items, self._catalogue) or 0.0
                            for metric, spec in list_metrics().items()
                            if metric in ("novelty", "coverage")
                        }
                    self._compare(f"discovery {name} at 0", point, values)

    def _check_agreement(self) -> None:
        names = list(self._artefacts.build.models)
        if len(names) < 2:
            return
        index, k = self._catalogue.index, self._metrics.k
        both = [make_lists(name, self._users, k, index) for name in (names[0], names[-1])]
        if n_withheld := sum(row.n_withheld for row in both):
            self._comparison.not_verified.append(
                f"agreement of {names[0]} and {names[-1]}: the names of {n_withheld} items in their lists are "
                "withheld for privacy"
            )
            return
        first, last = (self._catalogue.twins.first_of(row.items) for row in both)
        computed = overlap.agreement((names[0], names[-1]), first, last, self._intervals)
        self._compare("agreement", self._metrics.agreement, computed)

    def _name_what_needs_more(self) -> None:
        if self._metrics.groups is not None:
            self._comparison.not_verified.append(
                "groups taste and recommended_popularity of each: they follow from all training ratings, which are "
                "not exported"
            )
        if self._metrics.new_users is not None:
            self._comparison.not_verified.append("new_users: lists of users who are not in the log are not exported")
