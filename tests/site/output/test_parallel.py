from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from recsys.errors import OutputError
from recsys.export.files import write_artefacts
from recsys.site.output import parallel as press
from recsys.site.output import size
from recsys.site.output.parallel import FEWEST, helpers_for
from recsys.site.render import render_site
from recsys.site.slugs import slugs
from tests.site.tiny import FILM_IDS, TEMPLATES, tiny

N_PAGES = 18
forked = pytest.mark.skipif(sys.platform != "linux", reason="helpers are forked, and only where that is safe")
HELPERS = [0, pytest.param(1, marks=forked)]


def render(out: Path, helpers: int, on_page=None, templates: Path = TEMPLATES) -> Path:
    write_artefacts(tiny(), out / "data")
    render_site(tiny(), templates, out, on_page, helpers)
    return out


@pytest.fixture
def small_shares(monkeypatch):
    """A tiny site in many shares, so that both processes have their part."""
    monkeypatch.setattr(press, "_AT_ONCE", 2)
    monkeypatch.setattr(press, "_AHEAD", 3)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@forked
def test_pages_are_equal_to_the_byte_whoever_prints_them_and_each_is_told(tmp_path, small_shares):
    seen = []
    alone = render(tmp_path / "alone", 0)
    helped = render(tmp_path / "helped", 2, lambda done, total: seen.append((done, total)))
    assert contents(helped) == contents(alone)
    assert seen == [(n, N_PAGES) for n in range(1, N_PAGES + 1)]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("helpers", HELPERS)
def test_a_surprise_in_a_template_names_the_page_whoever_prints_it(tmp_path, monkeypatch, helpers):
    monkeypatch.setattr(size, "_MEASURED", 1)  # a film in the middle; else this process would meet it before
    templates = shutil.copytree(TEMPLATES, tmp_path / "templates")
    last = slugs(FILM_IDS)[FILM_IDS[-1]]
    of_last = f"{{% if page.address == 'films/{last}.html' %}}"
    (templates / "film.html").write_text(of_last + "{{ nothing_of_that_name }}{% endif %}")
    with pytest.raises(UndefinedError, match="nothing_of_that_name") as caught:
        render(tmp_path / "out", helpers, lambda done, total: time.sleep(0.1 * helpers), templates)
    assert caught.value.__notes__ == [f"while building films/{last}.html"]
    assert (type(caught.value.__cause__).__name__ == "_RemoteTraceback") == (helpers > 0)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("helpers", HELPERS)
def test_a_file_that_is_there_already_is_a_sentence_whoever_finds_it(tmp_path, helpers):
    (tmp_path / "out" / "films").mkdir(parents=True)
    (tmp_path / "out" / "films" / "5.html").write_text("old")
    with pytest.raises(OutputError, match=r"^films/5\.html: exists already"):
        render(tmp_path / "out", helpers)


@forked
def test_ctrl_c_ends_the_helpers_and_nothing_is_written_after_it(tmp_path, small_shares):
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, 1, interrupt)
    assert multiprocessing.active_children() == []
    before = contents(tmp_path)
    assert len([name for name in before if name.endswith(".html")]) < N_PAGES
    time.sleep(0.3)
    assert contents(tmp_path) == before


@forked
def test_a_helper_that_is_ended_from_outside_is_a_sentence(tmp_path, small_shares):
    def kill(done: int, total: int) -> None:
        for child in multiprocessing.active_children():
            child.kill()

    with pytest.raises(OutputError, match="ended from outside; free some memory"):
        render(tmp_path, 1, kill)


@forked
def test_helpers_do_not_hear_ctrl_c_and_end_with_a_parent_that_is_killed(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing, time\n"
        "from recsys.site.output.parallel import _forking, _pool, _print_there\n"
        "with _pool([], None, 1) as pool:\n"
        "    with _forking():\n"
        "        pool.submit(_print_there, range(0)).result()\n"
        "    print(multiprocessing.active_children()[0].pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    command, environment = [sys.executable, str(script)], {**os.environ, "PYTHONPATH": "."}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        pid = int(parent.stdout.readline())
        os.kill(pid, signal.SIGINT)
        time.sleep(0.3)
        assert runs(pid)
        parent.kill()
    deadline = time.monotonic() + 20
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not runs(pid)


def runs(pid: int) -> bool:
    """Whether there is such a process and it is no mere entry that waits for its parent to take note."""
    with suppress(OSError):
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(") ")[2][0] != "Z"
    return False


@forked
def test_helpers_come_with_many_pages_and_cores_only(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda who: range(2))
    assert (helpers_for(FEWEST - 1), helpers_for(FEWEST)) == (0, 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda who: range(64))
    assert helpers_for(FEWEST) == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda who: range(1))
    assert helpers_for(10 * FEWEST) == 0


def test_where_a_fork_is_not_safe_there_are_no_helpers(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert helpers_for(10 * FEWEST) == 0
