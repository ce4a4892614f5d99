"""Workers that are killed cost a retry, not the build; without a scheduler the build ends in a sentence."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from recsys.cli.main import main
from recsys.distributed import cluster as cluster_module
from recsys.distributed.cluster import Cluster
from recsys.distributed.machines import ClusterMachines
from recsys.export.files import write_artefacts
from recsys.schema import Artefacts
from recsys.site.render import render_site
from tests.distributed.test_training import fit_on
from tests.models.test_load import assert_same
from tests.site.tiny import TEMPLATES, tiny
from tests.small_logs import write_movielens
from tests.synthetic import two_tastes

ROOT = Path(__file__).parents[2]


def kill_a_worker(cluster: Cluster) -> None:
    pid = next(iter(cluster.client.run(os.getpid).values()))
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("model", ["base", "deep"])
def test_a_worker_killed_in_training_changes_nothing(cluster, model):
    killed = []

    def on_epoch(record, snapshot):
        if record.epoch == 2:
            kill_a_worker(cluster)
            killed.append(record.epoch)

    undisturbed = fit_on(cluster, 2, two_tastes(), model)
    assert_same(undisturbed, fit_on(cluster, 2, two_tastes(), model, on_epoch=on_epoch))
    assert killed == [2]


def exported(artefacts: Artefacts, folder: Path) -> Path:
    folder.mkdir()
    write_artefacts(artefacts, folder / "data")
    return folder


def site_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_worker_killed_while_pages_are_written_changes_nothing(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("recsys.site.rendering.MIN_CHUNK", 4)
    artefacts = tiny()
    render_site(artefacts, TEMPLATES, exported(artefacts, tmp_path / "here"))
    killed = []

    def on_page(done: int, total: int) -> None:
        if done == 1:
            kill_a_worker(cluster)
            killed.append(total)

    run = ClusterMachines(cluster).run
    render_site(artefacts, TEMPLATES, exported(artefacts, tmp_path / "there"), on_page, run=run)
    assert site_files(tmp_path / "here") == site_files(tmp_path / "there")
    assert killed and killed[0] > 4


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    return write_movielens(tmp_path_factory.mktemp("log") / "ml")


@pytest.fixture
def scheduler() -> Iterator[tuple[subprocess.Popen, str]]:
    """A scheduler with one worker, as their own commands start them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    port = address.rpartition(":")[2]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    options = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = [
        subprocess.Popen([*dask, "scheduler", *options, "--port", port], **silent),
        subprocess.Popen([*dask, "worker", address, *options, "--nthreads", "1", "--no-nanny"], **silent),
    ]
    try:
        yield processes[0], address
    finally:
        for process in processes:
            process.kill()
            process.wait()


class KillsWhenLogged(logging.Handler):
    """Kills a process as soon as a text is logged."""

    def __init__(self, process: subprocess.Popen, text: str) -> None:
        super().__init__()
        self.process, self.text = process, text

    def emit(self, record: logging.LogRecord) -> None:
        if self.text in record.getMessage():
            self.process.kill()
            self.process.wait()


def test_a_scheduler_that_is_lost_is_one_sentence_and_the_site_of_before_stands(
    scheduler, log, tmp_path, capfd, monkeypatch
):
    process, address = scheduler
    site = tmp_path / "site"
    command = ["--data", str(log), "--models", "deep", "--no-cache", "--dask", address, "--out", str(site)]
    assert main([*command, "--epochs", "1", "--holdout", "0"]) == 0
    before = site_files(site)
    monkeypatch.setitem(cluster_module.DASK_CONFIG, "distributed.comm.timeouts.connect", "2s")
    handler = KillsWhenLogged(process, "train deep")
    logging.getLogger("recsys.cli.terminal").addHandler(handler)
    try:
        assert main([*command, "--epochs", "2"]) == 1
    finally:
        logging.getLogger("recsys.cli.terminal").removeHandler(handler)
    [line] = [line for line in capfd.readouterr().err.splitlines() if line.startswith("error")]
    assert "the connection to the scheduler of the cluster was lost" in line
    assert site_files(site) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
