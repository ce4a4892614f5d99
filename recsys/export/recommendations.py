"""Every user's record and the lists that pages show, naming no more rated items than privacy allows.

``recommendations.json`` and, where ``discovery`` is above 0, ``shown_lists.json``: together, because what one of them
names counts for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from recsys import schema
from recsys.data.decimals import shortest_decimals
from recsys.evaluation.relevance import relevant_counts
from recsys.evaluation.report import hits
from recsys.export.encoding import ids, rounded
from recsys.export.privacy import items_to_name, max_named, round_robin
from recsys.export.results import Results
from recsys.export.worked_score import work_score
from recsys.models.registry import MODELS
from recsys.recommend.explain import Reasons
from recsys.recommend.liked import liked_hits
from recsys.recommend.lists import Lists, best_rated
from recsys.recommend.profiles import genre_shares

N_RATED = 10
_USERS_AT_ONCE = 1024
"""Whose lists are converted from arrays at a time."""
RANK_ENDS = (10, 50, 200)
"""The last rank of each count of held-out items but the last."""

Recommendations = Mapping[str, Sequence[schema.Recommendation]]
"""One user's lists, by name of the model."""
BaselineRecommendations = Mapping[str, Sequence[schema.BaselineRecommendation]]
"""One user's lists, by name of the baseline."""

_baseline_row = lru_cache(1 << 17)(schema.BaselineRecommendation)
"""Rows of all users that say the same are one object: of a large log they would be most of what is in memory."""


def build_recommendations(results: Results) -> tuple[schema.Recommendations, schema.ShownLists | None]:
    """``recommendations.json``, and ``shown_lists.json`` unless pages show the models' own lists."""
    train, test = results.split.train, results.split.test
    item_ids = ids(results.dataset.item_ids)
    best, ratings = best_rated(train, N_RATED), shortest_decimals(train.rating)
    n_hidden = np.zeros(train.n_users, int) if test is None else test.user_counts
    n_relevant = 0 * n_hidden if results.relevant is None else relevant_counts(train, results.relevant)
    ranks, genres = _hidden_ranks(results), genre_shares(train)
    shares = np.round(genres.shares, 2).tolist()
    of_models = {name: lists for name, lists in results.lists.items() if name in results.models}
    of_baselines = {name: lists for name, lists in results.lists.items() if name not in results.models}
    rows_of = _RowBuilder(of_models, results.reasons, results)
    baseline_rows_of = _BaselineRowBuilder(of_baselines, results)
    shown_rows_of = _RowBuilder(results.shown, results.shown_reasons, results)
    privacy, users, shown_by_user = results.config.privacy, {}, {}
    all_rows = zip(ids(results.dataset.user_ids), rows_of, baseline_rows_of, shown_rows_of, strict=True)
    for user, (user_id, models, baselines, shown) in enumerate(all_rows):
        rated = [
            schema.RatedItem(item_ids[train.item[row]], float(ratings[row]))
            for row in ([] if privacy.hide_rated else best[user])
        ]
        named = items_to_name(
            _hits(models),
            [] if privacy.hide_rated else _first_effects(shown or models),
            [row.item for row in rated],
            _hits(shown),
            [] if privacy.hide_rated else [*_reasons(shown), *_reasons(models)],
            _hits(baselines),
            limit=privacy.max_named,
        )
        named_reasons = frozenset() if privacy.hide_rated else named
        users[user_id] = schema.UserLists(
            n_train=int(train.user_counts[user]),
            n_hidden=int(n_hidden[user]),
            n_relevant=int(n_relevant[user]),
            rated=[row for row in rated if row.item in named],
            models=_all_redacted(models, named, named_reasons),
            baselines={
                name: [
                    _baseline_row(None, True, row.relevant) if row.held_out and row.item not in named else row
                    for row in rows
                ]
                for name, rows in baselines.items()
            },
            hidden_ranks={name: by_user[user] for name, by_user in ranks.items()} if n_hidden[user] else {},
            genres=shares[user] if train.user_counts[user] else [],
        )
        shown_by_user[user_id] = schema.ShownUser(_all_redacted(shown, named, named_reasons))
    worked = [(name, work_score(fitted, users)) for name, fitted in results.models.items()]
    recommendations = schema.Recommendations(
        k=results.config.top_k,
        users=users,
        max_named=max_named(privacy, results.dataset),
        rank_ends=list(RANK_ENDS),
        genres=list(genres.names),
        worked_scores={name: score for name, score in worked if score is not None},
    )
    if not results.shown:
        return recommendations, None
    return recommendations, schema.ShownLists(discovery=results.config.discovery, users=shown_by_user)


