from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from recsys.errors import OutputError
from recsys.export.files import write_artefacts
from recsys.site.output import parallel
from recsys.site.output.parallel import MIN_PAGES, Job, Renderer, render_all, worker_count
from recsys.site.render import render_site
from tests.processes import check_worker_follows_parent
from tests.site.tiny import STRINGS, TEMPLATES, tiny

N_PAGES = 19
needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked, and only where that is safe")
N_WORKERS = [0, pytest.param(1, marks=needs_fork)]


def render(out: Path, n_workers: int, on_page=None, templates: Path = TEMPLATES) -> Path:
    out.mkdir(exist_ok=True)
    write_artefacts(tiny(), out / "data")
    render_site(tiny(), templates, out, on_page, n_workers)
    return out


@pytest.fixture
def small_chunks(monkeypatch):
    """So that each of several workers gets a part of a tiny site."""
    monkeypatch.setattr(parallel, "CHUNK", 2)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@needs_fork
@pytest.mark.usefixtures("small_chunks", "drawn_anew")
def test_workers_render_the_same_bytes_and_report_each_page(tmp_path):
    progress = []
    parallel_site = render(tmp_path / "parallel", 2, lambda done, total: progress.append((done, total)))
    expected = render(tmp_path / "alone", 0)
    assert contents(parallel_site) == contents(expected)
    assert progress == [(n, N_PAGES) for n in range(1, N_PAGES + 1)]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("n_workers", N_WORKERS)
def test_an_unexpected_error_in_a_template_names_the_page(tmp_path, n_workers):
    def broken(environment):
        return environment.from_string("{{ nothing_of_that_name }}").render()

    jobs = [Job("1.html", lambda environment: "page"), Job("items/2.html", broken)]
    with pytest.raises(UndefinedError, match="nothing_of_that_name") as caught:
        list(render_all(jobs, Renderer(TEMPLATES, tmp_path, STRINGS), n_workers))
    assert caught.value.__notes__ == ["while building items/2.html"]
    assert (type(caught.value.__cause__).__name__ == "_RemoteTraceback") == (n_workers > 0)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("n_workers", N_WORKERS)
def test_a_file_that_exists_already_is_reported_in_one_sentence(tmp_path, n_workers):
    (tmp_path / "out" / "items").mkdir(parents=True)
    (tmp_path / "out" / "items" / "5.html").write_text("old")
    with pytest.raises(OutputError, match=r"^items/5\.html: exists already"):
        render(tmp_path / "out", n_workers)


@needs_fork
def test_ctrl_c_stops_the_workers_and_nothing_is_written_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "CHUNK", 1)

    def slow(environment):
        time.sleep(0.1)
        return "page"

    jobs = [Job(f"{number}.html", slow) for number in range(10)]
    with pytest.raises(KeyboardInterrupt):
        for _ in render_all(jobs, Renderer(TEMPLATES, tmp_path, STRINGS), 1):
            raise KeyboardInterrupt
    assert multiprocessing.active_children() == []
    written = list(tmp_path.iterdir())
    assert 0 < len(written) < len(jobs)
    time.sleep(0.3)
    assert list(tmp_path.iterdir()) == written


@needs_fork
def test_a_killed_worker_is_reported_in_one_sentence(tmp_path):
    jobs = [Job("page.html", lambda environment: os.kill(os.getpid(), signal.SIGKILL))]
    with pytest.raises(OutputError, match="was killed; free some memory"):
        list(render_all(jobs, Renderer(TEMPLATES, tmp_path, STRINGS), 1))


SLOW_JOB = """
import os, sys, time
from pathlib import Path
from recsys.site.output.parallel import Job, Renderer, render_all
from tests.site.tiny import STRINGS
templates, folder = map(Path, sys.argv[1:])
def slow(environment):
    (folder / "pid.part").write_text(str(os.getpid()))
    (folder / "pid.part").rename(folder / "pid")
    time.sleep(60)
list(render_all([Job("page.html", slow)], Renderer(templates, folder, STRINGS), 1))
"""


@needs_fork
def test_workers_ignore_ctrl_c_and_end_with_a_parent_that_is_killed(tmp_path):
    command = [sys.executable, "-c", SLOW_JOB, str(TEMPLATES), str(tmp_path)]
    check_worker_follows_parent(command, tmp_path / "pid")


@needs_fork
def test_there_are_workers_only_for_many_pages_and_on_several_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(2))
    assert (worker_count(MIN_PAGES - 1), worker_count(MIN_PAGES)) == (0, 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(64))
    assert worker_count(MIN_PAGES) == 4
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(1))
    assert worker_count(10 * MIN_PAGES) == 0


def test_there_are_no_workers_where_a_fork_is_not_safe(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert worker_count(10 * MIN_PAGES) == 0
