"""What the pages about users are given, and the parts they are made of. Must not know where the values come from."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from recsys.site.context import Context, Film, Model, User


@dataclass(frozen=True)
class UserRow:
    """One user in the index; ``hits`` follow the models."""

    user: User
    n_train: int
    n_hidden: int
    hits: tuple[int, ...]
    favourite: Film | None


@dataclass(frozen=True)
class UsersContext(Context):
    """``users.html``."""

    models: tuple[Model, ...]
    rows: tuple[UserRow, ...]
    k: int
    measured: bool


@dataclass(frozen=True)
class RatedRow:
    """One of a user's best-rated films."""

    rank: int
    film: Film
    rating: float


@dataclass(frozen=True)
class Reason:
    """A rated film behind a recommended one, and how strongly."""

    film: Film
    strength: float


@dataclass(frozen=True)
class RecommendedRow:
    """One recommended film; a hit that may not be named has neither film nor score nor reasons."""

    rank: int
    film: Film | None
    score: float | None
    held_out: bool
    shared: bool
    reasons: tuple[Reason, ...]
    n_withheld: int
    """Reasons that are counted, but not told."""


@dataclass(frozen=True)
class RecommendedList:
    """What one model recommends to a user."""

    model: Model
    rows: tuple[RecommendedRow, ...]
    hits: int


@dataclass(frozen=True)
class BaselineHits:
    """How many of its films for a user a baseline hit; the films themselves stand in the data."""

    model: Model
    hits: int


@dataclass(frozen=True)
class GenreRow:
    """Per cent of films with a genre: of those the user rated, and of each list, in their order."""

    name: str
    rated: int
    recommended: tuple[int | None, ...]
    """None for a list that names no film."""


@dataclass(frozen=True)
class HiddenRow:
    """Hidden films at the ranks of each span of a model's ranking, and the rank in their middle."""

    model: Model
    counts: tuple[int, ...]
    median: float


@dataclass(frozen=True)
class UserContext(Context):
    """``users/{slug}.html``."""

    user: User
    n_train: int
    n_hidden: int
    rated: tuple[RatedRow, ...]
    lists: tuple[RecommendedList, ...]
    n_withheld: int
    """Places of these lists, and reasons, whose film is not named."""
    max_named: int
    """Rated films of one user that the site names at most."""
    genres: tuple[GenreRow, ...]
    """The user's commonest first; empty where genres are not known."""
    genre_scale: int
    """Per cent at which a bar is full: the largest of them."""
    spans: tuple[str, ...]
    """Of ranks: what the counts of ``hidden`` count."""
    hidden: tuple[HiddenRow, ...]
    baselines: tuple[BaselineHits, ...]
    """Empty where nothing is hidden."""
    previous: User | None
    next: User | None


@dataclass(frozen=True)
class AnyUserContext(Context):
    """``users.html`` of a site with too many users for a page each: it shows the one in its address."""

    n_users: int
    k: int
    measured: bool
    models: tuple[Model, ...]
    max_named: int
    spans: tuple[str, ...]
    first_users: tuple[User, ...]
    facts: Markup
    """JSON: the names of genres and baselines, in the order of the numbers that stand for them."""
