"""The table of faults in ``tests/README.md`` names tests that exist."""

import re
from pathlib import Path

TESTS = Path(__file__).parent


def named_tests():
    return re.findall(r"`([\w/.]+\.py)::(\w+)`", (TESTS / "README.md").read_text(encoding="utf-8"))


def test_every_row_of_the_table_names_a_test_that_exists():
    absent = [
        f"{file}::{name}"
        for file, name in named_tests()
        if not (TESTS / file).is_file() or f"def {name}(" not in (TESTS / file).read_text(encoding="utf-8")
    ]
    assert not absent
    rows = [line for line in (TESTS / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert [row for row in rows if "::" not in row and not row.startswith("| fault or input")] == []
