"""Generate the embedded sample: synthetic users rate real films, in the file formats of MovieLens 100K.

It is a small data set that may be redistributed, and in which there is something to learn. How ratings are drawn:

* A user has four **favourites**, films of two moods (see :data:`~sample_films.MOODS`), and a preferred **era**, which
  is earlier for older users. Users also differ in how much fame matters to them, in how kindly they rate, and in how
  many films they rate: twenty to two hundred.
* The **match** of a user and a film is the film's similarity, in moods, genres and year, to the closest favourite,
  and to a small part its closeness to the preferred era, from 0 to 1. Rare moods and genres count for more.
* The **weight** of a film is a power of the match, times fame, times quality. The films that a user rates are drawn
  by weight without replacement, so that the choice of films already says something about a user's taste.
* The **rating** rises with match and quality, plus the user's kindness and noise.
* The timestamps are in a few **sessions** over a year, with a film every few seconds in each.

The bytes are the same for every Python version and operating system. Therefore the only source of randomness is
``random.Random(seed).random()``, whose sequence Python guarantees, and the only arithmetic is ``+ - * /``, whose
rounding IEEE 754 defines: no ``exp``, ``log`` or powers of floats, whose last bit depends on the C library; no
``sum`` of floats, which rounds differently from Python 3.12 on; nothing that depends on the order of a set.

``python data/sample/scripts/sample_ratings.py [folder]`` writes the files, by default those of the repository.
"""

from __future__ import annotations

import sys
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, TypeVar

from sample_films import FILMS, GENRES, MOODS, Film

T = TypeVar("T")

SEED: Final = 2023
N_USERS: Final = 600
FOLDER: Final = Path(__file__).resolve().parents[1]
"""The folder of the sample in the repository."""

_DAY: Final = 86_400
_NEW_YEAR: Final = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
_LAST_YEAR: Final = FILMS[-1].year

_FAME_WEIGHTS: Final = (1.0, 4.0, 16.0, 60.0, 240.0)
"""Relative number of viewers of a film of fame 1 to 5."""

_MIN_MATCH: Final = 0.1
"""Added to every match, because nobody watches only what suits them."""

_QUALITY_WEIGHTS: Final = (0.3, 0.35, 0.45, 0.7, 1.1)
"""Relative chance that a film of quality 1 to 5 is watched."""

_OCCUPATIONS: Final = (
    "administrator", "artist", "baker", "carpenter", "designer", "doctor", "driver", "educator", "engineer",
    "gardener", "lawyer", "librarian", "musician", "nurse", "other", "programmer", "sales", "scientist", "writer",
)  # fmt: skip


