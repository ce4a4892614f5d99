from __future__ import annotations

import io
import logging

from rich.console import Console

from recsys.cli.report import MAX_COLUMNS, print_report, print_suggestions
from recsys.cli.terminal import Terminal
from recsys.data.report import ColumnReport, ReadReport, TableReport

USER = ColumnReport("reader", "user", "name", "5 texts", "ann")
ITEM = ColumnReport("c2", "item", "contents", "9 texts", "[bold]b\x1b[31m\n17")
OTHER = ColumnReport("remark", None, None, "free text", "x" * 10_000)


def printed(report: ReadReport, *, interactive: bool = False, level: int = logging.INFO) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=interactive, width=160, color_system=None)
    print_report(report, Terminal(console, level))
    print_suggestions(report)
    return file.getvalue()


def report(*columns: ColumnReport) -> ReadReport:
    table = TableReport("ratings", "club.csv", "CSV, semicolons", 1234, columns)
    return ReadReport((table,), notes=("3 rows were skipped",))


def test_each_table_is_listed_with_its_columns_and_what_was_done():
    assert printed(report(USER, OTHER)).splitlines() == [
        "ratings: club.csv (CSV, semicolons), 1,234 rows",
        "    column  is the    known by  values     example",
        "    reader  user      its name  5 texts    ann",
        f"    remark  left out            free text  {'x' * 39}…",
        "3 rows were skipped",
        "nothing had to be guessed, and nothing was written",
    ]


def test_what_was_guessed_is_suggested_as_settings():
    lines = printed(report(USER, ITEM)).splitlines()
    assert lines[-3:] == [
        "nothing was written; to make sure of what was guessed, write these lines to site.toml:",
        "[columns]",
        'item = "c2"',
    ]
    assert "a guess from its values" in lines[3]


def test_data_cannot_command_the_terminal():
    for interactive in (False, True):
        text = printed(report(ITEM), interactive=interactive)
        assert r"[bold]b\x1b[31m 17" in text
        assert "\x1b[31m" not in text


def test_quiet_prints_nothing():
    assert printed(report(USER), level=logging.WARNING) == ""


def test_of_very_many_columns_those_with_a_role_come_first():
    text = printed(report(*[OTHER] * 500, USER))
    assert "reader" in text.splitlines()[2]
    assert f"and {501 - MAX_COLUMNS} more columns" in text
