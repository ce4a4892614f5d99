"""The console never stops a build: any encoding, a closed stream, a reader that has gone, a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import build
from tests.small_logs import write_movielens

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the cases are made by a POSIX shell")

QUICK = ["--models", "base", "--dim", "4", "--epochs", "1", "--holdout", "0"]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_movielens(tmp_path_factory.mktemp("logs") / "電影 ♥ é", 30)
    (folder / "site.toml").write_text("pages = []\n", encoding="utf-8")  # charts take most of the time
    return folder


def run(log: Path, out: Path, redirection: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Build in a shell; the status is that of the build, whatever it is piped to."""
    command = [sys.executable, build.__file__, "--data", str(log), *QUICK, "--out", str(out)]
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'"$@" {redirection}', "bash", *command],
        env={**os.environ, "PYTHONUTF8": "0", **environment}, capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("environment", [
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"PYTHONIOENCODING": "cp437"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"},
], ids=["cp1252", "ascii", "cp437", "C"])  # fmt: skip
def test_characters_that_the_console_lacks_are_escaped(log, tmp_path, environment):
    done = run(log, tmp_path / "site", **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u96fb\\u5f71" in done.stdout or "電影".encode() in done.stdout
    assert "電影 ♥ é" in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_an_error_and_the_help_are_printed_in_ascii(log, tmp_path):
    done = run(log / "電", tmp_path / "site", PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: '") and b"\\u96fb" in done.stderr and done.stderr.count(b"\n") == 1
    done = subprocess.run(
        [sys.executable, build.__file__, "--help"], env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "| true", ">/dev/full"])
def test_a_build_is_finished_though_nobody_reads_what_it_prints(log, tmp_path, redirection):
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    done = run(log, tmp_path / "site", redirection)
    assert (done.returncode, done.stderr) == (0, b"")
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
