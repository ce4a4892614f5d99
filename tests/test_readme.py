"""The tables in ``tests/README.md`` and in ``CONTRIBUTING.md`` name tests, and files, that exist."""

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


def test_the_table_of_what_is_written_twice_names_files_that_exist():
    root = TESTS.parent
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## Written twice")[2].partition("\n## ")[0]
    folders = (root / "recsys", root / "templates", TESTS)
    files = [path.as_posix() for folder in folders for path in folder.rglob("*.*")]
    named = re.findall(r"`([\w/]+\.(?:py|js|html))`", table)
    assert len(named) > 50
    assert [name for name in named if not any(file.endswith(f"/{name}") for file in files)] == []
