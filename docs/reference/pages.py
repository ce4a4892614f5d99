"""The generated pages by file name, and how they are written."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from docs.reference import exported_json, python_interface, settings

COMMAND = "python -m docs.reference"
FOLDER = Path(__file__).parents[1]
PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings.page,
    "json.md": exported_json.page,
    "python.md": python_interface.page,
}
_NOTE = f"<!-- Made from the code by {COMMAND}: change the code, not this file. -->\n\n"


@cache
def page_text(name: str) -> str:
    """What a generated page should hold."""
    return _NOTE + PAGES[name]()


def write_pages(folder: Path = FOLDER) -> list[Path]:
    """Write all generated pages into a folder; returns those that have changed."""
    changed = []
    for name in PAGES:
        path, text = folder / name, page_text(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed
