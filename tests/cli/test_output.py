"""The console never stops a build: any encoding, a closed stream, a reader that has gone, a full disk."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import build
from tests.small_logs import write_movielens

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the cases are made by a POSIX shell")

QUICK = ["--models", "base", "--dim", "4", "--epochs", "1", "--holdout", "0"]
NAME = "電影 ♥ é"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_movielens(tmp_path_factory.mktemp("logs") / NAME, n_users=12, n_items=15)
    (folder / "site.toml").write_text("pages = []\n", encoding="utf-8")  # charts take most of the time
    return folder


def run(log: Path, out: Path, redirection: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Build in a shell; the status is that of the build, whatever it is piped to."""
    command = [sys.executable, build.__file__, "--data", str(log), *QUICK, "--out", str(out)]
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'"$@" {redirection}', "bash", *command],
        env={**os.environ, "PYTHONUTF8": "0", **environment}, capture_output=True, check=False,
    )  # fmt: skip


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, *options: str) -> bytes:
    """What the command prints in this process, to a console of that encoding; it must succeed."""
    console = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, "stdout", console)
    assert build.main([*options]) == 0
    console.flush()
    return console.buffer.getvalue()


@pytest.mark.parametrize("environment", [
    {"PYTHONIOENCODING": "ascii:strict"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
], ids=["ascii", "C"])  # fmt: skip
def test_characters_that_the_console_lacks_are_escaped(log, tmp_path, environment):
    done = run(log, tmp_path / "site", **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u96fb\\u5f71" in done.stdout or NAME[:2].encode() in done.stdout
    assert NAME in (tmp_path / "site" / "index.html").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["cp1252", "cp437"])
def test_characters_that_a_code_page_lacks_are_escaped_and_others_are_not(
    log, tmp_path, monkeypatch, encoding, capfd
):
    output = printed(monkeypatch, encoding, "--data", str(log), *QUICK, "--out", str(tmp_path / "site"))
    assert rb"\u96fb\u5f71 \u2665 " + "é".encode(encoding) in output
    assert capfd.readouterr() == ("", "")
    assert NAME in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_an_error_and_the_help_are_printed_in_ascii(log, tmp_path, monkeypatch, capfd):
    done = run(log / "電", tmp_path / "site", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: '") and b"\\u96fb" in done.stderr and done.stderr.count(b"\n") == 1
    with pytest.raises(SystemExit, match="0"):
        printed(monkeypatch, "ascii", "--help")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("redirection", [">&- 2>&-", "| true", ">/dev/full"])
def test_a_build_is_finished_though_nobody_reads_what_it_prints(log, tmp_path, redirection):
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    done = run(log, tmp_path / "site", redirection)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "site" / "index.html").is_file()


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_build_is_finished_though_one_of_its_streams_is_closed(log, tmp_path, monkeypatch, capfd, name):
    monkeypatch.setattr(sys, name, None)  # as Python begins where a shell has closed it
    assert build.main(["--data", str(log), *QUICK, "--out", str(tmp_path / "site")]) == 0
    output, errors = capfd.readouterr()
    assert errors == "" and ("open " in output) == (name == "stderr")
    assert (tmp_path / "site" / "index.html").is_file()


def test_in_a_terminal_without_block_characters_curves_and_bars_are_ascii(log, tmp_path):
    command = [sys.executable, build.__file__, "--data", str(log), *QUICK, "--out", str(tmp_path / "site")]
    program = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
    done = subprocess.run(
        [sys.executable, "-c", program, *command],
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "TERM": "xterm", "PYTHONUTF8": "0"},
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"Traceback" not in done.stdout + done.stderr
    assert b"\\u25" not in done.stdout  # no escaped block or line character
    assert b"\\u96fb" in done.stdout
