"""Charts and pictures of equal arguments are drawn once a session, since drawing is most of what a site takes.

That they are the same whenever they are drawn is tested in tests/site/charts, by the tests that use ``drawn_anew``,
and by tests/test_reproducible.py.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import pytest

from recsys.site.images import pictures
from recsys.site.pages import cold_start, compare, discovery, grouped, map, overlap, training

DRAWN: dict[bytes, Any] = {}
"""Charts and pictures by what they were drawn from."""
DRAWING: tuple[tuple[ModuleType, str], ...] = (
    (cold_start, "curves"),
    (compare, "leaderboard"),
    (discovery, "tradeoff_chart"),
    (grouped, "dots_by_group"),
    (map, "map_chart"),
    (overlap, "overlap_chart"),
    (training, "loss_chart"),
    (training, "ndcg_chart"),
    (pictures, "map_picture"),
    (pictures, "social_card"),
)
"""What draws them, as a site knows it."""


class _Description(pickle.Pickler):
    """Writes values of any kind as bytes; functions by their names, as the rule of plurals of a language, which is
    described too."""

    def reducer_override(self, value: Any) -> Any:
        return (str, (value.__name__,)) if isinstance(value, FunctionType) else NotImplemented


def _described(*values: object) -> bytes:
    file = io.BytesIO()
    _Description(file).dump(values)
    return file.getvalue()


def _drawn_once(draw: Callable[..., Any]) -> Callable[..., Any]:
    def drawn(*arguments: Any, **options: Any) -> Any:
        key = _described(draw.__name__, arguments, options)
        if key not in DRAWN:
            DRAWN[key] = draw(*arguments, **options)
        return DRAWN[key]

    return drawn


@pytest.fixture(autouse=True, scope="session")
def _drawn_once_a_session() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module, name in DRAWING:
            patch.setattr(module, name, _drawn_once(getattr(module, name)))
        yield


@pytest.fixture
def drawn_anew() -> None:
    """In this test charts and pictures are drawn, whatever was drawn before."""
    DRAWN.clear()
