"""Print what was understood of the tables: as a table in a terminal, as plain lines elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from recsys.cli.terminal import Terminal
from recsys.config.settings import FILE_NAME
from recsys.data.report import ColumnReport, ReadReport, TableReport
from recsys.text import visible

MAX_COLUMNS = 30
"""Columns of a table that are listed; those with a role come first."""
_MAX_CELL = 40
_MAX_KIND = 120
_HEADER = ("column", "is the", "known by", "values", "example")
_HOW = {"setting": "your settings", "name": "its name", "contents": "a guess from its values",
        "layout": "a guess from all columns", None: ""}  # fmt: skip

logger = logging.getLogger(__name__)


def print_report(report: ReadReport, terminal: Terminal) -> None:
    """Print every table that was read, column by column, and what was done to the data."""
    for table in report.tables:
        logger.info("%s", _title(table))
        rows = [_row(column) for column in _listed(table.columns)]
        if terminal.console.is_terminal and not terminal.quiet:
            terminal.console.print(_rich_table(rows))
        else:
            for line in _lines([_HEADER, *rows]):
                logger.info("    %s", line)
        if len(table.columns) > MAX_COLUMNS:
            logger.info("    and %d more columns", len(table.columns) - MAX_COLUMNS)
    for note in report.notes:
        logger.info("%s", _one_line(note))


def print_suggestions(report: ReadReport) -> None:
    """Print the lines of a settings file that say what had to be guessed."""
    lines = report.suggestions()
    if not lines and any(column.how == "layout" for table in report.tables for column in table.columns):
        logger.info("nothing was written; only the layout of the table was guessed, and there is no setting for that")
        return
    if not lines:
        logger.info("nothing had to be guessed, and nothing was written")
        return
    logger.info("nothing was written; to make sure of what was guessed, write these lines to %s:", FILE_NAME)
    for line in lines:
        logger.info("%s", line)


def _title(table: TableReport) -> str:
    rows = "row" if table.n_rows == 1 else "rows"
    return f"{table.kind}: {_one_line(table.file)} ({table.description}), {table.n_rows:,} {rows}"


def _listed(columns: Sequence[ColumnReport]) -> list[ColumnReport]:
    if len(columns) <= MAX_COLUMNS:
        return list(columns)
    return sorted(columns, key=lambda column: column.role is None)[:MAX_COLUMNS]


def _row(column: ColumnReport) -> tuple[str, ...]:
    cells = (column.name, column.role or "left out", _HOW[column.how], column.kind, column.example)
    # Why a column is left out is said nowhere else, so it is not shortened.
    limits = (_MAX_CELL, _MAX_CELL, _MAX_CELL, _MAX_KIND, _MAX_CELL)
    return tuple(_shortened(_one_line(cell), limit) for cell, limit in zip(cells, limits, strict=True))


def _one_line(text: str) -> str:
    """Text of the data on one line, as a terminal may print it."""
    return visible(" ".join(text.split()))


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _rich_table(rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*_HEADER, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 4))
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
