import argparse
import re
from pathlib import Path

import pytest

from recsys.cli import arguments
from recsys.config import BuildConfig
from recsys.errors import ConfigError, DataError, OutputError


def exit_status(build, argv=()) -> int:
    return arguments.run(build, list(argv))


def raising(problem: BaseException):
    def build(options: argparse.Namespace) -> None:
        raise problem

    return build


def test_an_expected_failure_is_one_sentence_and_status_1(capsys):
    assert exit_status(raising(DataError("u.data:17: rating 'x' is not a number"))) == 1
    assert capsys.readouterr().err == "error: u.data:17: rating 'x' is not a number\n"


def test_an_error_of_the_file_system_is_one_sentence_too(capsys):
    assert exit_status(raising(PermissionError(13, "Permission denied", "/x/site"))) == 1
    assert capsys.readouterr().err.startswith("error: /x/site: Permission denied; ")


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        exit_status(raising(ZeroDivisionError()))


def test_verbose_shows_the_traceback_of_expected_failures():
    with pytest.raises(DataError):
        exit_status(raising(DataError("x")), ["--verbose"])


def test_an_interrupt_is_status_130(capsys):
    assert exit_status(raising(KeyboardInterrupt())) == 130
    assert "interrupted" in capsys.readouterr().err


def test_success_is_status_0():
    assert exit_status(lambda options: None) == 0


@pytest.mark.parametrize("argv", [["--dim", "many"], ["--nonsense"], ["--quiet", "--verbose"]])
def test_wrong_options_are_status_2(argv, capsys):
    with pytest.raises(SystemExit) as end:
        exit_status(lambda options: None, argv)
    assert end.value.code == 2


def test_what_a_terminal_would_obey_is_escaped_in_errors(capsys):
    assert exit_status(raising(PermissionError(13, "Permission denied", "\x1b[2J\u202ea\nb\x9b"))) == 1
    assert capsys.readouterr().err.startswith("error: \\x1b[2J\\u202ea\\nb\\x9b: Permission denied; ")
    with pytest.raises(SystemExit):
        exit_status(lambda options: None, ["--\x1b]0;title\x07"])
    assert "unrecognized arguments: --\\x1b]0;title\\x07\n" in capsys.readouterr().err


def test_help_shows_every_option_with_its_default():
    text = " ".join(arguments.parser().format_help().split())
    usage, options = text[: text.index("options:")], text[text.index("input and output:") :]
    for name in set(re.findall(r"--[a-z-]+", usage)) - {"--version"}:
        assert re.search(rf"{name}\b.*?\(default: [^)]*\)", options), name
    assert "--dim N length of the vectors (default: by the model and the data)" in text
    assert f"(default: {BuildConfig().holdout})" in text


def test_options_become_settings_and_those_not_given_are_none():
    argv = ["--models", "base, deep", "--top-k", "5", "--discovery", "0.4"]
    given = arguments.given_settings(arguments.parser().parse_args(argv))
    assert given["models"] == ["base", "deep"]
    assert (given["top_k"], given["discovery"]) == (5, 0.4)
    assert given["seed"] is given["evaluate_new_users"] is None
    for option, value in (("--evaluate-new-users", True), ("--no-evaluate-new-users", False)):  # a file may say yes
        assert arguments.given_settings(arguments.parser().parse_args([option]))["evaluate_new_users"] is value


@pytest.mark.parametrize("argv", [["--dim", "8"], ["--seed", "0"], ["--data", "sample"], ["--lenient"],
                                  ["--discovery", "0.5"], ["--evaluate-new-users"]])  # fmt: skip
def test_render_only_refuses_settings_that_it_could_not_apply(argv):
    with pytest.raises(ConfigError, match=f"{argv[0]} would have no effect"):
        arguments.given_settings(arguments.parser().parse_args(["--render-only", *argv]))


def test_a_site_may_not_replace_its_own_settings(tmp_path, monkeypatch):
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    with pytest.raises(OutputError, match="lies in site"):
        arguments.output_folder(Path("site"), Path("site/settings.toml"))
    assert arguments.output_folder(Path("site"), Path("settings.toml")) == below / "site"
    assert arguments.output_folder(Path("~/site"), None) == Path("~/site").expanduser().resolve()