class PortableRandom:
    """Random numbers from one seed, the same everywhere: uniform numbers and plain arithmetic alone."""

    def __init__(self, seed: int) -> None:
        self.uniform = Random(seed).random

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``, all equally likely."""
        return low + (high - low) * self.uniform()

    def normal(self, mean: float, deviation: float) -> float:
        """About normally distributed: a sum of three uniform numbers, whose standard deviation is 1/2, times 2."""
        return mean + deviation * 2.0 * (self.uniform() + self.uniform() + self.uniform() - 1.5)

    def pick(self, options: Sequence[T]) -> T:
        """One of ``options``, all equally likely."""
        return options[int(self.uniform() * len(options))]

    def draw(self, weights: Iterable[float], count: int) -> list[int]:
        """``count`` different positions, each drawn in proportion to the weights of those that are left."""
        ends = list(accumulate(weights))
        drawn: dict[int, None] = {}  # a dict, because a set would not keep the order of the draw
        while len(drawn) < count:
            # Drawing again after a repetition has the same distribution as drawing from those that are left.
            drawn[bisect(ends, self.uniform() * ends[-1], hi=len(ends) - 1)] = None
        return list(drawn)

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """``options`` in random order, all orders equally likely."""
        return [options[position] for position in self.draw([1.0] * len(options), len(options))]


@dataclass(frozen=True, slots=True)
class User:
    """An invented user and their taste.

    Attributes:
        id: from 1.
        age, gender, occupation: as ``u.user`` has them; invented.
        favourites: four films they like best.
        era: the year of release they prefer.
        mainstream: how much fame matters to them, from 0 to 1.
        kindness: stars added to every rating, or subtracted.
        activity: how many films they rate.
    """

    id: int
    age: int
    gender: str
    occupation: str
    favourites: tuple[Film, ...]
    era: float
    mainstream: float
    kindness: float
    activity: int


class Rating(NamedTuple):
    """A line of ``u.data``, in an order that sorts by time."""

    timestamp: int
    user: int
    item: int
    stars: int


def invent_user(number: int, rng: PortableRandom) -> User:
    """A user with a random taste."""
    age = 16 + int(58 * rng.uniform() * (0.4 + 0.6 * rng.uniform()))
    favourites = _favourites(rng)
    return User(
        id=number,
        age=age,
        gender=rng.pick("FM"),
        occupation=_occupation(age, rng),
        favourites=favourites,
        era=_era(favourites, age),
        mainstream=rng.between(0.4, 1.0),
        kindness=rng.normal(0.0, 0.35),
        activity=_activity(rng),
    )


def _favourites(rng: PortableRandom) -> tuple[Film, ...]:
    """Four films of two moods; moods are equally likely, however few films they have."""
    first, second = rng.pick(_MOODS), rng.pick(_MOODS)
    return tuple(rng.pick(_FILMS_OF[mood]) for mood in (first, second, first, second))


def _era(favourites: Sequence[Film], age: int) -> float:
    """Half the age of the favourites, half the year in which the user was twenty."""
    years = sorted(film.year for film in favourites)
    return 0.25 * (years[1] + years[2]) + 0.5 * (_LAST_YEAR - max(0, age - 20))


def _activity(rng: PortableRandom) -> int:
    """Twenty films to two hundred; few users come near the upper end."""
    share = rng.uniform()
    return 20 + int(38 * share / (1.21 - share))


def _occupation(age: int, rng: PortableRandom) -> str:
    """An occupation that fits the age."""
    if age < 23:
        return "student"
    return "retired" if age > 66 else rng.pick(_OCCUPATIONS)


def similarity(film: Film, other: Film) -> float:
    """How similar two films are in moods, genres and year, from 0 to 1; a film to itself 1."""
    years = (film.year - other.year) / 18.0
    moods = _overlap(film.moods, other.moods, _TRAIT_WEIGHTS)
    genres = _overlap(film.genres, other.genres, _TRAIT_WEIGHTS)
    return 0.6 * moods + 0.25 * genres + 0.15 / (1.0 + years * years)


def _overlap(traits: Sequence[str], others: Sequence[str], weights: Mapping[str, float]) -> float:
    """The weighted Dice coefficient: twice the weight of the shared traits, over the weight of both sets."""
    shared = _total(weights, [name for name in traits if name in others])
    return 2.0 * shared / (_total(weights, traits) + _total(weights, others))


def _total(weights: Mapping[str, float], names: Iterable[str]) -> float:
    """The sum of the weights of several traits, added in their order."""
    total = 0.0
    for name in names:
        total += weights[name]
    return total


def _trait_weights() -> dict[str, float]:
    """Weights of moods and genres: the more films have one, the less it tells."""
    counts = Counter(name for film in FILMS for name in (*film.moods, *film.genres))
    return {name: 1.0 / (30 + count) for name, count in counts.items()}


_MOODS: Final = tuple(MOODS)
_FILMS_OF: Final = {mood: [film for film in FILMS if mood in film.moods] for mood in MOODS}
_TRAIT_WEIGHTS: Final = _trait_weights()


@cache
def _similarities(film: Film) -> tuple[float, ...]:
    """The similarity of this film to every film; cached, because many users share favourites."""
    return tuple(similarity(film, other) for other in FILMS)


def matches(user: User) -> list[float]:
    """How well every film fits a user's taste, from 0 to 1: mostly its similarity to the closest favourite."""
    closest = map(max, zip(*map(_similarities, user.favourites), strict=True))
    return [0.85 * likeness + 0.15 * _era_match(user, film) for likeness, film in zip(closest, FILMS, strict=True)]


