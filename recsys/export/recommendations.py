"""From lists and reasons to ``recommendations.json``: every user's record, in which no more is named than may be.

Knows results, nothing of pages.
"""

from __future__ import annotations

from itertools import zip_longest

import msgspec
import numpy as np

from recsys import schema as out
from recsys.export.encoding import ids, rounded
from recsys.export.privacy import MOST_NAMED, by_rank, may_be_named
from recsys.export.results import Results
from recsys.recommend.explain import Reasons
from recsys.recommend.lists import Lists, best_rated
from recsys.recommend.profiles import genre_shares

N_RATED = 10
RANK_ENDS = (10, 50, 200)
"""The last rank of each count of hidden films but the last."""


def listed(results: Results) -> out.Recommendations:
    """``recommendations.json``."""
    split = results.split
    item_ids = ids(results.dataset.item_ids)
    rated = best_rated(split.train, N_RATED)
    hidden = np.zeros(split.train.n_users, int) if split.test is None else split.test.user_counts
    ranks, genres = _hidden_ranks(results), genre_shares(split.train)
    shares = np.round(genres.shares, 2).tolist()
    users = {}
    for user, user_id in enumerate(ids(results.dataset.user_ids)):
        best = [out.RatedItem(item_ids[split.train.item[one]], float(split.train.rating[one])) for one in rated[user]]
        lists = {
            name: _list(found, results.reasons.get(name), user, item_ids) for name, found in results.lists.items()
        }
        models = {name: found for name, found in lists.items() if name in results.models}
        baselines = {name: found for name, found in lists.items() if name not in results.models}
        named = may_be_named(_hits(models), [one.item for one in best], _reasons(models), _hits(baselines))
        models = {name: [_told(one, named) for one in found] for name, found in models.items()}
        users[user_id] = out.UserLists(
            n_train=int(split.train.user_counts[user]),
            n_hidden=int(hidden[user]),
            rated=[one for one in best if one.item in named],
            base=models.get("base", msgspec.UNSET),
            deep=models.get("deep", msgspec.UNSET),
            baselines={
                name: [out.BaselineRecommendation(_told(one, named).item, one.held_out) for one in found]
                for name, found in baselines.items()
            },
            hidden_ranks={name: found[user] for name, found in ranks.items()} if hidden[user] else {},
            genres=shares[user] if split.train.user_counts[user] else [],
        )
    return out.Recommendations(
        k=results.config.top_k,
        users=users,
        most_named=MOST_NAMED,
        rank_ends=list(RANK_ENDS),
        genres=list(genres.names),
    )


def _hidden_ranks(results: Results) -> dict[str, list[out.HiddenRanks]]:
    """By model, of every user; meaningless for one with nothing hidden."""
    if results.split.test is None:
        return {}
    ends = results.split.test.matrix.indptr[1:-1]
    return {
        name: [
            out.HiddenRanks(
                np.bincount(np.searchsorted(RANK_ENDS, own), minlength=len(RANK_ENDS) + 1).tolist(),
                float(np.median(own)) if len(own) else 0.0,
            )
            for own in np.split(found, ends)
        ]
        for name, found in results.ranks.items()
    }


def _hits(lists: dict[str, list[out.Recommendation]]) -> list[str]:
    return by_rank([one.item if one.held_out else None for one in found] for found in lists.values())


def _reasons(models: dict[str, list[out.Recommendation]]) -> list[str]:
    """The first reasons of all places in turn, then the second ones; in each place deep's first: they are causes."""
    lists = [models[name] for name in ("deep", "base") if name in models]
    return by_rank([item for item, _ in one.why] for place in zip_longest(*lists) for one in place if one is not None)


def _told(one: out.Recommendation, named: frozenset[str]) -> out.Recommendation:
    """The same, without what may not be told.

    Not only names: who knows the vectors finds from a likeness which two films are alike, and from enough scores what
    the others are of. So a hit without its name has no score and no reasons, and a reason without its name no
    strength.
    """
    if one.held_out and one.item not in named:
        return out.Recommendation(None, None, True)
    why = [(item, strength) for item, strength in one.why if item in named]
    return out.Recommendation(one.item, one.score, one.held_out, why, len(one.why) - len(why))


def _list(lists: Lists, reasons: Reasons | None, user: int, item_ids: list[str]) -> list[out.Recommendation]:
    why = [[]] * lists.items.shape[1] if reasons is None else _why(reasons, user, item_ids)
    rows = zip(
        lists.items[user].tolist(), rounded(lists.scores[user]), lists.held_out[user].tolist(), why, strict=True
    )
    return [out.Recommendation(item_ids[item], *rest) for item, *rest in rows if item >= 0]


def _why(reasons: Reasons, user: int, item_ids: list[str]) -> list[list[out.Why]]:
    """Of every place of a user's list."""
    return [
        [(item_ids[item], strength) for item, strength in zip(*row, strict=True) if item >= 0]
        for row in zip(reasons.items[user].tolist(), rounded(reasons.strengths[user]), strict=True)
    ]
