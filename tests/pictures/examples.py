"""Take a picture of the front page of each example: ``python -m tests.pictures.examples``.

The sites must have been built by ``python examples/build_all.py``. No test runs this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.pictures.camera import Shot, take

FOLDER = Path("examples")


def front_page(page: Any, address: str) -> None:
    """The front page."""
    page.goto(f"{address}index.html")


def main() -> None:
    """Take the pictures of all examples."""
    for site in sorted(FOLDER.glob("*/site")):
        take(site, {site.parent / "picture.webp": Shot("light", front_page)})


if __name__ == "__main__":
    main()
