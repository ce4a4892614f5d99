"""Pages for the tests of the playground's scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recsys.site.output.scripts import join_modules


@pytest.fixture(scope="session")
def learner(chromium: Any) -> Iterator[Any]:
    """An empty page with the parts of the learner as ``globalThis.parts``, and ``globalThis.replay``."""
    page = chromium.new_page()
    for name in ("parts.js", "replay.js"):
        page.add_script_tag(content=join_modules(Path(__file__).with_name(name)))
    yield page
    page.close()
