import argparse
import re
from pathlib import Path

import pytest

from recsys.cli import arguments as command
from recsys.config import BuildConfig, TrainConfig
from recsys.errors import ConfigError, DataError, OutputError


def ends(build, argv=()) -> int:
    return command.run(build, list(argv))


def raising(problem: BaseException):
    def build(arguments: argparse.Namespace) -> None:
        raise problem

    return build


def test_an_expected_failure_is_one_sentence_and_1(capsys):
    assert ends(raising(DataError("u.data:17: rating 'x' is not a number"))) == 1
    assert capsys.readouterr().err == "error: u.data:17: rating 'x' is not a number\n"


def test_a_fault_of_the_file_system_is_a_sentence_too(capsys):
    assert ends(raising(PermissionError(13, "Permission denied", "/x/site"))) == 1
    assert capsys.readouterr().err.startswith("error: /x/site: Permission denied; ")


def test_a_fault_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        ends(raising(ZeroDivisionError()))


def test_verbose_shows_the_traceback_of_expected_failures():
    with pytest.raises(DataError):
        ends(raising(DataError("x")), ["--verbose"])


def test_an_interrupt_is_130(capsys):
    assert ends(raising(KeyboardInterrupt())) == 130
    assert "interrupted" in capsys.readouterr().err


def test_success_is_0():
    assert ends(lambda arguments: None) == 0


@pytest.mark.parametrize("argv", [["--dim", "many"], ["--nonsense"], ["--quiet", "--verbose"]])
def test_what_cannot_be_parsed_is_2(argv, capsys):
    with pytest.raises(SystemExit) as end:
        ends(lambda arguments: None, argv)
    assert end.value.code == 2


def test_help_gives_every_option_with_its_default():
    text = " ".join(command.parser().format_help().split())
    for option in command.parser()._actions:
        name = option.option_strings[-1]
        if name not in ("--help", "--version"):
            explained = re.search(rf"{name}\b.*?\(default: ([^)]*)\)", text)
            assert explained, name
    assert f"--dim N length of the vectors (default: {TrainConfig().dim})" in text
    assert f"(default: {BuildConfig().holdout})" in text


def test_options_become_settings_and_what_is_not_given_is_none():
    given = command.settings(command.parser().parse_args(["--models", "base, deep", "--top-k", "5"]))
    assert given["models"] == ["base", "deep"]
    assert given["top_k"] == 5
    assert given["seed"] is given["evaluate_new_users"] is None
    for option, value in (("--evaluate-new-users", True), ("--no-evaluate-new-users", False)):  # a file may say yes
        assert command.settings(command.parser().parse_args([option]))["evaluate_new_users"] is value


@pytest.mark.parametrize("argv", [["--dim", "8"], ["--seed", "0"], ["--data", "sample"], ["--config", "x.toml"],
                                  ["--evaluate-new-users"]])  # fmt: skip
def test_render_only_refuses_what_it_could_not_honour(argv):
    with pytest.raises(ConfigError, match=f"{argv[0]} would have no effect"):
        command.settings(command.parser().parse_args(["--render-only", *argv]))


def test_a_site_may_not_replace_the_folder_the_command_runs_in_or_its_own_settings(tmp_path, monkeypatch):
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    for out in ("", ".", ".."):
        with pytest.raises(OutputError, match="the folder this runs in or one above it"):
            command.target(Path(out), None)
    with pytest.raises(OutputError, match="lies in site"):
        command.target(Path("site"), Path("site/settings.toml"))
    assert command.target(Path("site"), Path("settings.toml")) == below / "site"
    assert command.target(Path("~/site"), None) == Path("~/site").expanduser().resolve()
