"""The command as a process that is interrupted: one line, its status, the old site and nothing else left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

import build
from recsys.interrupts import deferred
from tests.processes import is_running, wait_until
from tests.small_logs import write_movielens

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals to a group of processes are POSIX")

QUICK = ["--models", "base", "--dim", "4", "--epochs", "1", "--no-cache"]
SITE = {"data/build.json": '{"generator": {"name": "marquee"}}', "index.html": "the old site"}
BUILD = """
import os, sys, time
from importlib import import_module
from pathlib import Path
from recsys.cli.process import run_process

mark, function, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])

def command():
    from recsys.cli import main
    from recsys.site.output import parallel
    main.MIN_RATINGS_FOR_PROCESSES = parallel.MIN_PAGES = 0  # a second process for each, however small the log
    os.sched_getaffinity = lambda pid: {0, 1}
    module, _, name = function.rpartition(".")
    complete = getattr(import_module(module), name)
    def slow(*arguments, **options):
        result = complete(*arguments, **options)
        mark.touch()
        time.sleep(seconds)
        return result
    setattr(import_module(module), name, slow)
    return main.run("marquee", Path(), sys.argv[4:])

if __name__ == "__main__":
    sys.exit(run_process(command))
"""
"""A build that stops after a function that it calls, and touches a file."""


@contextmanager
def started(command: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own that heeds Ctrl-C, also where the tests run in the background."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """The exit status and what stands on standard error; nothing of the group runs on."""
    _, errors = process.communicate(timeout=60)
    wait_until(lambda: not processes_of(process.pid))
    return process.returncode, errors.decode()


def processes_of(group: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if group_of(pid) == group and is_running(pid)]


def group_of(pid: int) -> int | None:
    with suppress(ProcessLookupError):
        return os.getpgid(pid)
    return None


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name, text in SITE.items():
        path = tmp_path / "out" / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "out" / "site"


def assert_untouched(site: Path) -> None:
    assert {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.*")} == SITE
    assert [path.name for path in site.parent.iterdir()] == ["site"]


@pytest.mark.parametrize(("function", "seconds", "number", "status"), [
    ("recsys.pipeline.read_dataset", 60, signal.SIGTERM, 143),
    ("recsys.learn.save_model", 60, signal.SIGINT, 130),
    ("recsys.site.output.parallel.write_file", 0.1, signal.SIGINT, 130),
], ids=["read", "one task is done and others run", "while two processes render"])  # fmt: skip
def test_a_signal_to_all_processes_ends_a_build_with_one_line_and_leaves_the_old_site(
    function, seconds, number, status, out, tmp_path
):
    log, script, mark = write_movielens(tmp_path / "log", 12, 15), tmp_path / "script.py", tmp_path / "mark"
    (log / "site.toml").write_text("pages = []\n")  # charts take most of the time
    script.write_text(BUILD)
    options = ["--data", str(log), *QUICK, "--out", str(out)]
    with started([sys.executable, str(script), str(mark), function, str(seconds), *options]) as process:
        wait_until(mark.exists)
        for _ in range(2):  # as by an impatient user
            os.killpg(process.pid, number)
        assert ended(process) == (status, "interrupted; the previous site, if any, is as it was\n")
    assert_untouched(out)


def test_a_signal_while_packages_are_imported_ends_the_command_with_one_line(tmp_path):
    (tmp_path / "pandas.py").write_text("import time\nprint('importing', flush=True)\ntime.sleep(60)\n")
    with started([sys.executable, build.__file__, "--version"], PYTHONPATH=str(tmp_path)) as process:
        assert process.stdout is not None and process.stdout.readline() == b"importing\n"
        os.killpg(process.pid, signal.SIGINT)
        assert ended(process) == (130, "interrupted\n")


ABSENT = """
try:
    import nothing_here
except ImportError as problem:
    raise ImportError("\\n\\nLong advice") from problem
"""


@pytest.mark.parametrize(("module", "sentence"), [
    ("raise MemoryError", "error: there is too little memory to begin; free some"),
    (ABSENT, "error: a package cannot be imported (No module named 'nothing_here'); install what is missing"),
], ids=["memory", "package"])  # fmt: skip
def test_a_package_that_cannot_be_imported_is_one_sentence(module, sentence, tmp_path):
    (tmp_path / "pandas.py").write_text(module)
    with started([sys.executable, build.__file__, "--version"], PYTHONPATH=str(tmp_path)) as process:
        status, printed = ended(process)
    assert (status, printed.count("\n")) == (1, 1)
    assert printed.startswith(sentence)


SCRIPT = """
import signal, sys, time, weakref
from recsys.cli.process import run_process

class Thing:
    pass

def interrupted_in_a_callback():
    thing = Thing()
    reference = weakref.ref(thing, lambda reference: signal.raise_signal(signal.SIGINT))
    del thing
    time.sleep(60)

def interrupted_while_an_exception_is_reported():
    class Errors:
        def write(self, text):
            signal.raise_signal(signal.SIGINT)
        def flush(self):
            pass
    sys.stderr = Errors()
    thing = Thing()
    reference = weakref.ref(thing, lambda reference: 1 / 0)  # which Python reports, and ignores
    del thing
    time.sleep(60)

def hidden_by_a_library():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise ImportError("numpy is broken")

def interrupted_at_the_end():
    import atexit
    atexit.register(signal.raise_signal, signal.SIGINT)
    return 0

sys.exit(run_process(globals()[sys.argv[1]]))
"""


@pytest.mark.parametrize(("case", "end"), [
    ("interrupted_in_a_callback", (130, "interrupted\n")),
    ("interrupted_while_an_exception_is_reported", (130, "interrupted\n")),
    ("hidden_by_a_library", (130, "interrupted\n")),
    ("interrupted_at_the_end", (0, "")),
])  # fmt: skip
def test_an_interrupt_is_neither_lost_nor_printed_by_python(case, end):
    with started([sys.executable, "-c", SCRIPT, case]) as process:
        assert ended(process) == end


def test_a_signal_waits_for_the_end_of_a_step_that_it_must_not_interrupt():
    steps = []
    with pytest.raises(KeyboardInterrupt):
        with deferred():
            with deferred():
                signal.raise_signal(signal.SIGINT)
                steps.append("inner")
            steps.append("outer")
        steps.append("after")
    assert steps == ["inner", "outer"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
