"""Which data sets can be downloaded, and which by hand alone: names, addresses, and the hashes a download must have.

Facts only; must not know how anything is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remote:
    """One file to download."""

    sha256: str
    """Of the zip, in hexadecimal digits."""
    mirrored: bool = False
    """The Recommenders project keeps a second copy of the same bytes."""
    note: str = ""
    """What to say when the hash does not fit."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """Where to look, in this order."""
        publisher = f"https://files.grouplens.org/datasets/movielens/{name}.zip"
        mirror = f"https://huggingface.co/datasets/Recommenders/MovieLens/resolve/main/{name}.zip"
        return (publisher, mirror) if self.mirrored else (publisher,)


REMOTES = {
    "ml-100k": Remote("50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229", mirrored=True),
    "ml-1m": Remote("a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20", mirrored=True),
    "ml-20m": Remote("96f243c338a8665f6bcc89c53edf6ee39162a846940de6b7c8c48aeada765ff3", mirrored=True),
    "ml-25m": Remote("8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa"),
    "ml-latest-small": Remote(
        "696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
        note="the publisher renews this set now and then, and only its edition of 2018 is known here",
    ),
}
"""Sets whose zip has a known SHA-256."""

BY_HAND = ("ml-10m", "ml-32m")
"""Sets of which only an MD5 is published. Files can be made to have a given MD5, so it verifies nothing."""

PAGE = "https://grouplens.org/datasets/movielens/"
"""Where a person finds all of them."""
