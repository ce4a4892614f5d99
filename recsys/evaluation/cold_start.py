"""Strong generalisation: how good the lists are for people who were not in training (Marlin 2004).

A share of the users is new. Everything is learned from all others; then each new user gives a few of the films they
rated, and the list they get is judged by the rest. Knows ratings and what answers somebody new, nothing of towers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.baselines.simple import EASE, Popularity
from recsys.baselines.tuning import too_large
from recsys.data.dataset import Dataset
from recsys.data.sorting import position_in_group
from recsys.data.split import Split
from recsys.evaluation.metrics import accuracy, hits
from recsys.evaluation.ranking import Ids, top_k

DRAWS = 5
SHARE = 0.1
"""Of the users with two ratings or more: with fewer there is none to give and one to hide."""
FEWEST = 20
"""Such users below which nothing is measured: a draw would be one or two people."""
HALF = "half"
GIVEN = ("3", "5", "10", HALF)
"""How many films each new user gives; half is rounded down."""
L2 = (300.0, 100.0, 1000.0, 3000.0, 10_000.0, 30_000.0, 100_000.0)
"""EASE's grid. It reaches far, for the fewer films are given, the more weight on the penalty is best."""


class FoldIn(Protocol):
    """What answers people who were not in training."""

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.floating[Any]]:
        """Scores of all items (N, n_items) by what N people rated (N, n_items); infinity for an item just liked."""
        ...


Learn = Callable[[Dataset, int], FoldIn]
"""From training ratings and the number of the draw, from 0."""


@dataclass(frozen=True, eq=False)
class NewUsersReport:
    """Mean nDCG over the new users of each draw.

    Attributes:
        given: those of :data:`GIVEN` that some new user of every draw had films enough for.
        n_users: new users judged, over all draws, one for each of ``given``.
        ndcg: by model, (len(given), DRAWS).
        ease_l2: what was chosen for EASE, likewise; None where it was not computed.
        skipped: why a model was not computed, by its name.
    """

    given: tuple[str, ...]
    n_users: tuple[int, ...]
    ndcg: Mapping[str, NDArray[np.float64]]
    ease_l2: NDArray[np.float64] | None
    skipped: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Draw:
    """Some users, taken out of a data set.

    Attributes:
        rest: the ratings of all others.
        cuts: by how much they give: what that is (``train``) and the rest of theirs (``test``). Who has no film to
            hide then is in neither; a cut in which nobody has is not there.
    """

    rest: Dataset
    cuts: Mapping[str, Split]


def obstacle(ratings: Dataset) -> str | None:
    """Why nothing can be measured on these ratings; None where it can."""
    n = len(_able(ratings))
    return None if n >= FEWEST else f"users with two ratings or more are {n}; expected {FEWEST} at least"


def evaluate_new_users(
    ratings: Dataset,
    learn: Learn,
    k: int,
    rng: np.random.Generator,
    on_draw: Callable[[int, int], None] = lambda done, total: None,
) -> NewUsersReport:
    """Judge what ``learn`` makes of the other users' ratings, EASE and popularity on the same new users.

    Args:
        ratings: all there are.
        learn: makes ``deep``, which sees the ratings that new users give, and ``deep_liked``, which sees the films
            alone, as the baselines do.
        k: length of the lists.
        rng: a generator is spawned from it for each draw.
        on_draw: called after each with how many are done of how many.
    """
    why = too_large(ratings)
    found = []
    for number, own_rng in enumerate(rng.spawn(DRAWS)):
        drawn = draw(ratings, own_rng)
        judged = _judge_learned(learn(drawn.rest, number), Popularity(drawn.rest), drawn, k)
        chosen: Mapping[str, float] = {}
        if why is None:
            chosen = choose_l2(draw(drawn.rest, own_rng), k, L2)
            judged["ease"] = _judge_ease(chosen, drawn, k)
        found.append((drawn, judged, chosen))
        on_draw(number + 1, DRAWS)
    given = tuple(name for name in GIVEN if all(name in drawn.cuts for drawn, _, _ in found))
    return NewUsersReport(
        given=given,
        n_users=tuple(sum(len(_people(drawn.cuts[name])) for drawn, _, _ in found) for name in given),
        ndcg={
            model: np.array([[judged[model][name] for _, judged, _ in found] for name in given])
            for model in ("deep", "deep_liked", "ease", "popularity")
            if model in found[0][1]
        },
        ease_l2=None if why else np.array([[chosen[name] for _, _, chosen in found] for name in given]),
        skipped={"ease": why} if why else {},
    )