def _hidden_ranks(results: Results) -> dict[str, list[schema.HiddenRanks]]:
    """By model, for every user; meaningless for a user with nothing held out."""
    test = results.split.test
    if test is None:
        return {}
    user = np.repeat(np.arange(test.n_users), np.diff(test.matrix.indptr))  # (n_hidden,), as the ranks
    # Twins share a rank, and a list can hold one of them, so the first entry stands for all.
    _, entries = np.unique(user * test.n_items + test.twins.first[test.matrix.indices], return_index=True)
    user = user[entries]
    lengths = np.bincount(user, minlength=test.n_users)
    starts, n_spans = np.cumsum(lengths) - lengths, len(RANK_ENDS) + 1
    hidden = {}
    for name, all_ranks in results.ranks.items():
        ranks = all_ranks[entries]
        spans = np.bincount(user * n_spans + np.searchsorted(RANK_ENDS, ranks), minlength=test.n_users * n_spans)
        ascending = np.r_[ranks[np.lexsort((ranks, user))], 0]  # and a number for users without any
        medians = (ascending[starts + np.maximum(lengths - 1, 0) // 2] + ascending[starts + lengths // 2]) / 2
        by_user = zip(spans.reshape(-1, n_spans).tolist(), medians.tolist(), strict=True)
        hidden[name] = [schema.HiddenRanks(counts, median) for counts, median in by_user]
    return hidden


def _hits(lists: Recommendations | BaselineRecommendations) -> list[str]:
    """The hits of several lists, rank by rank."""
    return round_robin([row.item if row.held_out else None for row in rows] for rows in lists.values())


def _first_effects(models: Recommendations) -> list[str]:
    """The strongest reason of every row, rank by rank, in the lists of models whose reasons are effects.

    A row of which no reason may be named looks as if the model had none, so these come before the best-rated items:
    hardly anyone has so many hits that one of those goes unnamed for it.
    """
    by_effect = [rows for name, rows in models.items() if MODELS[name].reasons == "effect"]
    return round_robin([row.why[0][0] if row.why else None for row in rows] for rows in by_effect)


def _reasons(models: Recommendations) -> list[str]:
    """The first reason of every rank in turn, then the second ones; at each rank effects before similarities.

    An effect is why the model recommends the item, so it has the better claim to a name.
    """
    effects_first = sorted(models, key=lambda name: MODELS[name].reasons != "effect")
    rows_by_rank = zip_longest(*(models[name] for name in effects_first))
    return round_robin([item for item, _ in row.why] for rows in rows_by_rank for row in rows if row is not None)


def _all_redacted(
    lists: Recommendations, named: frozenset[str], named_reasons: frozenset[str]
) -> dict[str, list[schema.Recommendation]]:
    return {name: [_redacted(row, named, named_reasons) for row in rows] for name, rows in lists.items()}


def _redacted(
    row: schema.Recommendation, named: frozenset[str], named_reasons: frozenset[str]
) -> schema.Recommendation:
    """The same, without what would reveal an item that may not be named.

    Not only its name: with the published vectors, a similarity tells which two items it is of, and a few scores tell
    what the others belong to. So an unnamed hit has no score and no reasons and does not say whether it was liked,
    and an unnamed reason has no strength.
    """
    if row.held_out and row.item not in named:
        return schema.Recommendation(None, None, True, relevant=row.relevant)
    why = [(item, strength) for item, strength in row.why if item in named_reasons]
    n_withheld = len(row.why) - len(why)
    return replace(row, why=why, why_withheld=n_withheld) if n_withheld else row


def _blocks(n_users: int) -> Iterator[slice]:
    """All users, some at a time."""
    return (slice(start, min(start + _USERS_AT_ONCE, n_users)) for start in range(0, n_users, _USERS_AT_ONCE))


def _relevant(lists: Lists, results: Results) -> NDArray[np.bool_]:
    """False for hits that do not count in the metrics, (n_users, k); true for everything else."""
    if results.relevant is results.split.test:
        return np.ones(lists.items.shape, bool)
    return ~lists.held_out | hits(lists.items, np.arange(len(lists.items)), results.relevant)


class _BaselineRowBuilder:
    """From the lists of all users to the rows of each, by name of the baseline; every item is still named.

    Args:
        lists: by name.
        results: what the build computed.
    """

    def __init__(self, lists: Mapping[str, Lists], results: Results) -> None:
        self._lists, self._item_ids, self._n_users = lists, ids(results.dataset.item_ids), results.dataset.n_users
        self._relevant = {name: _relevant(of_baseline, results) for name, of_baseline in lists.items()}

    def __iter__(self) -> Iterator[dict[str, list[schema.BaselineRecommendation]]]:
        """The rows of one user after the other."""
        item_ids = self._item_ids
        for users in _blocks(self._n_users):
            columns = {
                name: [array[users].tolist() for array in (lists.items, lists.held_out, self._relevant[name])]
                for name, lists in self._lists.items()
            }
            for row in range(users.stop - users.start):
                yield {
                    name: [
                        _baseline_row(item_ids[item], held_out, counts)
                        for item, held_out, counts in zip(items[row], hits[row], relevant[row], strict=True)
                        if item >= 0
                    ]
                    for name, (items, hits, relevant) in columns.items()
                }


class _RowBuilder:
    """From the lists of all users to the rows of each, by name of the model; every item is still named.

    Args:
        lists: by name.
        reasons: why these items, by name of model.
        results: what else the build computed.
    """

    def __init__(self, lists: Mapping[str, Lists], reasons: Mapping[str, Reasons], results: Results) -> None:
        self._lists, self._reasons = lists, reasons
        self._relevant = {name: _relevant(model_lists, results) for name, model_lists in lists.items()}
        self._liked = {
            name: liked_hits(model_lists, results.dataset, results.split.test) for name, model_lists in lists.items()
        }
        self._item_ids, self._n_users = ids(results.dataset.item_ids), results.dataset.n_users

    def __iter__(self) -> Iterator[dict[str, list[schema.Recommendation]]]:
        """The rows of one user after the other."""
        for users in _blocks(self._n_users):
            columns = {name: self._columns(name, users) for name in self._lists}
            for row in range(users.stop - users.start):
                yield {name: self._rows(*(column[row] for column in each)) for name, each in columns.items()}

    def _columns(self, name: str, users: slice) -> list[list[list[Any]]]:
        """All that is known of the places of some users' lists, as Python values.

        To convert them user by user takes longer than all the rest.
        """
        lists, reasons = self._lists[name], self._reasons.get(name)
        items = lists.items[users]
        nothing: list[list[Any]] = [[()] * items.shape[1]] * len(items)
        return [
            items.tolist(),
            rounded(lists.scores[users]),
            lists.held_out[users].tolist(),
            nothing if reasons is None else reasons.items[users].tolist(),
            nothing if reasons is None else rounded(reasons.strengths[users]),
            self._relevant[name][users].tolist(),
            self._liked[name][users].tolist(),
        ]

    def _rows(self, *columns: list[Any]) -> list[schema.Recommendation]:
        """The list of one user by one model, from its columns."""
        item_ids = self._item_ids
        return [
            schema.Recommendation(
                item_ids[item],
                score,
                held_out,
                why=[
                    (item_ids[reason], strength)
                    for reason, strength in zip(reason_items, strengths, strict=True)
                    if reason >= 0
                ],
                relevant=counts,
                liked=is_liked,
            )
            for item, score, held_out, reason_items, strengths, counts, is_liked in zip(*columns, strict=True)
            if item >= 0
        ]
