"""What documents quote was measured: their figures are in the notebooks of the benchmarks or in evaluation.md."""

from __future__ import annotations

import re

import pytest

from tests.docs.documents import ROOT

NOTEBOOKS = ("tests/benchmarks/README.md", "tests/benchmarks/RESULTS.md", "tests/benchmarks/SCALE.md")
FIGURE = re.compile(r"(?<![\d.])\.\d{3,4}\b")
"""Such as .2216: a share in three or four digits."""


def figures(*names: str) -> set[str]:
    return {figure for name in names for figure in FIGURE.findall((ROOT / name).read_text(encoding="utf-8"))}


@pytest.mark.parametrize(("document", "sources"), [
    ("docs/experiments.md", NOTEBOOKS),
    ("docs/machines.md", NOTEBOOKS),
    ("README.md", (*NOTEBOOKS, "docs/evaluation.md")),
])  # fmt: skip
def test_figures_that_are_quoted_are_in_their_source(document: str, sources: tuple[str, ...]) -> None:
    assert len(figures(document)) > 5
    assert figures(document) - figures(*sources) == set()