def draw(ratings: Dataset, rng: np.random.Generator) -> Draw:
    """Take :data:`SHARE` of the users out; the films each gives first are given in larger cuts too."""
    able = _able(ratings)
    chosen = rng.choice(able, max(1, round(SHARE * len(able))), replace=False)
    new = np.isin(ratings.user, chosen)
    place = _places_in_random_order(ratings, rng)
    cuts = {}
    for name in GIVEN:
        n = ratings.user_counts // 2 if name == HALF else np.full(ratings.n_users, int(name))
        judged = new & (ratings.user_counts > n)[ratings.user]
        if judged.any():
            early = place < n[ratings.user]
            cuts[name] = Split(ratings.subset(judged & early), ratings.subset(judged & ~early), "random")
    return Draw(ratings.subset(~new), cuts)


def choose_l2(tried: Draw, k: int, grid: Sequence[float]) -> dict[str, float]:
    """EASE's penalty for each of :data:`GIVEN`: the one with the highest nDCG on a draw made for that.

    Of equals the first is chosen; it is taken untried where nobody has films enough.
    """
    trials = []
    for l2 in grid:  # one at a time: each holds a matrix of the catalogue's square
        ease = EASE(tried.rest, l2)
        trials.append({name: ndcg(ease, cut.train.matrix, cut, k) for name, cut in tried.cuts.items()})
    return {name: grid[int(np.argmax([trial.get(name, 0.0) for trial in trials]))] for name in GIVEN}


def ndcg(model: FoldIn, histories: sparse.csr_array[Any], cut: Split, k: int) -> float:
    """Mean over the people of a cut, by what the model sees of what they give: ``histories`` (n_users, n_items)."""
    people, hidden = _people(cut), cut.test
    assert hidden is not None
    items, _ = top_k(_Newcomers(model, histories), people, k, exclude=cut.train)
    return float(accuracy(hits(items, people, hidden), hidden.user_counts[people])["ndcg"].mean())


@dataclass(frozen=True, eq=False)
class _Newcomers:
    """A scorer of users by what they gave."""

    model: FoldIn
    histories: sparse.csr_array[Any]

    def scores(self, users: Ids | None = None) -> NDArray[np.floating[Any]]:
        return self.model.fold_in_scores(self.histories if users is None else self.histories[users])


def _judge_learned(deep: FoldIn, popularity: FoldIn, drawn: Draw, k: int) -> dict[str, dict[str, float]]:
    """The mean nDCG by model and by how much is given."""
    found: dict[str, dict[str, float]] = {"deep": {}, "deep_liked": {}, "popularity": {}}
    for name, cut in drawn.cuts.items():
        rated = cut.train.matrix
        liked = rated.copy()
        liked.data[:] = np.inf
        found["deep"][name] = ndcg(deep, rated, cut, k)
        found["deep_liked"][name] = ndcg(deep, liked, cut, k)
        found["popularity"][name] = ndcg(popularity, rated, cut, k)
    return found


def _judge_ease(chosen: Mapping[str, float], drawn: Draw, k: int) -> dict[str, float]:
    """Likewise, learned from everybody in training with what was chosen for each."""
    found = {}
    for l2 in sorted({chosen[name] for name in drawn.cuts}):
        ease = EASE(drawn.rest, l2)
        for name, cut in drawn.cuts.items():
            if chosen[name] == l2:
                found[name] = ndcg(ease, cut.train.matrix, cut, k)
    return found


def _able(ratings: Dataset) -> Ids:
    """Users with a rating to give and one to hide."""
    return np.flatnonzero(ratings.user_counts > 1)


def _people(cut: Split) -> Ids:
    return np.flatnonzero(cut.train.user_counts)


def _places_in_random_order(ratings: Dataset, rng: np.random.Generator) -> NDArray[np.int64]:
    """Where each rating stands in a random order of its user's, from 0: (n_ratings,)."""
    order = np.lexsort((rng.random(ratings.n_ratings), ratings.user))
    place = np.empty(ratings.n_ratings, np.int64)
    place[order] = position_in_group(ratings.user_counts)
    return place
