"""What documents quote was measured: figures that they name together stand together where they were written down.

Most values of three or four digits stand somewhere in the notebooks, so it would prove little that a figure does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from tests.docs.documents import ROOT

NOTEBOOKS = ("tests/benchmarks/README.md", "tests/benchmarks/RESULTS.md", "tests/benchmarks/SCALE.md")
FIGURE = re.compile(r"(?<![\d.])\.\d{3,4}\b")
"""Such as .2216: a share in three or four digits."""
BLOCK_END = re.compile(r"\n\s*\n|\n(?=\s*- )")
"""Between two tables, list items or paragraphs."""
CLAUSE_END = re.compile(r"[.:;]\s")


def blocks(text: str) -> list[str]:
    return [block.strip() for block in BLOCK_END.split(text)]


def is_table(block: str) -> bool:
    return block.startswith("|")


def lines(table: str) -> Iterator[str]:
    """All rows and all columns."""
    rows = table.splitlines()
    yield from rows
    yield from map(" ".join, zip(*(row.split("|") for row in rows), strict=False))


def figures(text: str) -> frozenset[str]:
    return frozenset(FIGURE.findall(text))


def is_in_rows_or_columns(quoted: frozenset[str], table: Sequence[frozenset[str]]) -> bool:
    """Whether every figure is in a row or column of the table together with another of them, or is the only one."""
    shared = [line & quoted for line in table]
    return quoted == frozenset().union(*(each for each in shared if len(each) >= min(2, len(quoted))))


def unsupported(document: str, sources: Sequence[str]) -> list[str]:
    """Rows and clauses of a text whose figures do not stand together in one place of one of the sources.

    Those of a row must be in one row or column of a table; those of a clause in one paragraph or list item, or in one
    table as :func:`is_in_rows_or_columns` says.
    """
    places = [block for source in sources for block in blocks(source)]
    tables = [[figures(line) for line in lines(place)] for place in places if is_table(place)]
    texts = [figures(place) for place in places if not is_table(place)]

    def supports_row(quoted: frozenset[str]) -> bool:
        return any(quoted <= line for table in tables for line in table)

    def supports_clause(quoted: frozenset[str]) -> bool:
        return any(quoted <= text for text in texts) or any(is_in_rows_or_columns(quoted, table) for table in tables)

    missing = []
    for block in blocks(document):
        if is_table(block):
            missing += [row for row in block.splitlines() if not supports_row(figures(row))]
        else:
            missing += [clause for clause in CLAUSE_END.split(block) if not supports_clause(figures(clause))]
    return missing


@pytest.mark.parametrize(("document", "sources"), [
    ("docs/experiments.md", NOTEBOOKS),
    ("docs/machines.md", NOTEBOOKS),
    ("README.md", (*NOTEBOOKS, "docs/evaluation.md")),
])  # fmt: skip
def test_figures_that_are_quoted_together_are_together_in_their_source(document, sources):
    quoted, *texts = ((ROOT / name).read_text(encoding="utf-8") for name in (document, *sources))
    assert len(figures(quoted)) > 5
    assert unsupported(quoted, texts) == []


SOURCE = """
| | random | newest |
|---|---|---|
| base | .2206 | .1632 |
| deep | **.2389** | .1851 |

From noise deep has .213,
ALS .2245.

- On Steam it has .3068.
"""


@pytest.mark.parametrize(("document", "is_supported"), [
    ("| deep | .2389 | .1851 |", True),
    ("| newest | .1632 | **.1851** |", True),  # a column
    ("| deep | .2389 | .1632 |", False),  # of two rows and two columns
    ("| deep | .2389 | .1852 |", False),
    ("| ALS | .2245 | .3068 |", False),
    ("`deep` has .2389 and .1851, `base` .2206 and .1632.", True),  # two rows of one table
    ("`deep` has .2389, `base` .1632.", False),
    ("`deep` has .213\nfrom noise, ALS .2245.", True),
    ("ALS has .2245, on Steam `deep` .3068.", False),
    ("ALS has .2245; on Steam `deep` has .3068.", True),
    ("ALS has .2246.", False),
])  # fmt: skip
def test_figures_of_different_places_are_no_source(document, is_supported):
    assert (unsupported(document, [SOURCE]) == []) == is_supported
