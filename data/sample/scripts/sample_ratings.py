"""The embedded sample: invented viewers rating real films, in the file formats of MovieLens 100K.

The ratings are synthetic from end to end and say so. They exist to give the house a data set that may be shipped, is
small, and has something in it to learn. The model of taste they are drawn from:

* A viewer has four **touchstones**, the films that made them, taken from two moods (see
  :data:`~sample_films.MOODS`); an **era** they lean to, which is earlier for older viewers; and is
  mainstream or cinephile, that is more or less drawn by fame; strict or kind; content with twenty films or rating two
  hundred.
* The **match** of a film and a viewer is its resemblance, in moods, genres and years, to the closest touchstone, with
  a little for the era. It lies between 0 and 1. A mood or genre that few films share says more than a common one.
* The **appeal** is a steep power of the match, times fame, times quality. Which films a viewer rates is a weighted
  draw without replacement by appeal: the mere pattern of who rated what carries taste.
* The **rating** rises with match and quality, is shifted by the viewer's strictness and blurred by noise.
* The ratings are given in a few **sittings** over a year, in each of them a film every few seconds.

The bytes are the same for every Python and operating system. So chance is ``random.Random(seed).random()`` alone,
whose sequence Python promises to keep, and the arithmetic is ``+ - * /``, which IEEE 754 rounds in one way only: no
``exp``, ``log`` or powers of floats, whose last bit is the C library's choice; no ``sum`` of floats, which rounds
differently from Python 3.12 on; nothing that depends on the order of a set.

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
"""The files of the repository."""

_DAY: Final = 86_400
_NEW_YEAR: Final = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
_LAST_YEAR: Final = FILMS[-1].year

_AUDIENCE: Final = (1.0, 4.0, 16.0, 60.0, 240.0)
"""How many see a film of fame 1 to 5, against one who sees a film of fame 1."""

_OPENNESS: Final = 0.1
"""Added to every match: nobody watches only what suits them."""

_WORTH: Final = (0.3, 0.35, 0.45, 0.7, 1.1)
"""How much more readily a film of quality 1 to 5 is watched."""

_OCCUPATIONS: Final = (
    "administrator", "artist", "baker", "carpenter", "designer", "doctor", "driver", "educator", "engineer",
    "gardener", "lawyer", "librarian", "musician", "nurse", "other", "programmer", "sales", "scientist", "writer",
)  # fmt: skip


class Dice:
    """Chance from one seed, by uniform numbers and plain arithmetic."""

    def __init__(self, seed: int) -> None:
        self.unit = Random(seed).random

    def between(self, low: float, high: float) -> float:
        """A number from ``low`` to ``high``, all equally likely."""
        return low + (high - low) * self.unit()

    def around(self, middle: float, spread: float) -> float:
        """A number near ``middle``, its standard deviation ``spread``: three uniform numbers make a fair bell."""
        return middle + spread * 2.0 * (self.unit() + self.unit() + self.unit() - 1.5)

    def pick(self, options: Sequence[T]) -> T:
        """One of ``options``, all equally likely."""
        return options[int(self.unit() * len(options))]

    def draw(self, weights: Iterable[float], count: int) -> list[int]:
        """``count`` different positions, each next one drawn in proportion to the weights of those left."""
        ends = list(accumulate(weights))
        drawn: dict[int, None] = {}  # a dict and not a set: it keeps the order of the draw
        while len(drawn) < count:
            # Drawing again on a repetition is the same as removing what was drawn, and needs no second table.
            drawn[bisect(ends, self.unit() * ends[-1], hi=len(ends) - 1)] = None
        return list(drawn)

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """``options`` in any order, all equally likely."""
        return [options[position] for position in self.draw([1.0] * len(options), len(options))]


@dataclass(frozen=True, slots=True)
class Viewer:
    """An invented person and their taste.

    Attributes:
        id: from 1.
        age, gender, occupation: as ``u.user`` has them; invented.
        touchstones: the films that made them.
        era: the year of release they like best.
        mainstream: how far fame draws them, from 0 to 1.
        kindness: stars added to every rating, or taken off.
        activity: how many films they rate.
    """

    id: int
    age: int
    gender: str
    occupation: str
    touchstones: tuple[Film, ...]
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


def invent_viewer(number: int, dice: Dice) -> Viewer:
    """A viewer with a taste of their own."""
    age = 16 + int(58 * dice.unit() * (0.4 + 0.6 * dice.unit()))
    touchstones = _touchstones(dice)
    return Viewer(
        id=number,
        age=age,
        gender=dice.pick("FM"),
        occupation=_occupation(age, dice),
        touchstones=touchstones,
        era=_era(touchstones, age),
        mainstream=dice.between(0.4, 1.0),
        kindness=dice.around(0.0, 0.35),
        activity=_activity(dice),
    )


def _touchstones(dice: Dice) -> tuple[Film, ...]:
    """Four films of two moods: every mood has its lovers, however few its films."""
    first, second = dice.pick(_MOODS), dice.pick(_MOODS)
    return tuple(dice.pick(_FILMS_OF[mood]) for mood in (first, second, first, second))


def _era(touchstones: Sequence[Film], age: int) -> float:
    """Half the age of the touchstones, half the year in which the viewer was twenty."""
    years = sorted(film.year for film in touchstones)
    return 0.25 * (years[1] + years[2]) + 0.5 * (_LAST_YEAR - max(0, age - 20))


def _activity(dice: Dice) -> int:
    """Twenty films to two hundred; few viewers come near the upper end."""
    share = dice.unit()
    return 20 + int(38 * share / (1.21 - share))


def _occupation(age: int, dice: Dice) -> str:
    """Something to do at that age."""
    if age < 23:
        return "student"
    return "retired" if age > 66 else dice.pick(_OCCUPATIONS)


def resemblance(one: Film, other: Film) -> float:
    """How alike two films are in moods, genres and years, from 0 to 1; a film is wholly like itself."""
    years = (one.year - other.year) / 18.0
    moods = _overlap(one.moods, other.moods, _TELLING)
    genres = _overlap(one.genres, other.genres, _TELLING)
    return 0.6 * moods + 0.25 * genres + 0.15 / (1.0 + years * years)


def _overlap(some: Sequence[str], others: Sequence[str], weights: Mapping[str, float]) -> float:
    """The weight of the traits shared, as a part of the mean weight of both."""
    shared = _total(weights, [name for name in some if name in others])
    return 2.0 * shared / (_total(weights, some) + _total(weights, others))


def _total(weights: Mapping[str, float], names: Iterable[str]) -> float:
    """The weights of several traits, added in their order."""
    total = 0.0
    for name in names:
        total += weights[name]
    return total


def _telling() -> dict[str, float]:
    """How much a mood or a genre says of a film: the more films share it, the less."""
    counts = Counter(name for film in FILMS for name in (*film.moods, *film.genres))
    return {name: 1.0 / (30 + count) for name, count in counts.items()}


_MOODS: Final = tuple(MOODS)
_FILMS_OF: Final = {mood: [film for film in FILMS if mood in film.moods] for mood in MOODS}
_TELLING: Final = _telling()


@cache
def _resemblances(film: Film) -> tuple[float, ...]:
    """How much every film resembles this one; asked for by many viewers, worked out once."""
    return tuple(resemblance(film, other) for other in FILMS)


def matches(viewer: Viewer) -> list[float]:
    """How well every film fits a viewer's taste, from 0 to 1: as well as the closest touchstone says."""
    closest = map(max, zip(*map(_resemblances, viewer.touchstones), strict=True))
    return [0.85 * alike + 0.15 * _timely(viewer, film) for alike, film in zip(closest, FILMS, strict=True)]


