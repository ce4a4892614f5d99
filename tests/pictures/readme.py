"""Take the two pictures of the README: ``python -m tests.pictures.readme [SITE]``.

They show a site of MovieLens 100K, which is built (and its ratings downloaded) unless the folder of one is given: the
page of a user in the light theme, and the map in the dark one. No test runs this.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

import build
from tests.browser.conftest import FLAGS, served
from tests.requirements import chromium_path

FOLDER = Path("docs/pictures")
WINDOW = {"width": 1120, "height": 900}
WIDTH = 1120
"""Pixels of the pictures. They are taken at twice the size and scaled down, for smooth letters."""
QUALITY = 80
TO_THE_MAP = """() => {
  const top = document.querySelector(".map-bar").getBoundingClientRect().top + scrollY;
  scrollTo({ top: top - 72, behavior: "instant" });
}"""
"""Scrolls until the controls of the map are just below the page's header."""


def user_page(page: Any, address: str) -> None:
    """A user's lists by both models, with the reasons."""
    page.goto(f"{address}users/1.html")
    page.evaluate("document.fonts.ready")


def map_page(page: Any, address: str) -> None:
    """The map, with a film picked."""
    page.goto(f"{address}map.html#colour=genre&item=50")
    page.locator("[data-map] canvas").first.wait_for()
    page.evaluate(TO_THE_MAP)
    page.wait_for_timeout(2500)  # until the picked item and its neighbours are drawn


PICTURES = {"user-light": ("light", user_page), "map-dark": ("dark", map_page)}


def take(site: Path) -> None:
    """Take every picture of a site and write it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, served(site) as address:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        for name, (theme, show) in PICTURES.items():
            page = browser.new_page(
                viewport=WINDOW, device_scale_factor=2, color_scheme=theme, locale="en-GB", reduced_motion="reduce"
            )
            show(page, address)
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            height = round(picture.height * WIDTH / picture.width)
            target = FOLDER / f"{name}.webp"
            picture.resize((WIDTH, height), Image.Resampling.LANCZOS).save(target, quality=QUALITY, method=6)
            print(f"{target}: {target.stat().st_size / 1000:.0f} kB")
        browser.close()


def main() -> None:
    """Build the site unless its folder is given, and take the pictures."""
    if len(sys.argv) > 1:
        take(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        if build.main(["--data", "ml-100k", "--quiet", "--out", str(site)]):
            raise SystemExit("the site could not be built")
        take(site)


if __name__ == "__main__":
    main()
