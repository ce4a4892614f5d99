"""Cold start, measured by strong generalisation (Marlin 2004): lists for users who were not in training.

A share of the users is new. Models learn from all others; then each new user gives a few of the items they rated, and
the list they get is scored against the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.dataset import Dataset
from recsys.data.sorting import order_by, position_in_group
from recsys.data.split import Split
from recsys.evaluation import relevance
from recsys.evaluation.metrics.ndcg import ndcg
from recsys.evaluation.ranking import top_k
from recsys.evaluation.relevance import relevant_counts, relevant_ratings
from recsys.evaluation.report import hits
from recsys.nn.arrays import Ids
from recsys.schema import NewUsers

DRAWS = 5
SHARE = 0.1
"""Share of the users with two or more ratings that is new in a draw: a new user needs one to give and one to hide."""
MIN_USERS = 20
"""With fewer such users nothing is measured: a draw would be one or two people."""
HALF = "half"
GIVEN = ("3", "5", "10", HALF)
"""How many items each new user gives; half is rounded down."""
_DECIMALS = 6

PROTOCOL = (
    "Each draw has a generator of its own, of numpy.random.default_rng([{seed}, 2]).spawn({draws}). In each, "
    "{share:.0%} of the users with two ratings or more (rounded, at least one) are new: drawn without replacement, "
    "by choice of their ascending indices. The items of each new user are sorted by {order}random(), one number per "
    "rating in the order of user and item, the same for every column; the first are given and the rest is held out, "
    "half being rounded down. Users who would have nothing relevant are left out of that column. All rows learn "
    "from all ratings of all other users, deep with the settings of the build and its seed plus the number of the "
    "draw. deep sees the ratings that new users give, all other rows only which items these are; no row sees when "
    "they were rated, or by whom. Hyperparameters are chosen for each column, as the values with the highest nDCG "
    "on validation: the same generator draws {share:.0%} of those other users as new in the same way, and the model "
    "learns from the rest. Lists are of the whole catalogue without what is given{twins}, k = {k}, ties to the "
    "lower index; relevant are {relevant}; on validation, whatever the rating. A value is the mean over the new "
    "users of a draw"
)


@dataclass(frozen=True)
class GivenOrder:
    """Which of their items new users give first.

    Attributes:
        sort_keys: from ratings and a random number for each, (n_ratings,), to the keys by which a user's ratings are
            sorted: arrays (n_ratings,), the last of which counts first, as in :func:`numpy.lexsort`.
        protocol: the keys before the random number, in words, for the protocol.
        label: for the terminal.
    """

    sort_keys: Callable[[Dataset, NDArray[np.float64]], tuple[NDArray[Any], ...]]
    protocol: str
    label: str


AT_RANDOM = GivenOrder(lambda ratings, draws: (draws,), "", "at random")


def _by_time(ratings: Dataset, draws: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
    assert ratings.timestamp is not None
    return draws, ratings.timestamp


FIRST_IN_TIME = GivenOrder(_by_time, "time and, where times are equal, by ", "first in time")
"""What a user rated first, as a service sees its newest users: often well-known items, rated in one go."""


class FoldIn(Protocol):
    """Scores items for users who were not in training."""

    def fold_in_scores(self, ratings: sparse.csr_array[Any]) -> NDArray[np.floating[Any]]:
        """Scores of all items (N, n_items) from what N users rated (N, n_items); infinity for an item just liked."""
        ...


@dataclass(frozen=True, eq=False)
class Draw:
    """Some users, taken out of a data set.

    Attributes:
        number: of the draw, from 0.
        train: the ratings of all others.
        cuts: by how many items new users give: the ratings that they give (``train``), and the relevant ones among
            the rest of theirs (``test``). Users who would have nothing relevant are in neither; a cut without any
            user is left out.
    """

    number: int
    train: Dataset
    cuts: Mapping[str, Split]


@dataclass(frozen=True)
class ColdStartScores:
    """Mean nDCG over the new users of one draw, by how much they give; and the hyperparameter chosen for each."""

    ndcg: Mapping[str, float]
    chosen: Mapping[str, float]


class ColdStartModel(Protocol):
    """A row of the cold-start table."""

    def skip_reason(self, ratings: Dataset) -> str | None:
        """Why it cannot be measured on these ratings; None where it can."""
        ...

    def evaluate(self, draw: Draw, validation: Callable[[], Draw], k: int) -> ColdStartScores:
        """Learn from ``draw.train`` and score the lists of its new users.

        Args:
            draw: the users to recommend to.
            validation: gives a draw from ``draw.train``, to choose hyperparameters on.
            k: length of the lists.
        """
        ...


def as_rated(ratings: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """New users give their ratings."""
    return ratings


def as_liked(ratings: sparse.csr_array[Any]) -> sparse.csr_array[Any]:
    """New users give items alone: each counts as liked, which fold-in takes as a rating of infinity."""
    liked = ratings.copy()
    liked.data[:] = np.inf
    return liked


@dataclass(frozen=True)
class UntunedColdStart:
    """A model without a hyperparameter to choose.

    Attributes:
        learn: from training ratings and the number of the draw to a model that can fold in.
        history: what the model sees of the ratings that new users give.
    """

    learn: Callable[[Dataset, int], FoldIn]
    history: Callable[[sparse.csr_array[Any]], sparse.csr_array[Any]] = as_rated

    def skip_reason(self, ratings: Dataset) -> str | None:
        """It can always be measured."""
        return None

    def evaluate(self, draw: Draw, validation: Callable[[], Draw], k: int) -> ColdStartScores:
        """See :class:`ColdStartModel`."""
        model = self.learn(draw.train, draw.number)
        return ColdStartScores(
            {given: mean_ndcg(model, self.history(cut.train.matrix), cut, k) for given, cut in draw.cuts.items()}, {}
        )


@dataclass(frozen=True)
class TunedColdStart:
    """A model with one hyperparameter, chosen for each number of given items.

    Attributes:
        learn: from training ratings and a value of the grid to a model that can fold in.
        grid: values to choose from; the first of equals is chosen, also where no user has enough items to try.
        skip_reason: why it cannot be measured.
    """

    learn: Callable[[Dataset, float], FoldIn]
    grid: Sequence[float]
    skip_reason: Callable[[Dataset], str | None]

    def evaluate(self, draw: Draw, validation: Callable[[], Draw], k: int) -> ColdStartScores:
        """See :class:`ColdStartModel`."""
        chosen = self.tune(validation(), k)
        scores = {}
        for value in sorted({chosen[given] for given in draw.cuts}):
            model = self.learn(draw.train, value)
            for given, cut in draw.cuts.items():
                if chosen[given] == value:
                    scores[given] = mean_ndcg(model, cut.train.matrix, cut, k)
        return ColdStartScores(scores, chosen)

    def tune(self, validation: Draw, k: int) -> dict[str, float]:
        """The value with the highest nDCG on a draw of validation users, for each of :data:`GIVEN`."""
        trials = []
        for value in self.grid:  # one model at a time, to bound memory: EASE, say, holds a matrix (n_items, n_items)
            model = self.learn(validation.train, value)
            trials.append(
                {given: mean_ndcg(model, cut.train.matrix, cut, k) for given, cut in validation.cuts.items()}
            )
        return {given: self.grid[int(np.argmax([trial.get(given, 0.0) for trial in trials]))] for given in GIVEN}


def skip_reason(ratings: Dataset) -> str | None:
    """Why cold start cannot be measured on these ratings; None where it can."""
    n = len(_eligible(ratings))
    return None if n >= MIN_USERS else f"users with two ratings or more are {n}; expected {MIN_USERS} at least"


def evaluate_cold_start(
    ratings: Dataset,
    models: Mapping[str, ColdStartModel],
    k: int,
    seed: int,
    on_draw: Callable[[int, int], None] = lambda done, total: None,
    relevant_from: float | None = None,
    orders: Sequence[GivenOrder] = (AT_RANDOM,),
) -> list[NewUsers]:
    """Score every model on the same new users, over several draws of them and several orders of their items.

    Args:
        ratings: the whole log.
        models: by the name of their row.
        k: length of the lists.
        seed: of the generator from which one is spawned for each draw.
        on_draw: called after each draw with how many are done and how many there are.
        relevant_from: the lowest held-out rating that counts as relevant; None where all do.
        orders: which items are given first; the users of a draw, and the models that learn from all others, are the
            same for each order.

    Returns:
        The figures of each order in turn.
    """
    reasons = {name: model.skip_reason(ratings) for name, model in models.items()}
    measured: dict[GivenOrder, list[tuple[Draw, dict[str, ColdStartScores]]]] = {order: [] for order in orders}
    for number in range(DRAWS):
        for order, results in measured.items():
            rng = np.random.default_rng([seed, 2]).spawn(DRAWS)[number]
            draw = draw_users(ratings, rng, number, relevant_from, order)
            validation = cache(lambda draw=draw, rng=rng, order=order: draw_users(draw.train, rng, order=order))
            scores = {
                name: models[name].evaluate(draw, validation, k) for name, reason in reasons.items() if reason is None
            }
            results.append((draw, scores))
        on_draw(number + 1, DRAWS)
    twins = " and without twins, as protocol.candidates says" if ratings.twins else ""
    relevant = relevance.protocol(relevant_from, ratings.twins, ratings.rating_scale.kind)
    skipped = {name: reason for name, reason in reasons.items() if reason is not None}
    return [
        _report(
            results,
            PROTOCOL.format(
                seed=seed, draws=DRAWS, share=SHARE, k=k, order=order.protocol, twins=twins, relevant=relevant
            ),
            skipped,
        )
        for order, results in measured.items()
    ]


def _report(
    results: Sequence[tuple[Draw, Mapping[str, ColdStartScores]]], protocol: str, skipped: dict[str, str]
) -> NewUsers:
    """The figures of one order, from every draw and the scores of each model in it."""
    measured = [given for given in GIVEN if all(given in draw.cuts for draw, _ in results)]
    by_model = {name: [scores[name] for _, scores in results] for name in results[0][1]}
    return NewUsers(
        protocol=protocol,
        share=SHARE,
        draws=DRAWS,
        given=measured,
        n_users=[sum(len(_new_users(draw.cuts[given])) for draw, _ in results) for given in measured],
        models={
            name: [[round(scores.ndcg[given], _DECIMALS) for scores in by_draw] for given in measured]
            for name, by_draw in by_model.items()
        },
        chosen={
            name: [[scores.chosen[given] for scores in by_draw] for given in measured]
            for name, by_draw in by_model.items()
            if by_draw[0].chosen
        },
        skipped=skipped,
    )


def describe(report: NewUsers, k: int) -> list[str]:
    """For the terminal: the mean over the draws of each model, by the number of given items."""
    return [f"nDCG@{k} with {', '.join(report.given)} given"] + [
        " ".join([name, *(f"{np.mean(by_draw):.4f}" for by_draw in by_given)])
        for name, by_given in report.models.items()
    ]


def draw_users(
    ratings: Dataset,
    rng: np.random.Generator,
    number: int = 0,
    relevant_from: float | None = None,
    order: GivenOrder = AT_RANDOM,
) -> Draw:
    """Take :data:`SHARE` of the users out; larger cuts contain the items of smaller ones."""
    eligible = _eligible(ratings)
    chosen = rng.choice(eligible, max(1, round(SHARE * len(eligible))), replace=False)
    is_new = np.isin(ratings.user, chosen)
    # Random numbers are assigned in order of user and item, so that the order of lines does not matter.
    draws = np.empty(ratings.n_ratings)
    draws[order_by(ratings.user, ratings.item)] = rng.random(ratings.n_ratings)
    position = np.empty(ratings.n_ratings, np.int64)  # of each rating among its user's, from 0
    position[np.lexsort((*order.sort_keys(ratings, draws), ratings.user))] = position_in_group(ratings.user_counts)
    cuts = {}
    for given in GIVEN:
        n = ratings.user_counts // 2 if given == HALF else np.full(ratings.n_users, int(given))
        evaluated = is_new & (ratings.user_counts > n)[ratings.user]
        if evaluated.any():
            is_given = position < n[ratings.user]
            histories, hidden = ratings.subset(evaluated & is_given), ratings.subset(evaluated & ~is_given)
            relevant = relevant_ratings(histories, hidden, relevant_from)
            if relevant is not None:
                has_relevant = relevant.user_counts[histories.user] > 0
                cuts[given] = Split(histories.subset(has_relevant), relevant, "random")
    return Draw(number, ratings.subset(~is_new), cuts)


def mean_ndcg(model: FoldIn, histories: sparse.csr_array[Any], cut: Split, k: int) -> float:
    """Mean nDCG over the new users of a cut; ``histories`` (n_users, n_items) is what the model sees of them."""
    users, relevant = _new_users(cut), cut.test
    assert relevant is not None
    items, _ = top_k(_FoldInScorer(model, histories), users, k, exclude=cut.train)
    return float(ndcg(hits(items, users, relevant), relevant_counts(cut.train, relevant)[users]).mean())


@dataclass(frozen=True, eq=False)
class _FoldInScorer:
    """Scores users by the histories that they give."""

    model: FoldIn
    histories: sparse.csr_array[Any]

    def scores(self, users: Ids | None = None) -> NDArray[np.floating[Any]]:
        return self.model.fold_in_scores(self.histories if users is None else self.histories[users])


def _eligible(ratings: Dataset) -> Ids:
    """Users who have a rating to give and one to hide."""
    return np.flatnonzero(ratings.user_counts > 1)


def _new_users(cut: Split) -> Ids:
    return np.flatnonzero(cut.train.user_counts)
