"""What ``compare.html`` is given, and the parts it is made of. Must not know where the values come from."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.schema import Protocol
from recsys.site.context import Cell, Chart, Context, Model, User


@dataclass(frozen=True)
class LeaderRow:
    """One row of the leaderboard; the cells follow the names of the metrics."""

    rank: int
    model: Model
    cells: tuple[Cell, ...]
    settings: str
    n_tried: int
    """Settings among which these were chosen; 0 where there was no choice."""


@dataclass(frozen=True)
class Duel:
    """One model against another, user by user; the three shares add up to 100."""

    against: Model
    difference: Cell
    p: float
    won: int
    tied: int
    lost: int
    shares: tuple[float, float, float]
    verdict: str
    """``ahead``, ``behind`` or ``level``: where the interval lies; ``few``: users too few to tell."""


@dataclass(frozen=True)
class GroupHead:
    """One third of the users, and the span of what they were sorted by."""

    name: str
    span: str
    n_users: int
    rated: float | None = None
    """How popular what they rated is; only where they were sorted by that."""


@dataclass(frozen=True)
class GroupRow:
    """One model; the cells follow the groups."""

    model: Model
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grouped:
    """A figure by groups of users, as chart and table."""

    chart: Chart | None
    heads: tuple[GroupHead, ...]
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True)
class BeyondRow:
    """What one model's lists look like together."""

    model: Model
    coverage: float
    novelty: float
    diversity: float | None


@dataclass(frozen=True)
class OverlapRow:
    """How many users have so many films in both lists."""

    n_shared: int
    n_users: int
    share: float


@dataclass(frozen=True)
class Agreeing:
    """How far the lists of both models are the same."""

    n_users: int
    chart: Chart | None
    overlap: tuple[OverlapRow, ...]
    jaccard: Cell
    rbo: Cell
    rbo_p: float


@dataclass(frozen=True)
class HelpedRow:
    """One user's nDCG by both models, and by how much the second is ahead."""

    user: User
    base: float
    deep: float
    difference: float


@dataclass(frozen=True)
class SomebodyNew:
    """How good the lists are for people who were not in training."""

    draws: int
    share: float
    measured: Grouped
    """By how many films are given; each cell is the mean of the draws, the lowest and the highest."""
    shares: tuple[tuple[str, float], ...]
    """Deep's nDCG as a share of EASE's, by how many films are given; empty without EASE."""
    l2: tuple[tuple[str, str], ...]
    """What was chosen for EASE in each draw, likewise."""
    skipped: tuple[tuple[Model, str], ...]
    protocol: str


@dataclass(frozen=True)
class CompareContext(Context):
    """``compare.html``; without rows nothing was measured."""

    bokeh: str
    k: int
    protocol: Protocol
    metrics: tuple[str, ...]
    rows: tuple[LeaderRow, ...]
    chart: Chart | None
    skipped: tuple[tuple[Model, str], ...]
    compared: Model | None
    """The model of the duels; None without any."""
    duels: tuple[Duel, ...]
    few: bool
    """Too few users were judged to call one model better than another."""
    new_users: SomebodyNew | None
    """None where that was not measured."""
    agreement: Agreeing | None
    """None unless there are two models."""
    most_helped: tuple[HelpedRow, ...]
    least_helped: tuple[HelpedRow, ...]
    activity: Grouped | None
    taste: Grouped | None
    beyond: tuple[BeyondRow, ...]
