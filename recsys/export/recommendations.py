"""Every user's record and the lists that pages show, naming no more rated items than privacy allows.

``recommendations.json`` and, where ``discovery`` is above 0, ``shown_lists.json``: together, because what one of them
names counts for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from recsys import schema
from recsys.config import PrivacyConfig
from recsys.data.decimals import shortest_decimals
from recsys.evaluation.relevance import relevant_counts
from recsys.export.encoding import ids
from recsys.export.list_rows import BaselineRows, ModelRows, baseline_row
from recsys.export.privacy import items_to_name, max_named, round_robin
from recsys.export.results import Results
from recsys.export.worked_score import work_score
from recsys.models.registry import MODELS
from recsys.recommend.lists import best_rated
from recsys.recommend.profiles import genre_shares

N_RATED = 10
RANK_ENDS = (10, 50, 200)
"""The last rank of each count of held-out items but the last."""

Recommendations = Mapping[str, Sequence[schema.Recommendation]]
"""One user's lists, by name of the model."""
BaselineRecommendations = Mapping[str, Sequence[schema.BaselineRecommendation]]
"""One user's lists, by name of the baseline."""


def build_recommendations(results: Results) -> tuple[schema.Recommendations, schema.ShownLists | None]:
    """``recommendations.json``, and ``shown_lists.json`` unless pages show the models' own lists."""
    records, privacy = _UserRecords(results), results.config.privacy
    users, shown_by_user = {}, {}
    for user, (user_id, lists) in enumerate(zip(ids(results.dataset.user_ids), _lists_by_user(results), strict=True)):
        rated = [] if privacy.hide_rated else records.rated(user)
        named = _what_to_name(lists, rated, privacy)
        users[user_id] = records.record(user, rated, lists, named)
        shown_by_user[user_id] = schema.ShownUser(named.redacted(lists.shown))
    worked = [(name, work_score(fitted, users)) for name, fitted in results.models.items()]
    recommendations = schema.Recommendations(
        k=results.config.top_k,
        users=users,
        max_named=max_named(privacy, results.dataset),
        rank_ends=list(RANK_ENDS),
        genres=list(records.genres.names),
        worked_scores={name: score for name, score in worked if score is not None},
    )
    if not results.shown:
        return recommendations, None
    return recommendations, schema.ShownLists(discovery=results.config.discovery, users=shown_by_user)


class _ListsOfUser(NamedTuple):
    """All lists of one user.

    Attributes:
        models: those of the models.
        baselines: those of the baselines.
        shown: what pages show in place of those of the models; empty where they show these.
    """

    models: Recommendations
    baselines: BaselineRecommendations
    shown: Recommendations


def _lists_by_user(results: Results) -> Iterator[_ListsOfUser]:
    """The lists of one user after the other, in which every item is still named."""
    of_models = {name: lists for name, lists in results.lists.items() if name in results.models}
    of_baselines = {name: lists for name, lists in results.lists.items() if name not in results.models}
    return map(
        _ListsOfUser,
        ModelRows(of_models, results.reasons, results),
        BaselineRows(of_baselines, results),
        ModelRows(results.shown, results.shown_reasons, results),
    )


class _Named(NamedTuple):
    """The rated items of one user that may be named.

    Attributes:
        items: in lists, and among those they rated highest.
        reasons: as reasons.
    """

    items: frozenset[str]
    reasons: frozenset[str]

    def redacted(self, lists: Recommendations) -> dict[str, list[schema.Recommendation]]:
        """Lists of models without what would reveal any other item.

        Not only its name: with the published vectors, a similarity tells which two items it is of, and a few scores
        tell what the others belong to. So an unnamed hit has no score and no reasons and does not say whether it was
        liked, and an unnamed reason has no strength.
        """
        return {name: [self._redacted_row(row) for row in rows] for name, rows in lists.items()}

    def redacted_baselines(self, lists: BaselineRecommendations) -> dict[str, list[schema.BaselineRecommendation]]:
        """Lists of baselines without the names of any other hit."""
        return {
            name: [
                baseline_row(None, True, row.relevant) if row.held_out and row.item not in self.items else row
                for row in rows
            ]
            for name, rows in lists.items()
        }

    def _redacted_row(self, row: schema.Recommendation) -> schema.Recommendation:
        if row.held_out and row.item not in self.items:
            return schema.Recommendation(None, None, True, relevant=row.relevant)
        why = [(item, strength) for item, strength in row.why if item in self.reasons]
        n_withheld = len(row.why) - len(why)
        return replace(row, why=why, why_withheld=n_withheld) if n_withheld else row


def _what_to_name(lists: _ListsOfUser, rated: Sequence[schema.RatedItem], privacy: PrivacyConfig) -> _Named:
    """Choose which rated items of a user are named: what pages show most prominently comes first.

    Args:
        lists: of the user.
        rated: what they rated highest; empty if that is hidden.
        privacy: how many may be named.
    """
    hides_reasons = privacy.hide_rated
    items = items_to_name(
        _hits(lists.models),
        [] if hides_reasons else _first_effects(lists.shown or lists.models),
        [row.item for row in rated],
        _hits(lists.shown),
        [] if hides_reasons else [*_reasons(lists.shown), *_reasons(lists.models)],
        _hits(lists.baselines),
        limit=privacy.max_named,
    )
    return _Named(items, frozenset() if hides_reasons else items)


class _UserRecords:
    """Makes the record of each user, from what the build computed of all of them.

    Args:
        results: what the build computed.

    Attributes:
        genres: what every user's ratings are of.
    """

    def __init__(self, results: Results) -> None:
        train, test = results.split.train, results.split.test
        self.train = train
        self.n_hidden = np.zeros(train.n_users, int) if test is None else test.user_counts
        self.n_relevant = 0 * self.n_hidden if results.relevant is None else relevant_counts(train, results.relevant)
        self.hidden_ranks = _hidden_ranks(results)
        self.genres = genre_shares(train)
        self._shares = np.round(self.genres.shares, 2).tolist()
        self._best, self._ratings = best_rated(train, N_RATED), shortest_decimals(train.rating)
        self._item_ids = ids(results.dataset.item_ids)

    def rated(self, user: int) -> list[schema.RatedItem]:
        """What a user rated highest."""
        return [
            schema.RatedItem(self._item_ids[self.train.item[row]], float(self._ratings[row]))
            for row in self._best[user]
        ]

    def record(
        self, user: int, rated: Sequence[schema.RatedItem], lists: _ListsOfUser, named: _Named
    ) -> schema.UserLists:
        """The record of a user, without what may not be named."""
        return schema.UserLists(
            n_train=int(self.train.user_counts[user]),
            n_hidden=int(self.n_hidden[user]),
            n_relevant=int(self.n_relevant[user]),
            rated=[row for row in rated if row.item in named.items],
            models=named.redacted(lists.models),
            baselines=named.redacted_baselines(lists.baselines),
            hidden_ranks=(
                {name: by_user[user] for name, by_user in self.hidden_ranks.items()} if self.n_hidden[user] else {}
            ),
            genres=self._shares[user] if self.train.user_counts[user] else [],
        )


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
