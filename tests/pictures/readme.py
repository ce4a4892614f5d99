"""Take the two pictures of the README: ``python -m tests.pictures.readme [SITE]``.

They show a site of MovieLens 100K, which is built (and its ratings downloaded) unless the folder of one is given: the
page of a user in the light theme, and the map in the dark one. No test runs this.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import build
from tests.pictures.camera import Shot, take

FOLDER = Path("docs/pictures")
TO_THE_MAP = """() => {
  const top = document.querySelector(".map-bar").getBoundingClientRect().top + scrollY;
  scrollTo({ top: top - 72, behavior: "instant" });
}"""
"""Scrolls until the controls of the map are just below the page's header."""


def user_page(page: Any, address: str) -> None:
    """A user's lists by both models, with the reasons."""
    page.goto(f"{address}users/1.html")


def map_page(page: Any, address: str) -> None:
    """The map, with a film picked."""
    page.goto(f"{address}map.html#colour=genre&item=50")
    page.locator("[data-map] canvas").first.wait_for()
    page.evaluate(TO_THE_MAP)
    page.wait_for_timeout(2500)  # until the picked item and its neighbours are drawn


SHOTS = {FOLDER / "user-light.webp": Shot("light", user_page), FOLDER / "map-dark.webp": Shot("dark", map_page)}


def main() -> None:
    """Build the site unless its folder is given, and take the pictures."""
    if len(sys.argv) > 1:
        take(Path(sys.argv[1]), SHOTS)
        return
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        if build.main(["--data", "ml-100k", "--quiet", "--out", str(site)]):
            raise SystemExit("the site could not be built")
        take(site, SHOTS)


if __name__ == "__main__":
    main()
