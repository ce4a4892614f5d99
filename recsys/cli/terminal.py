"""What a build prints while it works: one line a stage, and the progress of training.

In a terminal, training shows a live table with a small loss curve for each model; elsewhere plain lines.
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

from recsys.cli.output import Formatter, StreamHandler
from recsys.reporter import OnEpoch, Reporter
from recsys.schema import EpochRecord

EPOCHS_PER_LINE = 10
"""Outside a terminal, epochs between two lines."""
BARS, ASCII_BARS = "▁▂▃▄▅▆▇█", "_.-~=+*#"

logger = logging.getLogger(__name__)


class Terminal(Reporter):
    """Reports a build to the screen, or to a file or pipe that is read later.

    Args:
        console: a rich console; it knows whether it is a terminal.
        level: the lowest level of log records to print.

    Attributes:
        current_stage: the name of the stage that goes on, or that failed.
    """

    def __init__(self, console: Console, level: int) -> None:
        self.console = console
        self.quiet = level > logging.INFO
        self.current_stage: str | None = None
        handler: logging.Handler = StreamHandler(console.file)
        if console.is_terminal:  # rich prints above the live table, not through it; in a file it would wrap lines
            plain = NullHighlighter()
            handler = RichHandler(
                console=console, show_time=False, show_level=False, show_path=False, highlighter=plain, markup=False
            )
        handler.setFormatter(Formatter())
        package = logging.getLogger("recsys")
        package.handlers[:] = [handler]
        package.setLevel(level)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time a stage, and print at its end what it did: the details appended to the list this gives."""
        start, details = time.perf_counter(), list[str]()
        with self._in_stage(name):
            yield details
        self.done(name, time.perf_counter() - start, details)

    def done(self, name: str, seconds: float, details: Sequence[str]) -> None:
        """Print that a stage is done, and what it did."""
        logger.info("%-10s %6.2f s  %s", name, seconds, ", ".join(details))

    @contextmanager
    def _in_stage(self, name: str) -> Iterator[None]:
        """Note the stage, and after a failure leave it noted."""
        before, self.current_stage = self.current_stage, name
        yield
        self.current_stage = before

    @contextmanager
    def training(self) -> Iterator[Callable[[str, int], OnEpoch]]:
        """Gives a function from a model's name and number of epochs to its ``on_epoch``."""
        if self.quiet:
            yield lambda model, epochs: lambda record: None
        elif self.console.is_terminal:
            curves: dict[str, list[EpochRecord]] = {}
            with Live(console=self.console, refresh_per_second=8) as live:
                yield lambda model, epochs: lambda record: _show(live, curves, model, record, epochs)
        else:
            yield lambda model, epochs: lambda record: _log_epoch(model, record)

    @contextmanager
    def progress(self, description: str) -> Iterator[Callable[[int, int], None]]:
        """Gives a function that shows how many of how many are done, in a terminal."""
        if self.quiet or not self.console.is_terminal:
            with self._in_stage(description):
                yield lambda done, total: None
            return
        with self._in_stage(description), Progress(console=self.console, transient=True) as progress:
            task = progress.add_task(description, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)


def _log_epoch(model: str, record: EpochRecord) -> None:
    if record.epoch % EPOCHS_PER_LINE == 0:
        ndcg = "" if record.validation_ndcg is None else f", validation nDCG@10 {record.validation_ndcg:.4f}"
        logger.info("%-10s epoch %d, loss %.4f%s", model, record.epoch, record.train_loss, ndcg)


def _show(live: Live, curves: dict[str, list[EpochRecord]], model: str, record: EpochRecord, epochs: int) -> None:
    curves.setdefault(model, []).append(record)
    table = Table("model", "epoch", "loss", "validation nDCG@10", "loss by epoch", box=None, header_style="bold")
    for name, records in curves.items():
        last = records[-1]
        ndcg = "-" if last.validation_ndcg is None else f"{last.validation_ndcg:.4f}"
        bars = ASCII_BARS if live.console.options.ascii_only else BARS
        curve = sparkline([past.train_loss for past in records], width=40, bars=bars)
        table.add_row(name, f"{last.epoch}/{epochs}", f"{last.train_loss:.4f}", ndcg, curve)
    live.update(table)


def sparkline(values: Sequence[float], width: int, bars: str = BARS) -> str:
    """A curve of at most ``width`` characters of ``bars``, the last of these for the highest value."""
    step = max(1, -(-len(values) // width))  # rounded up
    sample = values[::-1][::step][::-1]  # every step-th value, counted from the end so that the last is among them
    low, high = min(sample), max(sample)
    spread = (high - low) or 1.0
    return "".join(bars[round((value - low) / spread * (len(bars) - 1))] for value in sample)
