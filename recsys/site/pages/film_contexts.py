"""What the template of a film's page is given, and its parts. Must not know where the values come from."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.site.context import Context, Film, Model, User


@dataclass(frozen=True)
class HistogramBar:
    """How often the film got a rating, and that as a percentage of the most frequent."""

    rating: str
    count: int
    width: int


@dataclass(frozen=True)
class Spot:
    """Where the film lies in the picture of a model's map, in per cent from the left and from the top."""

    model: Model
    left: int
    top: int


@dataclass(frozen=True)
class Neighbour:
    """A similar film."""

    film: Film
    similarity: float


@dataclass(frozen=True)
class Neighbours:
    """The films most similar to this one in a model, the most similar first."""

    model: Model
    films: tuple[Neighbour, ...]


@dataclass(frozen=True)
class SharedRank:
    """The users in whose lists the film has one and the same rank."""

    rank: int
    users: tuple[User, ...]


@dataclass(frozen=True)
class Audience:
    """Who gets the film from a model; ``ranks`` holds the best, ``n_users`` counts all."""

    model: Model
    n_users: int
    n_hits: int
    n_shown: int
    ranks: tuple[SharedRank, ...]


@dataclass(frozen=True)
class FilmContext(Context):
    """``films/{slug}.html``."""

    film: Film
    genres: tuple[str, ...]
    n_ratings: int
    n_train: int
    mean_rating: float | None
    histogram: tuple[HistogramBar, ...]
    spots: tuple[Spot, ...]
    map_hash: str
    """What leads the map to this film, in the model that it shows first; empty where it is not on the map."""
    similar: tuple[Neighbours, ...]
    audiences: tuple[Audience, ...]
    """One a model, or none where nobody gets the film."""
    k: int
    n_users: int
    withheld: bool
    """Whether some list of the site has a hit that is not named."""