def _era_match(user: User, film: Film) -> float:
    """1 for a film of the user's preferred year, less with more years between."""
    years = (film.year - user.era) / 15.0
    return 1.0 / (1.0 + years * years)


def draw_weight(user: User, film: Film, match: float) -> float:
    """The weight of a film in the draw of what a user rates: taste counts most, then fame, then quality."""
    taste = _MIN_MATCH + match
    fame = user.mainstream * _FAME_WEIGHTS[film.fame - 1] + (1.0 - user.mainstream) * _FAME_WEIGHTS[2]
    return taste * taste * taste * taste * taste * fame * _QUALITY_WEIGHTS[film.quality - 1]


def rate(user: User, rng: PortableRandom) -> Iterator[Rating]:
    """All the ratings of one user."""
    user_matches = matches(user)
    weights = [draw_weight(user, film, match) for film, match in zip(FILMS, user_matches, strict=True)]
    drawn = rng.shuffled(rng.draw(weights, user.activity))
    for position, timestamp in zip(drawn, _timestamps(user.activity, rng), strict=True):
        film = FILMS[position]
        yield Rating(timestamp, user.id, film.id, _stars(user, film, user_matches[position], rng))


def _stars(user: User, film: Film, match: float, rng: PortableRandom) -> int:
    """One to five stars, by match, quality, kindness and noise."""
    opinion = 2.55 + 1.7 * match + 0.4 * (film.quality - 4) + user.kindness
    return min(5, max(1, int(rng.normal(opinion, 0.7) + 0.5)))


def _timestamps(count: int, rng: PortableRandom) -> list[int]:
    """When a user rates: in sessions on a few evenings of the year, with about twenty films in each."""
    evenings = sorted(int(365 * rng.uniform()) for _ in range(2 + count // 20))
    timestamps: list[int] = []
    for number, evening in enumerate(evenings):
        time = _NEW_YEAR + evening * _DAY + int(rng.between(0.5, 0.9) * _DAY)
        for _ in range(count * number // len(evenings), count * (number + 1) // len(evenings)):
            time += 4 + int(40 * rng.uniform())
            timestamps.append(time)
    return sorted(timestamps)


def sample_files(seed: int = SEED) -> dict[str, bytes]:
    """The contents of the sample files by name: ``u.data``, ``u.item``, ``u.genre`` and ``u.user``."""
    rng = PortableRandom(seed)
    users = [invent_user(number, rng) for number in range(1, N_USERS + 1)]
    ratings = sorted(rating for user in users for rating in rate(user, rng))
    return {
        "u.data": _lines(f"{rating.user}\t{rating.item}\t{rating.stars}\t{rating.timestamp}" for rating in ratings),
        "u.item": _lines(_item_line(film) for film in FILMS),
        "u.genre": _lines(f"{genre}|{index}" for index, genre in enumerate(GENRES)),
        "u.user": _lines(f"{user.id}|{user.age}|{user.gender}|{user.occupation}|00000" for user in users),
    }


def _item_line(film: Film) -> str:
    """A line of ``u.item``: no video release, no address, nineteen genre flags."""
    flags = "|".join("1" if genre in film.genres else "0" for genre in GENRES)
    return f"{film.id}|{film.title} ({film.year})|01-Jan-{film.year}|||{flags}"


def _lines(lines: Iterable[str]) -> bytes:
    """Lines as bytes in the encoding of MovieLens 100K."""
    return "".join(f"{line}\n" for line in lines).encode("iso-8859-1")


def write_sample(folder: Path, seed: int = SEED) -> None:
    """Write the files of the sample into ``folder``, which is created if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sample_files(seed).items():
        (folder / name).write_bytes(content)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sample to the given folder, or to the repository's own."""
    given = sys.argv[1:] if arguments is None else arguments
    write_sample(Path(given[0]) if given else FOLDER)


if __name__ == "__main__":
    main()
