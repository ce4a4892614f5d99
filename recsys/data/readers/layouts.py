"""The three formats MovieLens has had, and finding one in a folder or zip.

:data:`LAYOUTS` is all that tells them apart: file names, separators, fields. Must not know how a file is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from recsys.data.readers.delimited import Content, Table
from recsys.data.readers.files import Shelf, open_shelf
from recsys.errors import DataError

_RATING = ("user", "item", "rating", "timestamp")
_FILM = ("item", "title", "genres")


@dataclass(frozen=True)
class Layout:
    """The files of one format."""

    ratings: Table
    items: Table
    users: Table | None = None
    genres: Table | None = None
    """The names of the genre flags, where films carry flags instead of names."""


LAYOUTS = (
    Layout(
        ratings=Table("u.data", "\t", _RATING, "'user item rating timestamp', tab separated"),
        items=Table(
            "u.item",
            "|",
            ("item", "title", "date", "video date", "url"),
            "'item|title|date|video date|url' and a flag 0 or 1 for each genre",
        ),
        users=Table(
            "u.user",
            "|",
            ("user", "age", "gender", "occupation", "zip code"),
            "'user|age|gender|occupation|zip code'",
        ),
        genres=Table("u.genre", "|", ("genre", "number"), "'genre|number', numbers counting from 0"),
    ),
    Layout(
        ratings=Table("ratings.dat", "::", _RATING, "'user::item::rating::timestamp'"),
        items=Table("movies.dat", "::", _FILM, "'item::title::genre|genre'"),
        users=Table(
            "users.dat",
            "::",
            ("user", "gender", "age", "occupation code", "zip code"),
            "'user::gender::age::occupation code::zip code'",
        ),
    ),
    Layout(
        ratings=Table("ratings.csv", ",", _RATING, "'user,item,rating,timestamp'", "userId,movieId,rating,timestamp"),
        items=Table("movies.csv", ",", _FILM, "'item,title,genre|genre'", "movieId,title,genres", ("utf-8",)),
    ),
)

ACCEPTED = (
    "a MovieLens folder or its zip, with u.data and u.item, ratings.dat and movies.dat, or ratings.csv and movies.csv"
)
"""What can be read, as errors say it after "expected"."""


@dataclass(frozen=True)
class Place:
    """One MovieLens found: its format, and the folder on the shelf that holds it ("" for the shelf itself)."""

    shelf: Shelf
    layout: Layout
    folder: str

    def content(self, table: Table) -> Content:
        """A file of it.

        Raises:
            DataError: there is no such file.
        """
        found = self.find(table)
        if found is None:
            raise DataError(f"'{self.shelf.path / self.folder}' has no {table.file} (expected {ACCEPTED})")
        return found

    def find(self, table: Table | None) -> Content | None:
        """A file that need not be there."""
        if table is None:
            return None
        place = f"{self.folder}/{table.file}" if self.folder else table.file
        return Content(table, partial(self.shelf.open, place)) if self.shelf.holds(place) else None

    @property
    def name(self) -> str:
        """The folder's name, or that of the zip."""
        path = self.shelf.path.resolve()
        return PurePosixPath(self.folder).name or (path.name if path.is_dir() else path.stem) or "ratings"


def find_movielens(path: Path) -> Place:
    """The one MovieLens at a path: a folder, a zip, or the ratings file itself.

    Raises:
        DataError: there is none, or more than one.
    """
    of_file = [layout for layout in LAYOUTS if layout.ratings.file == path.name]
    if of_file and path.is_file():
        return Place(open_shelf(path.parent), of_file[0], "")
    if path.is_file() and path.suffix.lower() != ".zip":
        raise DataError(f"'{path}' is of no kind that is read (expected {ACCEPTED})")
    places = list_movielens(path)
    if not places:
        raise DataError(f"'{path}' holds no ratings (expected {ACCEPTED})")
    if len(places) > 1:
        found = " and ".join(f"{one.folder}/{one.layout.ratings.file}".lstrip("/") for one in places)
        raise DataError(f"'{path}' holds ratings more than once: {found} (name the one that is meant)")
    return places[0]


def list_movielens(path: Path) -> list[Place]:
    """Every MovieLens in a folder or zip: those directly in it if any, else those in its folders.

    A ratings file makes one; so does a films file alone, so that half a copy is an error and not overlooked.

    Raises:
        DataError: the path is no folder or zip that can be read.
    """
    shelf = open_shelf(path)
    found = [
        Place(shelf, layout, folder)
        for layout in LAYOUTS
        for folder in _folders(shelf, (layout.ratings, layout.items))
    ]
    return [one for one in found if not one.folder] or found


def _folders(shelf: Shelf, tables: tuple[Table, ...]) -> list[str]:
    """The folders of a shelf that hold one of the files."""
    places = [PurePosixPath(place) for table in tables for place in shelf.find(table.file)]
    return sorted({"" if place.parent == PurePosixPath() else place.parent.as_posix() for place in places})
