"""Settings of privacy: what a site reveals about its users."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from recsys.config.checked import Checked

_Salt = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=1000,
        description="a text of 1 to 1,000 characters to hash the users' ids with, known to you alone",
    ),
]


@dataclass(frozen=True, kw_only=True)
class PrivacyConfig(Checked):
    """What a site reveals about its users. Applies to every file and page.

    Raises:
        ConfigError: a value is outside its range.
    """

    named_items: Annotated[
        Annotated[int, Meta(ge=0, le=1_000_000_000)] | Literal["none", "all"],
        Meta(description='a whole number from 0, "none" or "all"'),
    ] = 30
    """Maximum number of rated items of a user that the site names in all its lists together; or "none", or "all"."""
    hash_users: _Salt | None = field(default=None, repr=False)
    """A secret text, preferably of 20 random characters or more, with which user ids are replaced by a keyed hash
    (HMAC-SHA-256). Keep it to yourself: anyone who has it can find out which id became which hash."""
    hide_rated: bool = False
    """Show neither the items that a user rated highest, nor rated items as reasons for recommendations."""

    @property
    def max_named(self) -> int | None:
        """How many rated items of one user may be named; None for any number."""
        if isinstance(self.named_items, int):
            return self.named_items
        return 0 if self.named_items == "none" else None
