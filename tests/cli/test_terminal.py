import errno
import io
import logging
import sys

from rich.console import Console

from recsys.cli.output import make_console
from recsys.cli.terminal import Terminal, sparkline
from recsys.schema import EpochRecord


def terminal(level: int = logging.INFO, *, interactive: bool = False) -> tuple[Terminal, io.StringIO]:
    file = io.StringIO()
    return Terminal(Console(file=file, force_terminal=interactive, width=100, color_system=None), level), file


def train(shown: Terminal, epochs: int = 20) -> None:
    with shown.training() as display:
        for model in ("base", "deep"):
            on_epoch = display(model, epochs)
            for epoch in range(1, epochs + 1):
                losses = {"train_loss": 9 - epoch / 10, "validation_loss": 9.5}
                on_epoch(EpochRecord(epoch=epoch, validation_ndcg=0.2 + epoch / 1000, **losses))


def test_a_curve_falls_from_full_to_empty():
    assert sparkline([4, 3, 2, 1], 10) == "█▆▃▁"


def test_a_level_curve_is_drawn_and_a_long_one_is_shortened_to_end_with_the_last_value():
    assert sparkline([2, 2], 10) == "▁▁"
    long = sparkline([5.0] * 99 + [1.0], 40)
    assert len(long) <= 40
    assert long[-1] == "▁"


def test_a_stage_is_one_line_with_its_name_seconds_and_what_it_did():
    shown, file = terminal()
    with shown.stage("read") as details:
        details += ["100 ratings", "3 users"]
    line = file.getvalue().strip()
    assert line.startswith("read")
    assert line.endswith("s  100 ratings, 3 users")


def test_without_a_terminal_training_is_a_plain_line_every_ten_epochs():
    shown, file = terminal()
    train(shown)
    lines = [line.rstrip() for line in file.getvalue().splitlines()]
    assert lines[0] == "base       epoch 10, loss 8.0000, validation nDCG@10 0.2100"
    assert len(lines) == 4
    assert "\x1b" not in file.getvalue()


def test_in_a_terminal_both_models_are_shown_with_a_curve():
    shown, file = terminal(interactive=True)
    train(shown)
    _, base, deep, _ = file.getvalue().split("\x1b[2K")[-1].split("\n")
    assert base.split()[:4] == ["base", "20/20", "7.0000", "0.2200"]
    assert deep.split()[:4] == ["deep", "20/20", "7.0000", "0.2200"]
    assert deep.strip().endswith("██▇▇▇▆▆▅▅▅▄▄▄▃▃▂▂▂▁▁")


class ClosedTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_of_a_terminal_that_was_closed_nothing_is_said(monkeypatch, capfd):
    monkeypatch.setattr(sys, "stdout", ClosedTerminal())
    monkeypatch.setenv("TERM", "xterm")
    shown = Terminal(make_console(), logging.INFO)
    assert shown.console.is_terminal
    with shown.stage("read"):
        train(shown)
    with shown.progress("pages") as on_page:
        on_page(1, 2)
    assert capfd.readouterr().err == ""


def test_quiet_prints_nothing_of_stages_training_and_pages():
    shown, file = terminal(logging.WARNING)
    with shown.stage("read"):
        train(shown)
    with shown.progress("pages") as on_page:
        on_page(1, 2)
    assert file.getvalue() == ""


def test_square_brackets_in_a_title_are_shown_as_they_are():
    shown, file = terminal()
    with shown.stage("read") as details:
        details.append("[bold]title[/bold]")
    assert "[bold]title[/bold]" in file.getvalue()
