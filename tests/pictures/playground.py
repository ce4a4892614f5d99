"""Film the playground while it trains, for the README: ``python -m tests.pictures.playground [target.webp]``.

The site of the sample is built and opened in Chromium, Train is pressed, and pictures are taken until the towers have
learned. No test runs this.
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

TARGET = Path("docs/pictures/playground.webp")
WINDOW = {"width": 1280, "height": 1000}
WIDTH = 900
"""Pixels of the picture."""
N_FRAMES = 48
"""At most, evenly spread over the training."""
FRAME_MS, FIRST_MS, LAST_MS = 110, 900, 3000
QUALITY = 62
MAX_BYTES = 1_500_000
PATIENCE_MS = 180_000


def film(page: Any) -> list[Image.Image]:
    """Pictures from before the training to its end, of what stands between the buttons and the pair of vectors."""
    page.locator("[data-pair] .vectors td").first.wait_for()
    page.evaluate("() => document.querySelector('.playground-bar').scrollIntoView({ behavior: 'instant' })")
    page.mouse.move(0, 0)
    top = page.locator(".playground-bar").bounding_box()
    bottom = page.locator("[data-map]").bounding_box()
    margin = 14
    clip = {
        "x": top["x"] - margin,
        "y": top["y"] - margin,
        "width": WINDOW["width"] - 2 * (top["x"] - margin),
        "height": bottom["y"] + bottom["height"] - top["y"] + 2 * margin,
    }
    pictures = [page.screenshot(clip=clip)]
    page.locator("[data-train]").click()
    page.mouse.move(0, 0)
    while page.locator("[data-playground][data-state=learning]").count():
        pictures.append(page.screenshot(clip=clip))
    page.wait_for_timeout(1000)  # the last curves and points
    pictures.append(page.screenshot(clip=clip))
    return [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]


def evenly(frames: list[Image.Image], n: int) -> list[Image.Image]:
    """At most ``n`` of the frames, the first and the last among them."""
    if len(frames) <= n:
        return frames
    return [frames[round(k * (len(frames) - 1) / (n - 1))] for k in range(n)]


def write(frames: list[Image.Image], target: Path) -> None:
    """Write an animated WebP that begins anew after a rest."""
    height = round(frames[0].height * WIDTH / frames[0].width)
    scaled = [frame.resize((WIDTH, height), Image.Resampling.LANCZOS) for frame in frames]
    durations = [FIRST_MS, *[FRAME_MS] * (len(scaled) - 2), LAST_MS]
    target.parent.mkdir(parents=True, exist_ok=True)
    scaled[0].save(
        target, save_all=True, append_images=scaled[1:], duration=durations, loop=0, quality=QUALITY, method=4
    )


def main() -> None:
    """Build, film and write."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "site"
        if build.main(["--data", "sample", "--epochs", "1", "--quiet", "--out", str(site)]):
            raise SystemExit("the site could not be built")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        with served(site) as address:
            page = browser.new_page(viewport=WINDOW, color_scheme="light", locale="en-GB")
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{address}playground.html")
            frames = evenly(film(page), N_FRAMES)
        browser.close()
    write(frames, target)
    size = target.stat().st_size
    print(f"{target}: {len(frames)} frames, {size / 1000:.0f} kB")
    if size > MAX_BYTES:
        raise SystemExit(f"{target} has {size} bytes; expected at most {MAX_BYTES}: lower N_FRAMES, QUALITY or WIDTH")


if __name__ == "__main__":
    main()
