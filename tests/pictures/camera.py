"""Pictures of pages of a site, as smooth as on a good screen and small enough for a repository."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import FLAGS, served
from tests.requirements import chromium_path

WINDOW = {"width": 1120, "height": 900}
"""Pixels of the pictures. They are taken at twice the size and scaled down."""
QUALITY = 80


class Shot(NamedTuple):
    """A picture of a page.

    Attributes:
        theme: "light" or "dark".
        show: opens the page of the site at an address, and waits for what is to be seen.
    """

    theme: str
    show: Callable[[Any, str], None]


def take(site: Path, shots: Mapping[Path, Shot]) -> None:
    """Take pictures of a site, and write each as WebP to its path."""
    with sync_playwright() as playwright, served(site) as address:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        for target, (theme, show) in shots.items():
            page = browser.new_page(
                viewport=WINDOW, device_scale_factor=2, color_scheme=theme, locale="en-GB", reduced_motion="reduce"
            )
            show(page, address)
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            target.parent.mkdir(parents=True, exist_ok=True)
            picture.resize((WINDOW["width"], WINDOW["height"]), Image.Resampling.LANCZOS).save(
                target, quality=QUALITY, method=6
            )
            print(f"{target}: {target.stat().st_size / 1000:.0f} kB")
        browser.close()