def _timely(viewer: Viewer, film: Film) -> float:
    """1 for a film of the viewer's era, less the farther it is from it."""
    years = (film.year - viewer.era) / 15.0
    return 1.0 / (1.0 + years * years)


def appeal(viewer: Viewer, film: Film, fit: float) -> float:
    """The weight of a film in the draw of what a viewer rates; taste comes first, then fame, then quality."""
    taste = _OPENNESS + fit
    fame = viewer.mainstream * _AUDIENCE[film.fame - 1] + (1.0 - viewer.mainstream) * _AUDIENCE[2]
    return taste * taste * taste * taste * taste * fame * _WORTH[film.quality - 1]


def rate(viewer: Viewer, dice: Dice) -> Iterator[Rating]:
    """All the ratings of one viewer."""
    fits = matches(viewer)
    weights = [appeal(viewer, film, fit) for film, fit in zip(FILMS, fits, strict=True)]
    drawn = dice.shuffled(dice.draw(weights, viewer.activity))
    for position, moment in zip(drawn, _moments(viewer.activity, dice), strict=True):
        film = FILMS[position]
        yield Rating(moment, viewer.id, film.id, _stars(viewer, film, fits[position], dice))


def _stars(viewer: Viewer, film: Film, fit: float, dice: Dice) -> int:
    """One to five, for a match and a quality."""
    opinion = 2.55 + 1.7 * fit + 0.4 * (film.quality - 4) + viewer.kindness
    return min(5, max(1, int(dice.around(opinion, 0.7) + 0.5)))


def _moments(count: int, dice: Dice) -> list[int]:
    """When a viewer rates: sittings on a few evenings of the year, some twenty films in each."""
    evenings = sorted(int(365 * dice.unit()) for _ in range(2 + count // 20))
    moments: list[int] = []
    for number, evening in enumerate(evenings):
        now = _NEW_YEAR + evening * _DAY + int(dice.between(0.5, 0.9) * _DAY)
        for _ in range(count * number // len(evenings), count * (number + 1) // len(evenings)):
            now += 4 + int(40 * dice.unit())
            moments.append(now)
    return sorted(moments)


def sample_files(seed: int = SEED) -> dict[str, bytes]:
    """The files of the sample by their names: ``u.data``, ``u.item``, ``u.genre`` and ``u.user``."""
    dice = Dice(seed)
    viewers = [invent_viewer(number, dice) for number in range(1, N_USERS + 1)]
    ratings = sorted(rating for viewer in viewers for rating in rate(viewer, dice))
    return {
        "u.data": _lines(f"{r.user}\t{r.item}\t{r.stars}\t{r.timestamp}" for r in ratings),
        "u.item": _lines(_item_line(film) for film in FILMS),
        "u.genre": _lines(f"{genre}|{index}" for index, genre in enumerate(GENRES)),
        "u.user": _lines(f"{v.id}|{v.age}|{v.gender}|{v.occupation}|00000" for v in viewers),
    }


def _item_line(film: Film) -> str:
    """A film as ``u.item`` has it: no video release, no address, nineteen flags."""
    flags = "|".join("1" if genre in film.genres else "0" for genre in GENRES)
    return f"{film.id}|{film.title} ({film.year})|01-Jan-{film.year}|||{flags}"


def _lines(lines: Iterable[str]) -> bytes:
    """A text file in the encoding of MovieLens 100K."""
    return "".join(f"{line}\n" for line in lines).encode("iso-8859-1")


def write_sample(folder: Path, seed: int = SEED) -> None:
    """Write the files of the sample into ``folder``, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sample_files(seed).items():
        (folder / name).write_bytes(content)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sample to the folder given, or over the repository's own."""
    given = sys.argv[1:] if arguments is None else arguments
    write_sample(Path(given[0]) if given else FOLDER)


if __name__ == "__main__":
    main()
