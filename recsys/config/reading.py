"""Settings of the input: which files are read, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from recsys.config.checked import Checked

Role = Literal["user", "item", "rating", "timestamp", "title", "year", "genres"]
"""What a column of a table holds, by the names that :meth:`recsys.Dataset.from_frames` gives them."""


@dataclass(frozen=True, kw_only=True)
class ReadConfig(Checked):
    """How tables of ratings, items and users are read.

    Raises:
        ConfigError: a value is outside its range.
    """

    columns: Annotated[
        Mapping[Role, Annotated[str, Meta(min_length=1)]],
        Meta(
            description="a table [columns] with the name of a column for any of user, item, rating, timestamp, "
            "title, year and genres, such as item = 'ISBN'"
        ),
    ] = field(default_factory=dict)
    """Names of columns that Marquee does not recognise, or takes for something else."""
    duplicates: Annotated[
        Literal["newest", "mean", "sum", "refuse"], Meta(description="newest, mean, sum or refuse")
    ] = "newest"
    """What counts where a user rated an item several times: the "newest" rating, their "mean" or their "sum"; or
    "refuse" such a table."""
    lenient: bool = False
    """Skip and count rows that cannot be read, instead of refusing the table."""


@dataclass(frozen=True, kw_only=True)
class InputConfig(Checked):
    """Which files are read.

    Raises:
        ConfigError: a value is outside its range.
    """

    data: Annotated[str | None, Meta(description="the path of the ratings, or the name of a data set")] = None
    """The ratings: a file, a folder or an archive, or the name of a data set such as "ml-100k"; by default what is in
    the folder data/."""
    items: Annotated[str | None, Meta(description="the path of a table of items")] = None
    """A table of items, unless ``data`` is a folder or archive with one: titles, years, genres and more."""
    users: Annotated[str | None, Meta(description="the path of a table of users")] = None
    """A table of users, unless ``data`` is a folder or archive with one: age, country and more."""
    read: ReadConfig = field(default_factory=ReadConfig)
    """How tables are read."""
