"""What a build says while it works: one line a stage, and the towers learning.

In a terminal training shows a live table with a small loss curve for each tower; elsewhere plain lines. Knows epoch
records, nothing of how they came about.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.highlighter import NullHighlighter
from rich.live import Live
from rich.logging import RichHandler
from rich.progress import Progress
from rich.table import Table

from recsys.schema import EpochRecord

PLAIN_EVERY = 10
"""Epochs between two plain lines."""
_BARS = "▁▂▃▄▅▆▇█"

logger = logging.getLogger(__name__)


class Terminal:
    """Where a build reports to: the screen, or a file or pipe that is read later.

    Args:
        console: a rich console; it knows whether it is a terminal.
        level: the least serious log record that is shown.
    """

    def __init__(self, console: Console, level: int) -> None:
        self.console = console
        self.quiet = level > logging.INFO
        handler = _on_screen(console) if console.is_terminal else logging.StreamHandler(console.file)
        package = logging.getLogger("recsys")
        package.handlers[:] = [handler]
        package.setLevel(level)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage, and say at its end what it did: append that to the list this gives."""
        start, said = time.perf_counter(), list[str]()
        yield said
        self.done(name, time.perf_counter() - start, said)

    def done(self, name: str, seconds: float, said: Sequence[str]) -> None:
        """Say that a stage is done, and what it did."""
        logger.info("%-10s %6.2f s  %s", name, seconds, ", ".join(said))

    @contextmanager
    def training(self) -> Iterator[Callable[[str, int], Callable[[EpochRecord, object], None]]]:
        """Gives a function that makes the ``on_epoch`` of a model by its name and number of epochs."""
        if self.quiet:
            yield lambda model, epochs: lambda record, snapshot: None
        elif self.console.is_terminal:
            curves: dict[str, list[EpochRecord]] = {}
            with Live(console=self.console, refresh_per_second=8) as live:
                yield lambda model, epochs: lambda record, snapshot: _show(live, curves, model, record, epochs)
        else:
            yield lambda model, epochs: lambda record, snapshot: _say(model, record)

    @contextmanager
    def progress(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """Gives a function that shows how many of how many are done."""
        if self.quiet or not self.console.is_terminal:
            yield lambda done, total: None
            return
        with Progress(console=self.console, transient=True) as progress:
            task = progress.add_task(what, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)


def _on_screen(console: Console) -> logging.Handler:
    """Prints above the live table instead of through it; elsewhere rich would fold long lines."""
    as_written = NullHighlighter()
    return RichHandler(
        console=console, show_time=False, show_level=False, show_path=False, highlighter=as_written, markup=False
    )


def _say(model: str, record: EpochRecord) -> None:
    if record.epoch % PLAIN_EVERY == 0:
        ndcg = "" if record.validation_ndcg is None else f", validation nDCG@10 {record.validation_ndcg:.4f}"
        logger.info("%-10s epoch %d, loss %.4f%s", model, record.epoch, record.train_loss, ndcg)


def _show(
    live: Live, curves: dict[str, list[EpochRecord]], model: str, record: EpochRecord, epochs: int
) -> None:
    curves.setdefault(model, []).append(record)
    table = Table("tower", "epoch", "loss", "validation nDCG@10", "loss by epoch", box=None, header_style="bold")
    for name, records in curves.items():
        last = records[-1]
        ndcg = "-" if last.validation_ndcg is None else f"{last.validation_ndcg:.4f}"
        curve = sparkline([one.train_loss for one in records], width=40)
        table.add_row(name, f"{last.epoch}/{epochs}", f"{last.train_loss:.4f}", ndcg, curve)
    live.update(table)


def sparkline(values: Sequence[float], width: int) -> str:
    """A curve of block characters, at most ``width`` of them, the highest value as the fullest."""
    step = max(1, -(-len(values) // width))
    chosen = values[::-1][::step][::-1]
    low, high = min(chosen), max(chosen)
    spread = (high - low) or 1.0
    return "".join(_BARS[round((value - low) / spread * (len(_BARS) - 1))] for value in chosen)
