"""A file of texts that a test writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recsys.site.language.strings import Strings

WORDS = {"item": "film", "items": "films", "did": "watched"}
ENGLISH = '[language]\nplurals = ["one", "other"]\nplural_rule = "n != 1"\n'


@pytest.fixture
def strings(tmp_path) -> Callable[..., Strings]:
    """Writes a file of texts and reads it."""

    def write(text, words=WORDS, conditions=(), noun="film", language=ENGLISH, forms=None):
        path = tmp_path / "en.toml"
        path.write_text(language + text, encoding="utf-8")
        return Strings(path, words, conditions, noun, forms)

    return write
